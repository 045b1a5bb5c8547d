// The head of the page: who works here, how the devices are, and what holds for the whole screen.

import { h, icon } from "./dom.js";
import { t } from "./i18n.js";
import { badge } from "./parts.js";
import { doubtCount } from "./pending.js";

/** The head for one health answer; silent: the terminal did not answer when it was last asked. */
export function topPart(health, silent, { signOut, otherLanguage }) {
  return [
    h("a", { class: "skip", href: "#main" }, t("skip")),
    h("div", { class: "bar-top" },
      h("p", { class: "brand" }, t("title"), health ? h("small", {}, `${health.terminal} · ${health.business_day}`) : null),
      health ? h("ul", { class: "lights", aria: { label: t("devices") } }, lights(health)) : null,
      h("p", { class: "who" }, health?.signed_in || t("not_signed_in")),
      health?.signed_in
        ? h("button", { type: "button", class: "small", on: { click: signOut } }, h("kbd", {}, "Alt+Q"), " ", t("sign_out")) : null,
      h("button", { type: "button", class: "small", on: { click: otherLanguage } }, h("kbd", {}, "Alt+L"), " ", t("language"))),
    health?.training_clock ? h("p", { class: "training" }, t("training")) : null,
    health?.day_ahead_of_clock ? strip(t("clock_behind")) : null,
    health?.clock_is_off ? strip(t("clock_off")) : null,
    silent ? strip(t("silent")) : null,
    doubtCount() > 0 && !silent ? strip(t("doubt")) : null,
  ].filter(Boolean);
}

function strip(text) {
  return h("p", { class: "strip", role: "alert" }, icon("unknown"), text);
}

function lights(health) {
  const { center, uploads } = health;
  const device = (name, state) => {
    const kind = state.health === "good" && state.code === "paper-low" ? "warning" : state.health;
    return h("li", {}, badge(kind, [t(name), " ", h("b", {}, t(`device.${state.code}`))]));
  };
  const reached = { yes: "good", no: "fault", unknown: "unknown" }[center.reachable];
  const waiting = Object.entries(uploads).filter(([state]) => state !== "accepted").reduce((sum, [, count]) => sum + count, 0);
  return [
    ...Object.entries(health.devices).map(([name, state]) => device(name, state)),
    h("li", {}, badge(reached, [t("center"), " ", h("b", {}, t(`reach.${center.reachable}`))])),
    waiting > 0 ? h("li", {}, badge("warning", [t("uploads"), " ", h("b", {}, String(waiting))])) : null,
  ];
}
