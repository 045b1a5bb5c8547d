// What a refund has come to: the number of the void and that of what stays.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { readable } from "./money.js";
import { moneyState } from "./parts.js";

/** The body of the notice about an answer {void, settlement}. */
export function refundDone(answer) {
  const line = (word, record) => h("p", {}, t(word), " ", h("b", { data: { settlement: record.id } }, record.id), " · ", readable(record.settlement.total));
  return [moneyState("yes", "moved_refund"), line("void", answer.void), line("refund_stays", answer.settlement)];
}
