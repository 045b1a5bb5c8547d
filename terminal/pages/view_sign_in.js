// Sign-in: the operator's number and name; afterwards what is unresolved comes first.

import { ask, refusal } from "./api.js";
import { h, keyButton } from "./dom.js";
import { t } from "./i18n.js";
import { problemBox } from "./parts.js";

const PLACE = "till.operator";

/** The view; `signedIn` is called when the center has taken the operator. */
export function signInView(signedIn) {
  let form = null;
  async function send(event) {
    event?.preventDefault();
    if (!form.reportValidity()) return;
    const operator = form.querySelector("#operator").value.trim();
    const operator_name = form.querySelector("#operator-name").value.trim();
    try {
      await ask("POST", "/v1/sessions", { operator, operator_name });
    } catch (error) {
      form.querySelector(".answer").replaceChildren(problemBox(refusal(error)));
      return;
    }
    localStorage.setItem(PLACE, JSON.stringify({ operator, operator_name }));
    await signedIn();
  }
  return {
    title: "sign_in",
    show(root) {
      const last = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
      form = h("form", { class: "sign-in", on: { submit: send } },
        h("h1", {}, t("sign_in")),
        h("label", { for: "operator" }, t("operator")),
        h("input", { id: "operator", required: true, maxlength: "20", autocomplete: "off", value: last.operator ?? "" }),
        h("label", { for: "operator-name" }, t("operator_name")),
        h("input", { id: "operator-name", required: true, maxlength: "100", autocomplete: "off", value: last.operator_name ?? "" }),
        h("div", { class: "answer" }),
        h("button", { type: "submit", class: "primary" }, h("kbd", {}, "Enter"), " ", t("sign_in")),
        h("p", { class: "note" }, t("sign_in_note")));
      root.replaceChildren(form);
    },
    // What was typed last time is there to be taken with Enter, or typed over.
    focus: () => form.querySelector("#operator").select(),
    keys: () => [{ key: "F10", label: t("sign_in"), primary: true, act: send }],
  };
}

/** What a browser shows that has no token, or a wrong one. */
export function deniedView() {
  return plainView("denied_title", "denied");
}

/** What a second window shows; `takeOver` moves the sales here. */
export function elsewhereView(takeOver) {
  return {
    ...plainView("elsewhere_title", "elsewhere", () => keyButton("F10", t("take_over"), takeOver, { primary: true })),
    keys: () => [{ key: "F10", label: t("take_over"), primary: true, act: takeOver }],
  };
}

function plainView(title, body, buttonOf = () => null) {
  let heading = null;
  return {
    title,
    show(root) {
      heading = h("h1", { tabindex: "-1" }, t(title));
      root.replaceChildren(h("div", { class: "plain" }, heading, h("p", {}, t(body)), buttonOf()));
    },
    focus: () => heading.focus(),
    keys: () => [],
  };
}
