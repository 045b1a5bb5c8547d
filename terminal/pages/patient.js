// The patient's screen: what it costs and who pays it, in very large figures; no name, no article, no number.

import { h } from "./dom.js";
import { both, loadWords, showLanguage, t } from "./i18n.js";
import { fenOf } from "./money.js";
import { seenByPatient } from "./patient_channel.js";
import { figure, moneyState, payerBar } from "./parts.js";

const main = document.getElementById("main");

function draw({ step, split }) {
  if (!split) return main.replaceChildren(plain(step === "doubt" ? "patient_doubt" : "patient_idle"));
  const moved = step === "done" ? "yes" : step === "settling" || step === "doubt" ? "unknown" : "no";
  return main.replaceChildren(
    h("h1", {}, t("patient_title")),
    moneyState(moved),
    h("dl", { class: "figures" }, figure(t("total"), split.total), figure(t("fund_total"), split.fund_total),
      figure(t("account"), split.account), figure(t("patient_pays"), split.cash, "figure-cash")),
    payerBar(split),
    fenOf(split.out_of_catalogue) > 0n ? h("p", { class: "outside" }, t("patient_outside", split.out_of_catalogue)) : "",
    h("p", { class: "ask" }, t({ yes: "patient_done", no: "patient_ask", unknown: "patient_doubt" }[moved])));
}

function plain(key) {
  const [first, second] = both(key);
  return h("div", { class: "plain" }, h("h1", {}, first), h("p", {}, second));
}

showLanguage();
await loadWords();
draw({ step: "idle", split: null });
seenByPatient(draw);
