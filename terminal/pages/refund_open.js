// Refunds that were begun and are not done: how each stands, and the two ways on.

import { ask } from "./api.js";
import { told } from "./acts.js";
import { asked } from "./dialog.js";
import { h } from "./dom.js";
import { language, t } from "./i18n.js";
import { part } from "./listing.js";
import { readable } from "./money.js";
import { badge, momentOf } from "./parts.js";
import { refundDone } from "./refund_done.js";

/** The section of what `GET /v1/unresolved` lists as `refunds`; `refresh` is called when one of them has moved. */
export function refundsPart(refunds, refresh) {
  const act = async (way, number) => {
    await way(number);
    await refresh();
  };
  return part(t("refunds_open"), refunds, refunds.map((one) => h("div", { class: "unresolved" },
    badge(one.taken_back ? "warning" : "good", t(one.taken_back ? "refund_half" : "refund_begun")),
    h("p", {}, t("number"), " ", h("b", { data: { refund: one.settlement } }, one.settlement), " · ", momentOf(one.begun_at), " · ",
      t("refund_stays"), " ", readable(one.stays), h("br", {}), language() === "zh" ? one.what_zh : one.what),
    h("button", { type: "button", id: `go-on-${one.settlement}`, on: { click: () => act(goOn, one.settlement) } }, t("refund_go_on")),
    h("button", { type: "button", id: `give-up-${one.settlement}`, on: { click: () => act(giveUp, one.settlement) } }, t("refund_give_up")))));
}

const way = (number, name) => `/v1/settlements/${encodeURIComponent(number)}/refund/${name}`;

function goOn(number) {
  return told(() => ask("POST", way(number, "resume"), {}), t("refund_go_on"), refundDone);
}

async function giveUp(number) {
  const reason = await asked({ title: t("refund_give_up"), label: t("refund_give_up_reason"), yes: t("refund_give_up"), note: number });
  if (reason === null) return;
  await told(() => ask("POST", way(number, "give-up"), { reason }), t("refund_give_up"), () => [h("p", {}, t("refund_given_up"))]);
}
