// Who is served: asks the terminal who it is, and lets go of who was served before, so that no card stays leased.

import { ask, refusal } from "./api.js";

const PLACE = "till.identification";

/** Codes after which whoever stands here is asked for again. */
export const ASK_AGAIN = new Set(["card-swapped", "card-removed", "card-leased", "no-such-identification"]);

/** Ask who it is: {by: "card"}, {by: "qr"} at the scanner or with its code, {by: "id-number", id_number}. */
export async function identify(how) {
  // What an earlier page has left behind is let go first: the card may be the same.
  await release();
  const known = await ask("POST", "/v1/identifications", how);
  localStorage.setItem(PLACE, known.id);
  return known;
}

/** Forget who was served last, and free the card. */
export async function release() {
  const id = localStorage.getItem(PLACE);
  if (!id) return;
  localStorage.removeItem(PLACE);
  // Where it cannot be said, the lease runs out by itself.
  await ask("DELETE", `/v1/identifications/${encodeURIComponent(id)}`).catch(refusal);
}

/** Whether a patient is here by the card in the reader, and not by a code or a number. */
export function isByCard(known) {
  return !["qr", "id-number"].includes(known.by);
}

/** Whether two identifications mean the same person, as far as the terminal tells. */
export function isSamePerson(one, other) {
  const facts = (known) => JSON.stringify([known.policy, known.insured_place, known.patient.id, known.patient.name]);
  return facts(one) === facts(other);
}
