// The month's statement: by county, scheme and clearing class; on paper or as a file.

import { ask, file } from "./api.js";
import { told } from "./acts.js";
import { h, keyButton } from "./dom.js";
import { t } from "./i18n.js";
import { listing } from "./listing.js";
import { badge } from "./parts.js";
import { totalsTable } from "./view_day.js";

const FORMS = ["xlsx", "pdf", "csv"];

/** The view; `today` gives the day whose month is shown first. */
export function monthView(today) {
  let month = "";
  const view = listing({
    title: "month",
    heading: () => t("month_title", month),
    load: async () => monthParts(await ask("GET", `/v1/months/${month}`), month),
    keys: () => [
      { key: "PageUp", label: t("month_previous"), act: () => go(-1) },
      { key: "PageDown", label: t("month_next"), act: () => go(1) },
      { key: "Alt+R", label: t("print"), act: () => print(month) },
    ],
  });

  function go(months) {
    const [year, number] = month.split("-").map(Number);
    month = new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
    return view.refresh();
  }

  return {
    ...view,
    show(root) {
      month ||= today().slice(0, 7);
      return view.show(root);
    },
  };
}

function monthParts(statement, month) {
  if (statement.lines.length === 0) return [h("p", { class: "empty" }, t("month_empty"))];
  return [
    h("p", {}, statement.ready ? badge("good", t("day.sealed")) : badge("warning", t("days_open", String(statement.open_days.length)))),
    totalsTable(statement.lines, [{ head: t("county"), cell: (line) => line.county }]),
    h("p", { class: "downloads" }, FORMS.map((form) =>
      keyButton("", t("download", form.toUpperCase()), () => download(month, form), { id: `download-${form}` }))),
  ];
}

function print(month) {
  return told(() => ask("POST", `/v1/months/${month}/statement`, {}), t("month"), () => [h("p", {}, t("printed"))]);
}

async function download(month, form) {
  const address = URL.createObjectURL(await file(`/v1/months/${month}/statement.${form}`));
  h("a", { href: address, download: `statement-${month}.${form}` }).click();
  URL.revokeObjectURL(address);
}
