// A question over the page: F10 says yes, Esc says no, and the focus returns to where it was.

import { h, keyButton } from "./dom.js";
import { t } from "./i18n.js";
import { pushKeys } from "./keys.js";

/**
 * Ask, and resolve to `read()` of a yes or null of a no. body: elements. ready: whether yes may be said now. signal:
 * its abort is a no, when the question has lost its ground.
 */
export function question({ title, body = [], yes, no = t("back"), ready = () => true, read = () => true, signal = null }) {
  return new Promise((resolve) => {
    const agree = () => ready() && close(read());
    const yesButton = yes && keyButton("F10", yes, agree, { primary: true });
    const buttons = [
      keyButton("Esc", no, () => close(null)),
      yesButton ?? [],
    ];
    const heading = h("h2", { id: "dialog-title", tabindex: "-1" }, title);
    const dialog = h("dialog", { aria: { labelledby: "dialog-title" } },
      heading, h("div", { class: "dialog-body" }, body), h("div", { class: "dialog-buttons" }, buttons));
    const refresh = () => yesButton && (yesButton.disabled = !ready());
    const before = document.activeElement;
    const popKeys = pushKeys([
      { key: "Esc", label: no, act: () => close(null) },
      ...(yes ? [{ key: "F10", label: yes, act: agree, primary: true }] : []),
    ]);
    function close(value) {
      if (!dialog.isConnected) return;
      popKeys();
      dialog.remove();
      if (before?.isConnected) before.focus();
      resolve(value);
    }
    // The browser's own Esc would close it without an answer.
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    dialog.addEventListener("input", refresh);
    dialog.addEventListener("change", refresh);
    signal?.addEventListener("abort", () => close(null));
    document.body.append(dialog);
    dialog.showModal();
    refresh();
    (dialog.querySelector("[autofocus]") ?? heading).focus();
  });
}

/** Tell something that has to be seen. Resolves when it was. */
export function notice(title, ...body) {
  return question({ title, body, yes: t("seen"), no: t("close") });
}

/** A line of text to be typed, or null. valid: whether it may be given. secret: not shown, as codes are not. */
export function asked({ title, label, value = "", yes, valid = (text) => text.trim() !== "", note = null, secret = false }) {
  const input = h("input", { id: "asked", type: secret ? "password" : "text", value, autofocus: true, autocomplete: "off", maxlength: "100" });
  return question({
    title,
    body: [h("label", { for: "asked" }, label), input, note ? h("p", { class: "note" }, note) : null],
    yes,
    ready: () => valid(input.value),
    read: () => input.value.trim(),
  });
}
