// Find a settlement by its number or the till's reference, look at it, void it, print it again.

import { Problem, ask, refusal } from "./api.js";
import { reprint, voidSettlement } from "./acts.js";
import { h, table } from "./dom.js";
import { t } from "./i18n.js";
import { readable } from "./money.js";
import { badge, moneyState, momentOf, problemBox } from "./parts.js";
import { receiptPicture, showPicture } from "./pictures.js";
import { splitPart } from "./sale_quote.js";

const LAST_COUNT = 20;

/** The view; `changed` is called when other keys count, `refund` with a settlement of which a part is given back. */
export function findView(changed, refund) {
  const input = h("input", { id: "find", autocomplete: "off", maxlength: "100", on: { keydown: key } });
  const results = h("div", { class: "find-results" });
  const detail = h("div", { class: "find-detail" });
  let found = [];
  let chosen = 0;
  let one = null;

  function key(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      if (input.value.trim()) search();
      else open(found[chosen]);
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      chosen = Math.max(0, Math.min(found.length - 1, chosen + (event.key === "ArrowDown" ? 1 : -1)));
      list();
    }
  }

  async function search() {
    const text = input.value.trim();
    try {
      found = await wanted(text);
    } catch (error) {
      results.replaceChildren(problemBox(refusal(error)));
      return;
    }
    chosen = 0;
    list();
    if (text && found.length === 1) await open(found[0]);
  }

  function list() {
    results.replaceChildren(found.length > 0 ? resultTable(found, chosen, open) : h("p", { class: "empty" }, t("none")));
  }

  async function open(record) {
    if (!record) return;
    one = await ask("GET", `/v1/settlements/${encodeURIComponent(record.id)}`);
    detail.replaceChildren(...detailPart(one));
    changed();
  }

  async function done(act) {
    await act(one.id);
    await search();
    await open(one);
  }

  return {
    title: "find",
    async show(root) {
      input.value = "";
      root.replaceChildren(h("h1", { class: "unseen" }, t("find")), h("div", { class: "find" },
        h("section", {}, h("label", { for: "find" }, t("find_label")), input, h("h2", {}, t("find_last")), results), detail));
      await search();
    },
    focus: () => input.focus(),
    keys: () => (one === null ? [] : [
      { key: "Alt+V", label: t("void"), act: () => done(voidSettlement), disabled: () => one.kind === "void" || one.state !== "committed" },
      { key: "Alt+T", label: t("refund"), act: () => refund(one), disabled: () => one.kind === "void" || one.state !== "committed" },
      { key: "Alt+R", label: t("reprint"), act: () => done(reprint), disabled: () => !isSettled(one) },
      { key: "Alt+P", label: t("picture"), act: () => showPicture(`/v1/settlements/${one.id}/picture.svg`) },
    ]),
  };
}

async function wanted(text) {
  if (!text) return (await ask("GET", `/v1/settlements?last=${LAST_COUNT}`)).settlements;
  try {
    return [await ask("GET", `/v1/settlements/${encodeURIComponent(text)}`)];
  } catch (error) {
    if (!(error instanceof Problem && error.status === 404)) throw error;
    return (await ask("GET", `/v1/settlements?till_reference=${encodeURIComponent(text)}`)).settlements;
  }
}

function resultTable(found, chosen, open) {
  const columns = [
    { head: t("number"), cell: (record) => [
      h("button", { type: "button", class: "link", on: { click: () => open(record) } }, record.id),
      h("small", {}, momentOf(record.at)),
    ] },
    { head: t("state"), cell: (record) => stateBadge(record) },
    { head: t("total"), cell: (record) => readable(record.settlement.total), number: true },
  ];
  const wrapped = columns.map((column) => ({ ...column, cell: (record) => h("div", {}, column.cell(record)) }));
  return table(t("find_last"), wrapped, found, { rowClass: (_, index) => (index === chosen ? "selected" : null) });
}

function stateBadge(record) {
  if (record.kind === "void") return badge("warning", t("kind.void"));
  const kinds = { committed: "good", voided: "warning", abandoned: "warning" };
  return badge(kinds[record.state] ?? "unknown", t(`state.${record.state}`));
}

/** Whether something was settled or taken back under this number: only then is there a receipt. */
function isSettled(record) {
  return record.state === "committed" || record.state === "voided";
}

/** Whether money moved: in doubt only as long as card or center may have moved it and nobody knows. */
function movedState(record) {
  if (record.state === "voided") return moneyState("no", "moved_back");
  if (record.state === "committed") return moneyState("yes");
  return moneyState(record.state === "abandoned" && record.upload === "none" ? "no" : "unknown");
}

/** How far the center has been told of it; nothing where nothing of it goes there. */
function uploadBadge({ upload }) {
  if (upload === "none") return null;
  const kinds = { accepted: "good", refused: "fault", unknown: "unknown", reversing: "unknown" };
  return badge(kinds[upload] ?? "warning", t(`upload.${upload}`));
}

function detailPart(record) {
  return [
    movedState(record),
    h("p", {}, t("number"), " ", h("b", { data: { settlement: record.id } }, record.id), " ", stateBadge(record), " ",
      uploadBadge(record)),
    record.voided_by ? h("p", {}, t("state.voided"), " ", h("b", {}, record.voided_by)) : null,
    record.voids ? h("p", {}, t("void"), " ", h("b", {}, record.voids), " · ", record.reason) : null,
    h("p", { class: "note" }, momentOf(record.at), " · ", record.operator, " · ", record.till_reference),
    h("div", { class: "find-columns" }, h("div", {}, splitPart(record.settlement)), isSettled(record) ? receiptPicture(record.id) : null),
  ].filter(Boolean);
}
