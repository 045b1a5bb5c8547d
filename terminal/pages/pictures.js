// Pictures from the terminal: receipts, and who pays what. They are fetched with the till's token and shown as blobs.

import { file, refusal } from "./api.js";
import { question } from "./dialog.js";
import { h } from "./dom.js";
import { language, t } from "./i18n.js";
import { problemBox } from "./parts.js";

/** The receipt of a settlement or a void, scrolled where it is long. */
export function receiptPicture(number) {
  const frame = h("div", { class: "receipt", tabindex: "0", role: "region", aria: { label: t("receipt") } });
  load(frame, `/v1/settlements/${encodeURIComponent(number)}/receipt.svg`, t("receipt"));
  return frame;
}

/** Who pays what, over the page. */
export async function showPicture(path) {
  const frame = h("div", { class: "picture", tabindex: "0", role: "region", autofocus: true, aria: { label: t("picture_title") } });
  load(frame, `${path}?language=${language()}`, t("picture_title"));
  await question({ title: t("picture_title"), body: [frame], yes: null, no: t("close") });
}

async function load(frame, path, words) {
  try {
    const address = URL.createObjectURL(await file(path));
    const image = h("img", { src: address, alt: words });
    image.addEventListener("load", () => URL.revokeObjectURL(address));
    frame.replaceChildren(image);
  } catch (error) {
    frame.replaceChildren(problemBox(refusal(error)));
  }
}
