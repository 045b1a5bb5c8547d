// The holder's PIN, where the card asks for it: typed unseen, sent once, kept nowhere; the last try wants the holder's yes.

import { question } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { badge } from "./parts.js";

const PIN = /^[0-9]{4,12}$/;
const ASKS = new Set(["pin-needed", "pin-wrong", "pin-last-try", "pin-malformed"]);

/** Whether the same request may follow with a PIN. */
export function asksForPin(problem) {
  return ASKS.has(problem.code);
}

/** Ask for it: {pin, last_try?} for the request, or null. The question ends when the card is taken out. */
export async function askPin(problem, sale) {
  const last = problem.tries_left === 1;
  const input = h("input", { id: "pin", type: "password", inputmode: "numeric", autocomplete: "off", maxlength: "12", autofocus: !last });
  const agreed = h("input", { id: "last-try", type: "checkbox", autofocus: last });
  const ground = new AbortController();
  const look = () => sale.cardIn || ground.abort();
  sale.addEventListener("change", look);
  const given = await question({
    title: t(last ? "pin_last_title" : "pin_title"),
    body: [
      problem.code === "pin-needed" ? null : h("p", { role: "alert" }, badge("fault", t(problem.code))),
      triesLeft(problem, last),
      last ? h("p", { class: "check" }, agreed, h("label", { for: "last-try" }, t("pin_last_agreed"))) : null,
      h("label", { for: "pin" }, t("pin_label")), input,
      h("p", { class: "note" }, t("pin_note")),
    ],
    yes: t(last ? "pin_last_yes" : "yes"),
    ready: () => PIN.test(input.value) && (!last || agreed.checked),
    read: () => (last ? { pin: input.value, last_try: true } : { pin: input.value }),
    signal: ground.signal,
  });
  input.value = "";
  sale.removeEventListener("change", look);
  return given;
}

function triesLeft({ tries_left }, last) {
  if (last) return h("p", { id: "tries-left" }, badge("warning", t("pin_last")));
  return h("p", { id: "tries-left" }, tries_left === undefined ? t("pin_left_unknown") : t("pin_left", tries_left));
}
