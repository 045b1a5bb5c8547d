// Who stands at the counter: the card in the reader, and what the center says of its holder.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { readable } from "./money.js";
import { badge, problemBox } from "./parts.js";

/** The strip above the basket. */
export function patientPart(sale) {
  if (sale.cardProblem) return problemBox(sale.cardProblem, h("p", { class: "hint" }, h("kbd", {}, "Alt+C"), " ", t("card_again")));
  if (sale.reading) return strip("waiting", t("reading"));
  if (sale.patient && !sale.present) return strip("gone", t("card_gone"), sale.patient.patient.name);
  if (!sale.patient) return strip("waiting", t("insert_card"));
  return known(sale.patient);
}

function strip(form, ...texts) {
  return h("div", { class: `patient patient-${form}`, role: "status" }, icon("card"),
    texts.map((text, index) => h(index === 0 ? "strong" : "span", {}, text)));
}

function known(identified) {
  const { patient, entitlement, account } = identified;
  const good = entitlement.status === "active";
  return h("div", { class: "patient patient-known", role: "status" }, icon("card"),
    h("div", {}, h("strong", {}, patient.name), " ", h("small", {}, patient.id)),
    badge(good ? "good" : "warning", t(`entitlement.${entitlement.status}`)),
    identified.offline ? badge("warning", t("offline_person")) : null,
    account.status === "open" || account.balance !== "0.00"
      ? h("span", { class: "balance" }, t("balance"), " ", h("b", {}, readable(account.balance)))
      : null,
    identified.hint ? badge("warning", `${t("center_says")} ${identified.hint}`) : null);
}
