// The refund once more before it is done: what each payer gets back, what stays, why; then F10.

import { question } from "./dialog.js";
import { h } from "./dom.js";
import { named, t } from "./i18n.js";
import { fenOf, yuanOf } from "./money.js";
import { figure, payerBar } from "./parts.js";

/** Ask about a refund quote. Resolves to {reason, consent, electronic_receipt}, or null. */
export function confirmRefund({ settlement, returned }, paper) {
  const outside = fenOf(settlement.out_of_catalogue) > 0n;
  const consent = h("input", { id: "consent", type: "checkbox" });
  const electronic = h("input", { id: "electronic", type: "checkbox" });
  const reason = h("input", { id: "refund-reason", value: t("void_default"), maxlength: "100", autocomplete: "off", autofocus: true });
  const check = (box, label) => h("p", { class: "check" }, box, h("label", { for: box.id }, label));
  return question({
    title: t("refund_confirm"),
    body: [
      h("h3", {}, t("refund_back")),
      h("dl", { class: "figures refund-back" }, figure(t("total"), returned.total), figure(t("fund_total"), returned.fund_total),
        figure(t("account"), returned.account), cashBack(returned.cash)),
      h("h3", {}, t("refund_stays")),
      h("dl", { class: "figures refund-stays" }, figure(t("total"), settlement.total), figure(t("fund_total"), settlement.fund_total),
        figure(t("account"), settlement.account), figure(named("payers", "cash"), settlement.cash)),
      payerBar(settlement),
      h("p", {}, h("label", { for: "refund-reason" }, t("void_reason")), " ", reason),
      outside ? check(consent, t("consent", settlement.out_of_catalogue)) : null,
      paper ? null : check(electronic, t("electronic")),
    ],
    yes: t("refund_yes"),
    ready: () => reason.value.trim() !== "" && (!outside || consent.checked),
    read: () => ({ reason: reason.value.trim(), consent: outside, electronic_receipt: electronic.checked }),
  });
}

/** The cash that goes over the counter, and which way. */
function cashBack(yuan) {
  const fen = fenOf(yuan);
  return fen < 0n ? figure(t("refund_cash_more"), yuanOf(-fen), "figure-cash") : figure(t("refund_cash"), yuan, "figure-cash");
}
