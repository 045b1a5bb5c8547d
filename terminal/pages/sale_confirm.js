// The patient's word: the split once more in large, consent where something lies outside the catalogue, then F10.

import { question } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { fenOf } from "./money.js";
import { badge, figure, payerBar } from "./parts.js";

/** Ask, and settle on a yes. */
export async function confirmSale(sale, live) {
  if (!sale.ready) return;
  const { settlement } = sale.quote;
  const printer = live.health?.devices.printer;
  const paper = printer?.health === "good";
  const outside = fenOf(settlement.out_of_catalogue) > 0n;
  const consent = check("consent", t("consent", settlement.out_of_catalogue), outside);
  const electronic = check("electronic", t("electronic"), !outside && !paper);
  sale.confirm();
  const ground = new AbortController();
  const lost = () => sale.step !== "confirm" && ground.abort();
  sale.addEventListener("change", lost);
  const yes = await question({
    title: t("confirm_title"),
    body: [
      h("dl", { class: "figures" }, figure(t("total"), settlement.total), figure(t("fund_total"), settlement.fund_total),
        figure(t("account"), settlement.account), figure(t("cash"), settlement.cash, "figure-cash")),
      payerBar(settlement),
      outside ? consent.row : null,
      paper ? null : badge("warning", t("printer_bad", t(`device.${printer?.code ?? "no-answer"}`))),
      electronic.row,
      h("p", { class: "note" }, t("confirm_note")),
    ],
    yes: t("settle_yes"),
    ready: () => !outside || consent.box.checked,
    signal: ground.signal,
  });
  sale.removeEventListener("change", lost);
  if (yes) await sale.settle(outside, electronic.box.checked);
  else sale.back();
}

function check(id, label, focused) {
  const box = h("input", { id, type: "checkbox", autofocus: focused });
  return { box, row: h("p", { class: "check" }, box, h("label", { for: id }, label)) };
}
