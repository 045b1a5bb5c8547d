// The keys. What a key does is said in one place, shown at the bottom of the page, and done by click as well.
//
// F10 alone says yes and Esc says no: a scanner ends each code with Enter, and must never agree to anything.

import { h } from "./dom.js";
import { t } from "./i18n.js";

const layers = [{ keys: [] }];
let bar = null;

/** Show the keys in this element from now on. */
export function showKeysIn(element) {
  bar = element;
  document.addEventListener("keydown", pressed);
  render();
}

/** Keys of the whole page: [{key, label, act, shown?, current?}]. */
export function setGlobalKeys(keys) {
  layers[0].keys = keys;
  render();
}

/** Keys of the present view, in place of the view before. */
export function setViewKeys(keys) {
  layers[1] = { keys };
  render();
}

/** Keys of a dialog: while it is open no others count. Returns a function that takes them away again. */
export function pushKeys(keys) {
  const layer = { keys, alone: true };
  layers.push(layer);
  render();
  return () => {
    layers.splice(layers.indexOf(layer), 1);
    render();
  };
}

/** Every key that counts now; where two layers know one key, the inner one's counts. */
export function keysNow() {
  const alone = layers.findLast((layer) => layer?.alone);
  const counting = alone ? [alone] : [...layers].reverse();
  const all = counting.flatMap((layer) => layer?.keys ?? []);
  return all.filter((one, index) => all.findIndex((other) => other.key === one.key) === index);
}

function nameOf(event) {
  const shift = event.shiftKey && event.key.length > 1 ? "Shift+" : "";
  // With Alt a keyboard may give another character than the letter printed on the key.
  if (event.altKey && event.code.startsWith("Key")) return `Alt+${event.code.slice(3)}`;
  return `${event.altKey ? "Alt+" : ""}${event.ctrlKey ? "Ctrl+" : ""}${shift}${event.key === "Escape" ? "Esc" : event.key}`;
}

function pressed(event) {
  const found = keysNow().find((one) => one.key === nameOf(event));
  if (!found) return;
  event.preventDefault();
  // A key that is held down or bounces is one key.
  if (event.repeat || found.disabled?.()) return;
  found.act(event);
}

function render() {
  if (!bar) return;
  const shown = keysNow().filter((one) => one.label);
  const order = (one) => Number(/^F(\d+)$/.exec(one.key)?.[1] ?? 99);
  shown.sort((one, other) => order(one) - order(other));
  bar.replaceChildren(h("nav", { aria: { label: t("keys") } }, shown.map(button)));
}

function button(one) {
  return h("button", {
    type: "button",
    tabindex: "-1",
    class: one.primary ? "primary" : null,
    aria: one.current ? { current: "page" } : {},
    disabled: one.disabled?.() ?? false,
    on: { click: (event) => one.act(event) },
  }, h("kbd", {}, one.key), h("span", {}, one.label));
}

/** Draw the keys anew: a label or what may be pressed has changed. */
export const refreshKeys = render;
