// Debits of which nobody knows whether the card has paid: the same card is asked again, or a person decides.

import { ask } from "./api.js";
import { told } from "./acts.js";
import { question } from "./dialog.js";
import { h, table } from "./dom.js";
import { t } from "./i18n.js";
import { part } from "./listing.js";
import { readable } from "./money.js";
import { badge } from "./parts.js";

const REASON_CHARACTERS_MAX = "100";

/** The section of open debits; nothing where there is none. refresh: draws the view anew. */
export function pursePart(debits, refresh) {
  return part(t("debits_open"), debits, [
    h("p", { class: "note" }, t("debits_note")),
    table(t("debits_open"), [
      { head: t("number"), cell: (one) => one.settlement },
      { head: t("debit_holder"), cell: (one) => t("debit_card", one.patient, one.card) },
      { head: t("amount"), cell: (one) => readable(one.amount), number: true },
      { head: t("since"), cell: (one) => momentOnCard(one.moment) },
      { head: t("state"), cell: (one) => badge(one.trouble ? "fault" : "unknown", t(one.trouble ? "debit_trouble" : "debit_waits")) },
      { head: t("repair"), cell: (one) => button(`decide-${one.settlement}`, t("debit_decide"), () => decide(one, refresh)) },
    ].map((column) => ({ ...column, cell: (row) => h("div", {}, column.cell(row)) })), debits),
  ]);
}

/** What cards have paid and the center refused, for the insurance office; nothing where there is none. */
export function refusedDebitsPart(refused, refresh) {
  return part(t("debits_refused"), refused, [
    h("p", { class: "note" }, t("debits_refused_note")),
    table(t("debits_refused"), [
      { head: t("number"), cell: (one) => one.settlement },
      { head: t("debit_holder"), cell: (one) => one.patient },
      { head: t("amount"), cell: (one) => readable(one.amount), number: true },
      { head: t("since"), cell: (one) => momentOnCard(one.moment) },
      { head: t("debit_proof"), cell: (one) => `${one.serial} #${one.counter} · ${one.terminal_number} #${one.terminal_counter} · TAC ${one.tac || "—"}` },
      { head: t("repair"), cell: (one) => button(`settled-${one.settlement}`, t("debit_settled"), () => confirmSettled(one, refresh)) },
    ].map((column) => ({ ...column, cell: (row) => h("div", {}, column.cell(row)) })), refused),
  ]);
}

async function confirmSettled(debit, refresh) {
  const body = [h("p", {}, t("debit_settled_body", readable(debit.amount)))];
  if ((await question({ title: debit.settlement, body, yes: t("debit_settled"), ready: () => true, read: () => true })) === null) return;
  const path = `/v1/purse-debits/${encodeURIComponent(debit.settlement)}/settled`;
  await told(() => ask("POST", path), t("debits_refused"), () => [h("p", {}, debit.settlement, " · ", t("debit_settled"))]);
  await refresh();
}

/** Ask the card in the reader what became of its open debits, and say how many are open then. */
export async function askCard(refresh) {
  await told(() => ask("POST", "/v1/purse-debits/ask"), t("debits_open"), ({ debits }) => [
    h("p", {}, debits.length === 0 ? t("debits_none") : t("debits_left", debits.length)),
  ]);
  await refresh();
}

/** A person's word, with the reason: journalled, and final. */
async function decide(debit, refresh) {
  const answer = h("select", { id: "debit-decision", autofocus: true },
    [["", "debit_choose"], ["debited", "debit_debited"], ["not-debited", "debit_not_debited"]].map(([value, word]) => h("option", { value }, t(word))));
  const reason = h("input", { id: "debit-reason", autocomplete: "off", maxlength: REASON_CHARACTERS_MAX });
  const given = await question({
    title: t("debit_decide_title", debit.settlement),
    body: [
      h("p", {}, t("debit_decide_body", debit.patient, debit.card, readable(debit.amount))),
      h("label", { for: "debit-decision" }, t("debit_decision")), answer,
      h("label", { for: "debit-reason" }, t("debit_reason")), reason,
    ],
    yes: t("debit_decide"),
    ready: () => answer.value !== "" && reason.value.trim() !== "",
    read: () => ({ decision: answer.value, reason: reason.value.trim() }),
  });
  if (given === null) return;
  const path = `/v1/purse-debits/${encodeURIComponent(debit.settlement)}/decision`;
  await told(() => ask("POST", path, given), t("debits_open"), (record) => [h("p", {}, record.id, " · ", t(`state.${record.state}`))]);
  await refresh();
}

function button(id, label, act) {
  return h("button", { type: "button", id, on: { click: act } }, label);
}

/** YYYYMMDDhhmmss, as the card logs it. */
function momentOnCard(digits) {
  const [, month, day, hour, minute] = /^\d{4}(\d\d)(\d\d)(\d\d)(\d\d)/.exec(digits) ?? [];
  return month ? `${month}-${day} ${hour}:${minute}` : digits;
}
