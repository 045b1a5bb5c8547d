// The sale: who stands at the counter, what is bought, who would pay what, and what came of it.

import { asked, question } from "./dialog.js";
import { Entry } from "./entry.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { showPicture } from "./pictures.js";
import { basketPart } from "./sale_basket.js";
import { confirmSale } from "./sale_confirm.js";
import { donePart } from "./sale_done.js";
import { patientPart } from "./sale_patient.js";
import { askPin } from "./sale_pin.js";
import { quotePart } from "./sale_quote.js";
import { isPrice, quantityPlus } from "./money.js";
import { reprint, voidSettlement } from "./acts.js";

/** The view of one `sale`; `live` knows the devices. Returns {show, keys}. */
export function saleView(sale, live) {
  const entry = new Entry((item, quantity) => addItem(sale, item, quantity));
  const left = h("section", { class: "sale-left", aria: { label: t("basket") } });
  const right = h("section", { class: "sale-right", aria: { label: t("quote") } });
  const patient = h("div", {});
  const basket = h("div", { class: "basket" });
  entry.onIdleKey = (key) => idleKey(sale, key);

  function render() {
    if (sale.step === "done") {
      left.replaceChildren(donePart(sale.settled, sale.settled.voids ? "done_void" : "done"));
    } else if (!left.contains(basket)) {
      left.replaceChildren(patient, entry.element, basket);
      entry.focus();
    }
    patient.replaceChildren(patientPart(sale));
    basket.replaceChildren(basketPart(sale));
    right.replaceChildren(...quotePart(sale));
  }

  sale.askPin = (problem) => askPin(problem, sale);
  sale.addEventListener("change", render);
  sale.addEventListener("swapped", (event) => askSwapped(sale, event.detail));
  return {
    title: "sale",
    show(root) {
      root.replaceChildren(h("h1", { class: "unseen" }, t("sale")), h("div", { class: "sale" }, left, right));
      render();
      entry.focus();
    },
    focus: () => entry.focus(),
    keys: () => (sale.step === "done" ? doneKeys(sale) : buildKeys(sale, live)),
  };
}

function buildKeys(sale, live) {
  return [
    { key: "F9", label: t("settle"), primary: true, act: () => confirmSale(sale, live), disabled: () => !sale.ready },
    { key: "Esc", label: t("clear"), act: () => clear(sale), disabled: () => sale.step !== "build" },
    { key: "Alt+P", label: t("picture"), act: () => quotePicture(sale), disabled: () => !sale.quote },
    { key: "Alt+C", label: t("card_again"), act: () => sale.identify(), disabled: () => !sale.cardIn },
    { key: "Alt+S", label: t("by_code"), act: () => byCode(sale) },
    { key: "Alt+I", label: t("by_number"), act: () => byNumber(sale) },
  ];
}

function doneKeys(sale) {
  const number = sale.settled.id;
  return [
    { key: "F2", label: t("next"), primary: true, act: () => sale.reset() },
    { key: "Alt+P", label: t("picture"), act: () => showPicture(`/v1/settlements/${number}/picture.svg`) },
    { key: "Alt+R", label: t("reprint"), act: () => reprint(number) },
    { key: "Alt+V", label: t("void"), act: () => voidSettlement(number) },
  ];
}

/** The e-credential: scanned into this line, or at the terminal's own scanner where nothing is typed. */
async function byCode(sale) {
  const code = await asked({ title: t("by_code"), label: t("code_label"), yes: t("yes"), valid: () => true, secret: true });
  if (code !== null) await sale.identify(code ? { by: "qr", code } : { by: "qr" });
}

async function byNumber(sale) {
  const valid = (text) => /^\d{17}[\dXx]$/.test(text.trim());
  const number = await asked({ title: t("by_number"), label: t("number_label"), yes: t("yes"), valid });
  if (number !== null) await sale.identify({ by: "id-number", id_number: number.toUpperCase() });
}

function quotePicture(sale) {
  return showPicture(`/v1/quotes/${sale.quote.id}/picture.svg`);
}

async function addItem(sale, item, quantity) {
  if (item.unit_price !== null) return sale.add(item, quantity);
  const price = await asked({ title: t("price_title"), label: t("price_of", item.name), yes: t("yes"), valid: isPrice });
  return price === null ? undefined : sale.add({ ...item, unit_price: price }, quantity);
}

function idleKey(sale, key) {
  const line = sale.lines[sale.selected];
  if (key === "ArrowDown" || key === "ArrowUp") sale.select(sale.selected + (key === "ArrowDown" ? 1 : -1));
  else if (line && (key === "+" || key === "-")) {
    sale.setQuantity(sale.selected, quantityPlus(line.quantity, key === "+" ? 1 : -1));
  } else if (line && key === "Delete") sale.setQuantity(sale.selected, null);
}

async function clear(sale) {
  if (sale.lines.length === 0 && sale.patient === null) return;
  const sure = await question({ title: t("clear_title"), body: [h("p", {}, t("clear_body"))], yes: t("clear") });
  if (!sure) return;
  sale.reset();
  if (sale.cardIn) await sale.identify();
}

async function askSwapped(sale, patient) {
  const name = patient.patient.name;
  const keep = await question({
    title: t("swapped"),
    body: [h("p", {}, t("swapped_body", sale.patientBefore, name))],
    yes: t("swapped_keep", name),
    no: t("swapped_clear"),
  });
  if (!keep) sale.emptyBasket();
}
