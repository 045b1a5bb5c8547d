// What is done to a settlement that stands: void it, print it once more.

import { ask, refusal } from "./api.js";
import { asked, notice } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { moneyState, problemBox } from "./parts.js";
import { intend, untilAnswered } from "./pending.js";

/** Ask why, take it back, and say what came of it. Resolves to the answer, or null. */
export async function voidSettlement(number) {
  const reason = await asked({
    title: t("void_title"), label: t("void_reason"), value: t("void_default"), yes: t("void"), note: number,
  });
  if (reason === null) return null;
  const intent = intend(`/v1/settlements/${encodeURIComponent(number)}/void`, { reason });
  return told(() => untilAnswered(intent, () => {}), t("done_void"), (answer) => [
    moneyState("no", "moved_back"), h("p", {}, t("number"), " ", h("b", { data: { settlement: answer.id } }, answer.id)),
  ]);
}

/** Queue the receipt once more. */
export function reprint(number) {
  const path = `/v1/settlements/${encodeURIComponent(number)}/reprint`;
  return told(() => ask("POST", path, {}), t("reprint"), (job) => [h("p", {}, t("queued_print", String(job.copy)))]);
}

/** Do something and tell what came of it; a refusal is told as well. Resolves to the answer, or null. */
export async function told(act, title, bodyOf) {
  try {
    const answer = await act();
    await notice(title, ...bodyOf(answer));
    return answer;
  } catch (error) {
    await tellRefusal(refusal(error));
    return null;
  }
}

/** Tell a refusal or a silence. */
export function tellRefusal(problem) {
  return notice(t("no_settle"), problemBox(problem));
}
