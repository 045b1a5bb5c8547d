// Devices and self-test: what each says of itself, and what to do about it.

import { ask } from "./api.js";
import { told } from "./acts.js";
import { asked } from "./dialog.js";
import { h, table } from "./dom.js";
import { t } from "./i18n.js";
import { listing } from "./listing.js";
import { badge } from "./parts.js";

/** The view. */
export function devicesView() {
  const view = listing({
    title: "devices",
    heading: () => t("devices_title"),
    load: async () => {
      const [devices, diagnosis] = await Promise.all([ask("GET", "/v1/devices"), ask("GET", "/v1/diagnosis")]);
      return [devicesTable(devices.devices), h("h2", {}, t("checks"), " ", badge(diagnosis.verdict, t(diagnosis.verdict))),
        checksTable(diagnosis.checks)];
    },
    keys: () => [
      { key: "Alt+H", label: t("diagnose"), primary: true, act: () => view.refresh() },
      { key: "Alt+T", label: t("test_page"), act: printTestPage },
      { key: "Alt+K", label: t("pick_line"), act: pickLine },
      { key: "Alt+O", label: t("drawer"), act: openDrawer },
    ],
  });
  return view;
}

function devicesTable(devices) {
  const rows = Object.entries(devices).map(([name, state]) => ({ name, ...state }));
  return table(t("devices"), [
    { head: t("device"), cell: (one) => t(one.name) },
    { head: t("state"), cell: (one) => badge(one.health, t(`device.${one.code}`)) },
    { head: t("detail"), cell: (one) => one.detail },
  ], rows);
}

function checksTable(checks) {
  return table(t("checks"), [
    { head: t("device"), cell: (one) => one.name },
    { head: t("state"), cell: (one) => badge(one.verdict, t(one.verdict)) },
    { head: t("detail"), cell: (one) => one.detail },
    { head: t("remedy"), cell: (one) => one.remedy },
  ], checks);
}

function printTestPage() {
  return told(() => ask("POST", "/v1/printer/test", {}), t("test_page"), () => [h("p", {}, t("printed"))]);
}

async function pickLine() {
  const valid = (text) => /^[1-9]$/.test(text);
  const line = await asked({ title: t("pick_line"), label: t("pick_label"), yes: t("yes"), valid });
  if (line === null) return;
  await told(() => ask("PUT", "/v1/printer/encoding", { line: Number(line) }), t("pick_line"),
    (answer) => [h("p", {}, t("picked", answer.encoding))]);
}

async function openDrawer() {
  const reason = await asked({ title: t("drawer"), label: t("drawer_reason"), yes: t("drawer") });
  if (reason === null) return;
  await told(() => ask("POST", "/v1/drawer", { reason }), t("drawer"), () => [h("p", {}, t("drawer_done"))]);
}
