// Giving a part back: choose the lines of a settlement, see what each payer gets back and what stays, agree.

import { ask, refusal } from "./api.js";
import { tellRefusal, told } from "./acts.js";
import { h, table } from "./dom.js";
import { t } from "./i18n.js";
import { readable, yuanOf } from "./money.js";
import { problemBox } from "./parts.js";
import { intend, untilAnswered } from "./pending.js";
import { confirmRefund } from "./refund_confirm.js";
import { refundDone } from "./refund_done.js";
import { backFen, choicesOf, isByPieces, isPart, isReady, linesOf } from "./refund_lines.js";
import { patientPart } from "./sale_patient.js";

/** The view. sale: knows who is here; done: called when it is over, one way or the other; changed: other keys count. */
export function refundView(sale, live, { changed, done }) {
  const patient = h("div", {});
  const body = h("div", { class: "refund-lines" });
  const sum = h("p", { class: "refund-sum", role: "status" });
  let record = null;
  let choices = [];

  const ready = () => sale.present && isReady(choices);

  function drawPatient() {
    patient.replaceChildren(patientPart(sale));
    changed();
  }

  function touched(choice, row) {
    const fits = isPart(choice.item, choice.part);
    row.setAttribute("aria-invalid", String(!fits));
    const back = choices.filter((one) => one.chosen && isPart(one.item, one.part)).reduce((all, one) => all + backFen(one), 0n);
    sum.replaceChildren(t("refund_sum"), " ", h("b", {}, readable(yuanOf(back))));
    changed();
  }

  function boxOf(choice) {
    const box = h("input", { type: "checkbox", id: `back-${choice.item.item}`, on: { change: () => {
      choice.chosen = box.checked;
      touched(choice, box);
    } } });
    return [box, " ", h("label", { for: box.id }, choice.item.name || choice.item.code || t("refund_item", String(choice.item.item + 1)))];
  }

  function partOf(choice) {
    if (choice.item.quantity !== null && !isByPieces(choice.item)) return t("refund_whole");
    const label = t(isByPieces(choice.item) ? "refund_pieces" : "refund_yuan");
    const input = h("input", { id: `part-${choice.item.item}`, class: "short", inputmode: "decimal", autocomplete: "off", maxlength: "12",
      placeholder: t("refund_all"), aria: { label }, on: { input: () => {
        choice.part = input.value.trim();
        touched(choice, input);
      } } });
    return input;
  }

  function linesTable() {
    return table(t("refund_choose"), [
      { head: t("article"), cell: (choice) => h("div", {}, boxOf(choice)) },
      { head: t("quantity"), cell: ({ item }) => item.quantity ?? "", number: true },
      { head: t("amount"), cell: ({ item }) => readable(item.amount), number: true },
      { head: t("refund_part"), cell: (choice) => partOf(choice) },
    ], choices);
  }

  async function quote() {
    const path = `/v1/settlements/${encodeURIComponent(record.id)}`;
    let found;
    try {
      found = await ask("POST", `${path}/refund-quotes`, { identification: sale.patient.id, lines: linesOf(choices) });
    } catch (error) {
      return tellRefusal(refusal(error));
    }
    const agreed = await confirmRefund(found, live.health?.devices.printer?.health === "good");
    if (agreed === null) return null;
    const intent = intend(`${path}/refund`, { quote: found.id, hash: found.hash, ...agreed });
    await told(() => untilAnswered(intent, () => {}), t("refund_done"), refundDone);
    return done();
  }

  sale.addEventListener("change", drawPatient);
  return {
    title: "refund",
    /** Which settlement it is about. */
    choose(chosen) {
      record = chosen;
    },
    async show(root) {
      choices = [];
      root.replaceChildren(h("section", { class: "listing" }, h("h1", { tabindex: "-1", id: "refund-title" }, t("refund_title", record.id)),
        patient, h("p", { class: "note" }, t("refund_note")), body, sum));
      drawPatient();
      body.setAttribute("aria-busy", "true");
      try {
        choices = choicesOf((await ask("GET", `/v1/settlements/${encodeURIComponent(record.id)}/items`)).items);
        body.replaceChildren(linesTable());
      } catch (error) {
        body.replaceChildren(problemBox(refusal(error)));
      }
      body.setAttribute("aria-busy", "false");
      document.getElementById("back-0")?.focus();
    },
    focus: () => document.getElementById("refund-title")?.focus(),
    keys: () => [
      { key: "Esc", label: t("back"), act: done },
      { key: "F9", label: t("refund_quote"), primary: true, act: quote, disabled: () => !ready() },
    ],
  };
}
