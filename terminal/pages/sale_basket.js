// The basket as a table, with what the bill is for.

import { h, table } from "./dom.js";
import { named, t } from "./i18n.js";
import { lineFen, totalFen } from "./basket.js";
import { quantityPlus, readable, yuanOf } from "./money.js";

const SERVICES = ["pharmacy", "outpatient", "chronic", "emergency", "inpatient"];
const DISEASE_CLASSES = ["", "A", "B", "C"];

/** The basket of the sale and its sum. */
export function basketPart(sale) {
  const rows = sale.lines.length > 0 ? lines(sale) : h("p", { class: "empty" }, t("basket_empty"));
  return h("div", { class: "basket-parts" }, servicePart(sale), h("div", { class: "basket-lines", tabindex: "-1" }, rows),
    h("p", { class: "basket-total" }, t("lines", String(sale.lines.length)), h("span", {}, t("total")),
      h("b", {}, readable(yuanOf(totalFen(sale.lines))))));
}

function lines(sale) {
  const columns = [
    { head: t("article"), cell: (line) => [h("b", {}, line.item.name), h("small", {}, line.item.code)].map((part) => part) },
    { head: t("class"), cell: (line) => h("span", { class: `class class-${line.item.class}` }, line.item.class) },
    { head: t("price"), cell: (line) => readable(line.price), number: true },
    { head: t("quantity"), cell: (line, index) => quantityPart(sale, line, index), number: true },
    { head: t("amount"), cell: (line) => readable(yuanOf(lineFen(line))), number: true },
  ].map((column) => ({ ...column, cell: (line, index) => h("div", {}, column.cell(line, index)) }));
  return table(t("basket"), columns, sale.lines, { rowClass: (_, index) => (index === sale.selected ? "selected" : null) });
}

function quantityPart(sale, line, index) {
  const press = (sign, label, quantity) => h("button", {
    type: "button", class: "small", tabindex: "-1", aria: { label: `${line.item.name}: ${label}` },
    on: { click: () => sale.setQuantity(index, quantity) },
  }, sign);
  return h("span", { class: "quantity" },
    press("−", t("less"), quantityPlus(line.quantity, -1)), h("b", {}, line.quantity),
    press("+", t("plus"), quantityPlus(line.quantity, 1)), press("✕", t("remove"), null));
}

function servicePart(sale) {
  const service = select("service", t("service"), SERVICES, sale.service, (key) => named("services", key),
    (value) => sale.setService(value));
  const diseases = sale.patient?.patient.chronic_diseases ?? [];
  if (sale.service !== "chronic" || diseases.length === 0) return h("div", { class: "service" }, service);
  const change = (facts) => sale.setService("chronic", { ...sale.episode, ...facts });
  return h("div", { class: "service" }, service,
    select("disease", t("disease"), ["", ...diseases], sale.episode.disease ?? "", (key) => key, (disease) => change({ disease })),
    select("disease-class", t("disease_class"), DISEASE_CLASSES, sale.episode.chronic_class ?? "", (key) => key,
      (chronic_class) => change({ chronic_class })));
}

function select(id, label, values, chosen, nameOf, act) {
  const list = h("select", { id, on: { change: (event) => act(event.target.value) } },
    values.map((value) => h("option", { value, selected: value === chosen }, nameOf(value))));
  return [h("label", { for: id }, label), list];
}
