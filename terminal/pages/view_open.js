// Open matters: what has no result, what waits and why, what is stuck. The page opens with it after a crash.

import { ask } from "./api.js";
import { told, voidSettlement } from "./acts.js";
import { h, table } from "./dom.js";
import { language, t } from "./i18n.js";
import { listing, part } from "./listing.js";
import { readable } from "./money.js";
import { badge, moneyState, momentOf } from "./parts.js";
import { askCard, pursePart, refusedDebitsPart } from "./purse_open.js";
import { refundsPart } from "./refund_open.js";

/** Everything unresolved: {unresolved, debits, refused, queue, days}. A debit without a result is told with its card, and once. */
export async function openMatters() {
  const [unresolved, { debits, refused }, queue, days] = await Promise.all(
    ["/v1/unresolved", "/v1/purse-debits", "/v1/queue", "/v1/days"].map((path) => ask("GET", path)));
  const settlements = unresolved.settlements.filter((one) => !debits.some((debit) => debit.settlement === one.id));
  return { unresolved: { ...unresolved, settlements }, debits, refused, queue, days };
}

/** Whether somebody should look before the next sale: nothing that merely waits its turn. */
export function isPressing({ unresolved, debits, queue, days }) {
  const stuck = [...queue.uploads, ...queue.prints].some((one) => one.stuck);
  const doubtful = queue.uploads.some((one) => one.state === "unknown");
  return unresolved.settlements.length + unresolved.refunds.length + debits.length > 0 || stuck || doubtful || days.forgotten.length > 0;
}

/** The view. first: it was opened by itself; `go` leads on to the sales, `openDay` to a day. */
export function openView({ go, openDay, pressing }) {
  const view = listing({
    title: "open",
    heading: () => t("open_title"),
    load: async () => partsOf(await openMatters(), pressing(), openDay, (path) => acted(view, path), () => view.refresh()),
    keys: () => [
      { key: "Alt+H", label: t("hurry"), act: () => acted(view, "/v1/queue/hurry") },
      { key: "Alt+K", label: t("debits_ask"), act: () => askCard(view.refresh) },
      ...(pressing() ? [{ key: "F10", label: t("open_go"), primary: true, act: go }] : []),
    ],
  });
  return view;
}

/** Do something about the queue, and show what came of it. */
async function acted(view, path) {
  await told(() => ask("POST", path, {}), t("open_title"), () => [h("p", {}, t("resumed"))]);
  await view.refresh();
}

function partsOf(matters, first, openDay, act, refresh) {
  const { unresolved, debits, refused, queue, days } = matters;
  const all = debits.length + refused.length + unresolved.settlements.length + unresolved.refunds.length + queue.uploads.length + queue.prints.length + queue.stuck_goods.length + queue.stuck_visits.length + days.forgotten.length;
  const start = unresolved.at_start;
  const began = start.uploads + start.prints + start.reversed.length + start.unresolved.length > 0;
  return [
    first ? h("p", { class: "strip", role: "status" }, t("open_first")) : null,
    all === 0 ? h("p", { class: "empty" }, t("open_none")) : null,
    began ? h("p", { class: "note" }, t("at_start", start.uploads, start.prints, start.reversed.length, start.unresolved.length)) : null,
    part(t("unresolved"), unresolved.settlements, unresolved.settlements.map(unresolvedPart)),
    pursePart(debits, refresh),
    refusedDebitsPart(refused, refresh),
    refundsPart(unresolved.refunds, refresh),
    part(t("uploads_waiting"), queue.uploads, uploadsTable(queue.uploads, act)),
    part(t("prints_waiting"), queue.prints, printsTable(queue.prints)),
    part(t("goods_stuck"), queue.stuck_goods, goodsTable(queue.stuck_goods, act)),
    part(t("visits_stuck"), queue.stuck_visits, visitsTable(queue.stuck_visits, act)),
    part(t("days_waiting"), days.forgotten, days.forgotten.map((day) =>
      h("button", { type: "button", id: `day-${day}`, on: { click: () => openDay(day) } }, day))),
  ];
}

function unresolvedPart(record) {
  return h("div", { class: "unresolved" }, moneyState("unknown"), h("p", {}, t("number"), " ", h("b", {}, record.id), " · ",
    momentOf(record.at), " · ", t(`state.${record.state}`), " · ", t("total"), " ", readable(record.settlement.total)));
}

const why = (one) => (language() === "zh" ? one.why_zh : one.why) || one.reason || "";
const UPLOAD_KINDS = { unknown: "unknown", refused: "fault" };
const standing = (one) => (one.stuck ? badge("fault", t("stuck")) : badge("good", t("moving")));

function uploadsTable(uploads, act) {
  return table(t("uploads_waiting"), [
    { head: t("number"), cell: (one) => one.settlement || one.message_id },
    { head: t("state"), cell: (one) => [badge(UPLOAD_KINDS[one.state] ?? "good", t(`upload.${one.state}`)), one.stuck ? [" ", standing(one)] : []].flat(2) },
    { head: t("attempts"), cell: (one) => String(one.attempts), number: true },
    { head: t("since"), cell: (one) => momentOf(one.first_queued_at) },
    { head: t("next_try"), cell: (one) => momentOf(one.next_attempt_at) },
    { head: t("reason"), cell: why },
    { head: t("repair"), cell: (one) => wayOut(one, act) },
  ].map(wrap), uploads);
}

function printsTable(prints) {
  return table(t("prints_waiting"), [
    { head: t("document"), cell: (one) => `${t(`document.${one.document}`)} ${one.subject}` },
    { head: t("state"), cell: standing },
    { head: t("attempts"), cell: (one) => String(one.attempts), number: true },
    { head: t("reason"), cell: why },
  ].map(wrap), prints);
}

function goodsTable(goods, act) {
  return table(t("goods_stuck"), [
    { head: t("number"), cell: (one) => `${one.settlement} ${one.name}` },
    { head: t("state"), cell: (one) => badge("fault", t(`upload.${one.state}`)) },
    { head: t("attempts"), cell: (one) => String(one.attempts), number: true },
    { head: t("reason"), cell: (one) => `${why(one)} ${one.reason}` },
    { head: t("repair"), cell: (one) => resumeButton(one, act) },
  ].map(wrap), goods);
}

function visitsTable(visits, act) {
  return table(t("visits_stuck"), [
    { head: t("number"), cell: (one) => `${one.settlement} ${one.visit}` },
    { head: t("attempts"), cell: (one) => String(one.attempts), number: true },
    { head: t("reason"), cell: (one) => `${why(one)} ${one.reason}` },
    { head: t("repair"), cell: (one) => resumeButton({ message_id: one.settlement }, act) },
  ].map(wrap), visits);
}

const wrap = (column) => ({ ...column, cell: (row, index) => h("div", {}, column.cell(row, index)) });

function wayOut(one, act) {
  if (!one.stuck) return null;
  if (one.state === "refused" && one.transaction === "void") return null;
  if (one.state === "refused") {
    return h("button", { type: "button", id: `void-${one.settlement}`, on: { click: () => voidSettlement(one.settlement) } }, t("void"));
  }
  return resumeButton(one, act);
}

function resumeButton(one, act) {
  const path = `/v1/queue/${encodeURIComponent(one.message_id)}/resume`;
  return h("button", { type: "button", id: `resume-${one.message_id}`, on: { click: () => act(path) } }, t("resume"));
}
