// Every key that counts, on one sheet.

import { question } from "./dialog.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { keysNow } from "./keys.js";

const ALWAYS = [
  ["F10", "help_yes"], ["Esc", "help_no"], ["Enter", "help_enter"], ["3*", "help_star"],
  ["↑ ↓", "help_select"], ["+ −", "help_plus"], ["Delete", "help_delete"],
];

/** Show it. */
export function showHelp() {
  const view = keysNow().filter((one) => one.label).map((one) => [one.key, one.label]);
  const seen = new Set(view.map(([key]) => key));
  const rest = ALWAYS.filter(([key]) => !seen.has(key)).map(([key, word]) => [key, t(word)]);
  const rows = [...view, ...rest].map(([key, label]) => h("div", {}, h("dt", {}, h("kbd", {}, key)), h("dd", {}, label)));
  return question({ title: t("help"), body: [h("dl", { class: "all-keys" }, rows)], yes: null, no: t("close") });
}
