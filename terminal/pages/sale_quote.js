// The right half of the sale: whether money moved, in large, and who pays what by which article.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { figure, moneyState, payerBar, problemBox, waitingBox, whyTable } from "./parts.js";

/** What the sale has come to so far. */
export function quotePart(sale) {
  if (sale.step === "settling") return [moneyState("unknown", "moved_unknown"), h("p", { class: "wait" }, t("settling"))];
  if (sale.step === "doubt") return [moneyState("unknown"), h("p", { class: "wait" }, t("doubt"))];
  if (sale.step === "done" && sale.settled.voids) return [moneyState("no", "moved_back"), ...splitPart(sale.settled.settlement)];
  if (sale.step === "done") return [moneyState("yes"), ...splitPart(sale.settled.settlement, t("take_cash"))];
  return [moneyState("no"), problemBox(sale.settleProblem), problemBox(sale.quoteProblem), ...quoted(sale)].filter(Boolean);
}

/** A split: large sums, the bar of payers, and the articles. */
export function splitPart(settlement, cashLabel = t("cash")) {
  return [
    h("dl", { class: "figures" },
      figure(t("total"), settlement.total), figure(t("fund_total"), settlement.fund_total),
      figure(t("account"), settlement.account), figure(cashLabel, settlement.cash, "figure-cash")),
    payerBar(settlement),
    whyTable(settlement),
  ];
}

function quoted(sale) {
  if (sale.quote) return [waitingBox(sale.quote.settlement), ...splitPart(sale.quote.settlement)];
  if (sale.quoteProblem) return [];
  const asking = sale.present && sale.lines.length > 0;
  return [h("p", { class: "wait", role: "status" }, asking ? t("quoting") : t("quote_waits"))];
}
