// What was asked of the terminal and moves money, kept in this browser until it is answered for good.
//
// The key is made and kept before the first try, so that a reload, a crash or a second window repeats the same key
// and gets the first try's answer. It holds ids only, nothing of a person.

import { Problem, Silence, ask } from "./api.js";

const PLACE = "till.pending";
const PAUSE_SECONDS = 1;
const NOT_HEARD = new Set(["busy", "not-ready", "key-in-use", "in-progress", "still-running", "rate-limited"]);
const NOT_HEARD_STATUS = new Set([401, 403, 421, 429]);

/** Fires "change" when something has become doubtful, or is so no longer. */
export const doubts = new EventTarget();
const doubtful = new Set();

/** How many requests have been sent and not been answered. */
export function doubtCount() {
  return doubtful.size;
}

/** Requests without a last word, oldest first: [{key, path, body}]. */
export function unanswered() {
  return JSON.parse(localStorage.getItem(PLACE) ?? "[]");
}

/** Keep a request under a fresh key, before it is sent. */
export function intend(path, body) {
  return intendAgain({ key: crypto.randomUUID(), path, body });
}

/** Keep one under its own key, where the terminal has asked for something more and nothing moved. */
export function intendAgain(intent) {
  keep([...unanswered().filter((one) => one.key !== intent.key), intent]);
  return intent;
}

/**
 * Send it until there is a last word, always under its key. Resolves to the answer; throws a Problem where nothing
 * moved under this key. inDoubt() is called whenever a try ends without a word. secret: joins the body of the first try
 * alone and is not kept; a PIN is never sent twice by itself.
 */
export async function untilAnswered(intent, inDoubt, repeated = false, secret = {}) {
  let silentBefore = repeated;
  let body = { ...intent.body, ...secret };
  for (;;) {
    try {
      const answer = await ask("POST", intent.path, body, { key: intent.key });
      forget(intent);
      return answer;
    } catch (error) {
      if (isLastWord(error, silentBefore)) {
        forget(intent);
        throw error;
      }
      silentBefore = true;
      body = intent.body;
      doubtful.add(intent.key);
      doubts.dispatchEvent(new Event("change"));
      inDoubt();
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_SECONDS * 1000));
  }
}

// A terminal that turned a repeat away at its door has not looked whether the first try came through.
function isLastWord(error, silentBefore) {
  if (error instanceof Silence) return false;
  if (!(error instanceof Problem)) throw error;
  // The terminal remembers this one itself, and lists it with the two ways on.
  if (error.code === "refund-half-done") return true;
  if (error.money_moved !== "no") return false;
  return !silentBefore || !(NOT_HEARD.has(error.code) || NOT_HEARD_STATUS.has(error.status));
}

function forget(intent) {
  keep(unanswered().filter((one) => one.key !== intent.key));
  if (doubtful.delete(intent.key)) doubts.dispatchEvent(new Event("change"));
}

function keep(intents) {
  localStorage.setItem(PLACE, JSON.stringify(intents));
}
