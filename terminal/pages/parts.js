// Parts that several views show: whether money moved, a refusal, who pays what.

import { Silence } from "./api.js";
import { h, icon, table } from "./dom.js";
import { both, named, t } from "./i18n.js";
import { fenOf, percent, readable } from "./money.js";

/** Whether money has moved: colour, word and shape say the same, in both languages. */
export function moneyState(moved, words = `moved_${moved}`) {
  const [first, second] = both(words);
  return h("p", { class: `money money-${moved}`, role: "status", data: { money: moved } },
    icon(moved), h("strong", {}, first), h("span", {}, second));
}

/** A refusal or a silence: whether money moved comes first, then what happened and where. */
export function problemBox(problem, ...actions) {
  if (!problem) return null;
  const silent = problem instanceof Silence;
  const moved = silent ? "unknown" : problem.money_moved;
  return h("div", { class: `problem problem-${moved}`, role: "alert" },
    icon(moved === "no" ? "fault" : moved),
    h("div", {},
      h("strong", {}, t(`moved_${moved}`)), " · ", silent ? t("silent") : problem.sentence,
      silent ? null : h("small", {}, [problem.code, problem.at].filter(Boolean).join(" · "))),
    actions);
}

/** A word with a shape and a colour. kind: good, warning, fault, unknown. */
export function badge(kind, word) {
  return h("span", { class: `badge badge-${kind}` }, h("i", { aria: { hidden: "true" } }, SHAPES[kind]), word);
}

/** A sum of money in large figures. */
export function figure(label, yuan, form = null) {
  return h("div", { class: `figure ${form ?? ""}` }, h("dt", {}, label), h("dd", {}, readable(yuan)));
}

/** Each payer's sum, those that pay nothing left out: [[payer, yuan]]. */
export function payersOf(settlement) {
  const all = [
    ...Object.entries(settlement.funds),
    ["account", settlement.account], ["cash", settlement.cash], ["provider", settlement.provider_borne],
  ];
  return all.filter(([, yuan]) => fenOf(yuan) !== 0n);
}

/** Who pays what, as one bar as long as the bill, with each payer's name and sum below. */
export function payerBar(settlement) {
  const paid = payersOf(settlement).filter(([, yuan]) => fenOf(yuan) > 0n);
  const sum = paid.reduce((total, [, yuan]) => total + fenOf(yuan), 0n);
  const piece = ([payer, yuan]) => {
    const element = h("span", { class: `paint paint-${payer}` });
    element.style.flexGrow = sum === 0n ? "1" : String((fenOf(yuan) * 10000n) / sum);
    return element;
  };
  return h("figure", { class: "payers" },
    h("div", { class: "bar", aria: { hidden: "true" } }, paid.map(piece)),
    h("ul", {}, payersOf(settlement).map(([payer, yuan]) =>
      h("li", {}, h("span", { class: `paint swatch paint-${payer}`, aria: { hidden: "true" } }),
        named("payers", payer), " ", h("b", {}, readable(yuan))))));
}

/** Every line of the settlement with its article: why each part is paid by whom. */
export function whyTable(settlement) {
  const columns = [
    { head: t("part"), cell: (line) => named("parts", line.part) },
    { head: t("base"), cell: (line) => readable(line.base), number: true },
    { head: t("rate"), cell: (line) => (line.rate === undefined ? "" : percent(line.rate)), number: true },
    { head: t("amount"), cell: (line) => readable(line.amount), number: true },
    { head: t("payer"), cell: (line) => named("payers", line.payer) },
    { head: t("article_of"), cell: (line) => line.cite || named("rules", line.rule) },
  ];
  return h("div", { class: "why", tabindex: "0", role: "region", aria: { label: t("why") } },
    table(t("why"), columns, settlement.lines),
    settlement.notices.length > 0
      ? h("ul", { class: "notices" }, settlement.notices.map((notice) => h("li", {}, sentenceOf(notice))))
      : null);
}

/** What the patient loses by not waiting for the center, in sight of the sums; null where nothing is lost. */
export function waitingBox(settlement) {
  const lost = settlement.notices.filter((notice) => notice.startsWith("offline-"));
  if (lost.length === 0) return null;
  return h("div", { class: "problem problem-unknown", role: "status" },
    icon("unknown"), h("div", {}, lost.map((notice) => h("p", {}, sentenceOf(notice)))));
}

/** A notice without the code before its colon, which is for programs. */
function sentenceOf(notice) {
  return notice.replace(/^[a-z-]+: /, "");
}

/** A moment as people of one day read it: date only where it is not today's. */
export function momentOf(iso) {
  const [date, time] = iso.split("T");
  return `${date} ${time.slice(0, 8)}`;
}

const SHAPES = { good: "●", warning: "◆", fault: "✖", unknown: "?" };
