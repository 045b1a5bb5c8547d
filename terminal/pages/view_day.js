// Day end: totals, what keeps the day open, and each difference with its repair one key away.

import { ask } from "./api.js";
import { told } from "./acts.js";
import { asked, question } from "./dialog.js";
import { h, keyButton, table } from "./dom.js";
import { language, t } from "./i18n.js";
import { listing, part } from "./listing.js";
import { readable } from "./money.js";
import { badge } from "./parts.js";

const DAY_STATES = { open: "good", frozen: "warning", sealed: "good" };
const RECONCILED = { matched: "good", different: "fault", pending: "unknown" };

/** The view. live: knows the business day, which is shown first, and one that the clock has fallen behind. */
export function dayView(live) {
  let day = "";
  let ahead = false;
  let differences = [];
  let waiting = [];
  const view = listing({
    title: "day",
    heading: () => t("day_title", day),
    load: async () => {
      const [totals, runs, found] = await Promise.all([
        ask("GET", `/v1/days/${day}`), ask("GET", `/v1/days/${day}/runs`), ask("GET", `/v1/days/${day}/differences`),
      ]);
      differences = found.differences.filter((one) => one.action !== "none" && !one.explained && !repairOf(found, one));
      waiting = matters(runs.runs).map((one) => one.till).filter(Boolean);
      ahead = isAhead(live.health, totals);
      return [ahead ? aheadPart(day, callMistake) : null, ...dayParts(totals, runs.runs, found, repair)];
    },
    keys: () => [
      { key: "F9", label: t("close_day"), primary: true, act: close },
      { key: "Alt+1", label: "", act: () => differences[0] && repair(differences[0]) },
      { key: "Alt+M", label: "", act: () => ahead && callMistake() },
      { key: "PageUp", label: t("day_previous"), act: () => go(-1) },
      { key: "PageDown", label: t("day_next"), act: () => go(1) },
    ],
  });

  function go(days) {
    day = dayPlus(day, days);
    return view.refresh();
  }

  async function close() {
    const body = [h("p", {}, t("close_body")), waiting.length > 0 ? h("p", { class: "note" }, t("close_without", waiting.join(" · "))) : null];
    const sure = await question({ title: t("close_title", day), body, yes: t("close_day") });
    if (!sure) return;
    await told(() => ask("POST", `/v1/days/${day}/close`, {}), t("close_day"), (report) => reportPart(report));
    await view.refresh();
  }

  async function callMistake() {
    const title = t("mistake_title", day);
    const reason = await asked({ title, label: t("mistake_reason"), yes: t("mistake"), note: t("mistake_does", day) });
    if (reason === null) return;
    await told(() => ask("POST", `/v1/days/${day}/clock-mistake`, { reason }), title,
      (days) => [h("p", {}, t("mistake_done", days.business_day, day))]);
    await live.refresh();
    await view.refresh();
  }

  async function repair(difference) {
    const what = t(`action.${difference.action}`);
    const sure = await question({
      title: t("repair_title", what), yes: what,
      body: [h("p", {}, wordsOf(difference)), h("p", {}, textOf(difference)), h("p", {}, t("number"), " ", difference.settlement_id || t("none"))],
    });
    if (!sure) return;
    await told(() => ask("POST", `/v1/days/${day}/repairs`, { difference: difference.id }), t("repair"),
      () => [h("p", {}, t("repaired"))]);
    await view.refresh();
  }

  return {
    ...view,
    show(root) {
      day ||= live.health.day_ahead_of_clock ?? live.health.business_day;
      return view.show(root);
    },
    /** Show another day next. */
    choose(chosen) {
      day = chosen;
    },
  };
}

function dayParts(totals, runs, found, repair) {
  const last = runs.at(-1);
  return [
    h("p", {}, badge(DAY_STATES[totals.state] ?? "unknown", t(`day.${totals.state}`)), " ",
      last ? [badge(RECONCILED[last.reconciliation], t(`reconciliation.${last.reconciliation}`)), " ", t("run", String(last.run)),
        " · ", last.closed_at.slice(0, 19).replace("T", " "), " · ", last.operator] : null),
    last?.detail ? h("p", { class: "note" }, last.detail) : null,
    totals.groups.length > 0 ? totalsTable(totals.groups) : h("p", { class: "empty" }, t("day_empty")),
    part(t("open_matters"), matters(runs), h("ul", {}, matters(runs).map((one) =>
      h("li", {}, one.settlement_id || one.till, " · ", t(`upload.${one.upload_state}`), " · ", inWords(one))))),
    found.run > 0 && found.differences.length === 0 ? h("p", { class: "empty" }, t("differences_none")) : null,
    part(t("differences"), found.differences, differencesTable(found, repair)),
  ];
}

/** Whether business has come to a day to come, so that the business day stands still until the clock or the day is set right. */
const isAhead = (health, totals) => health.day_ahead_of_clock !== null && totals.day > health.now.slice(0, 10)
  && (totals.groups.length > 0 || totals.state !== "open");

/** What is wrong with such a day, and the way out of it. */
function aheadPart(day, callMistake) {
  return h("div", { class: "strip", role: "status" }, h("p", {}, t("mistake_note", day)),
    keyButton("Alt+M", t("mistake"), callMistake, { id: "clock-mistake" }));
}

/** What the last run found open. */
const matters = (runs) => runs.at(-1)?.open_matters ?? [];

/** Why something is open: in Chinese what to do, with what the center said behind it. */
const inWords = (one) => [...new Set(language() === "zh" ? [one.reason_zh, one.reason] : [one.reason])].filter(Boolean).join(" · ");

/** What a run of day end says: whether it balances, and what it sealed. */
function reportPart(report) {
  return [
    h("p", {}, badge(RECONCILED[report.reconciliation], t(`reconciliation.${report.reconciliation}`)), " ",
      badge(DAY_STATES[report.state], t(`day.${report.state}`))),
    report.detail ? h("p", { class: "note" }, report.detail) : null,
    h("p", {}, t("differences"), " ", h("b", {}, String(report.differences.length)), " · ",
      t("open_matters"), " ", h("b", {}, String(report.open_matters.length))),
  ];
}

/** A day's or a month's groups as a table. first: columns before the sums. */
export function totalsTable(groups, first = []) {
  const sum = (key, label) => ({ head: label, cell: (one) => readable(one[key]), number: true });
  return table(t("total"), [
    ...first,
    { head: t("scheme"), cell: (one) => t(`scheme.${one.scheme}`) },
    { head: t("clearing"), cell: (one) => t(`clearing.${one.clearing_class}`) },
    { head: t("count"), cell: (one) => String(one.count), number: true },
    { head: t("voids"), cell: (one) => String(one.void_count), number: true },
    sum("total", t("total")), sum("fund_total", t("fund_total")), sum("account", t("account")), sum("cash", t("cash")),
  ], groups);
}

const repairOf = (found, difference) => found.repairs.find((one) => one.difference === difference.id);
const textOf = (difference) => (language() === "zh" && difference.text_zh) || difference.text;
const wordsOf = (difference) => [t(`between.${difference.between}`), difference.till, t(`cause.${difference.cause}`)].filter(Boolean).join(" · ");

function differencesTable(found, repair) {
  return table(t("differences"), [
    { head: t("number"), cell: (one) => one.settlement_id || t("none") },
    { head: t("cause"), cell: (one) => [wordsOf(one), h("p", { class: "note" }, textOf(one))] },
    { head: t("here"), cell: (one) => readable(one.terminal_total), number: true },
    { head: t("there"), cell: (one) => (one.other_total === null ? t("unknown") : readable(one.other_total)), number: true },
    { head: t("repair"), cell: (one, index) => repairCell(found, one, index, repair) },
  ], found.differences);
}

function repairCell(found, difference, index, repair) {
  const done = repairOf(found, difference);
  if (done) return badge("good", t("repaired_by", done.operator));
  if (difference.action === "none" || difference.explained) return t(difference.explained ? "action.none" : "action.ask");
  const button = keyButton(index === 0 ? "Alt+1" : "", t(`action.${difference.action}`), () => repair(difference), { id: `repair-${index}` });
  return button;
}

function dayPlus(day, days) {
  const moment = new Date(`${day}T00:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}
