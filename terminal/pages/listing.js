// A view that asks the terminal for something and lists it: what all lists share.

import { refusal } from "./api.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { problemBox } from "./parts.js";

/**
 * A view with a heading and what `load()` resolves to, an array of elements. keys: of the view, as a function.
 * Returns {show, focus, refresh, keys}; a late answer never overwrites a newer one.
 */
export function listing({ title, heading = () => t(title), load, keys = () => [] }) {
  const head = h("h1", { tabindex: "-1" });
  const body = h("div", { class: "listing-body" });
  let turn = 0;
  async function refresh() {
    turn += 1;
    const mine = turn;
    head.replaceChildren(heading());
    body.setAttribute("aria-busy", "true");
    let parts;
    try {
      parts = await load();
    } catch (error) {
      parts = [problemBox(refusal(error))];
    }
    if (mine !== turn) return;
    const held = document.activeElement?.id;
    body.replaceChildren(...parts.filter(Boolean));
    body.setAttribute("aria-busy", "false");
    // The focus stays on what it was on, although it was drawn anew.
    if (held && !document.activeElement?.id) document.getElementById(held)?.focus();
  }
  return {
    title,
    show(root) {
      root.replaceChildren(h("section", { class: "listing" }, head, body));
      return refresh();
    },
    focus: () => head.focus(),
    refresh,
    keys,
  };
}

/** A section with a heading; nothing where there are no rows. */
export function part(title, rows, content) {
  return rows.length > 0 ? h("section", { class: "part" }, h("h2", {}, title), h("div", { class: "scroll", tabindex: "0", role: "region", aria: { label: title } }, content)) : null;
}
