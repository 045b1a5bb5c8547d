// What was settled: its number, and the receipt as it is on paper.

import { h } from "./dom.js";
import { t } from "./i18n.js";
import { badge, momentOf } from "./parts.js";
import { receiptPicture } from "./pictures.js";

/** The settled sale; words: `done` or `done_void`. */
export function donePart(answer, words) {
  const heading = h("h2", { tabindex: "-1" }, t(words));
  queueMicrotask(() => heading.focus());
  return h("div", { class: "done" }, heading,
    h("p", {}, t("number"), " ", h("b", { data: { settlement: answer.id } }, answer.id), " · ", momentOf(answer.at)),
    answer.center?.hint ? badge("warning", `${t("center_says")} ${answer.center.hint}`) : null,
    receiptPicture(answer.id));
}
