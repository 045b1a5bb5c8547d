// The entry line: scan or type, and pick from what the catalogue has. Works with the keys alone (a combobox).

import { ask, refusal } from "./api.js";
import { parsed } from "./basket.js";
import { h } from "./dom.js";
import { t } from "./i18n.js";
import { readable } from "./money.js";

const TYPING_PAUSE_MILLISECONDS = 80;

/** `take(item, quantity)` is called with each article that was picked. `onIdleKey(key)`: a key while nothing is typed. */
export class Entry {
  onIdleKey = () => {};
  #take;
  #found = [];
  #chosen = 0;
  #turn = 0;
  #timer = 0;

  constructor(take) {
    this.#take = take;
    this.input = h("input", {
      id: "entry", type: "text", autocomplete: "off", spellcheck: "false", maxlength: "100", role: "combobox",
      aria: { label: t("entry_label"), expanded: "false", controls: "found", autocomplete: "list" },
      on: { input: () => this.#typed(), keydown: (event) => this.#key(event) },
    });
    this.list = h("ul", { id: "found", role: "listbox", aria: { label: t("entry_label") }, hidden: true });
    this.said = h("p", { class: "said", role: "status" });
    this.element = h("div", { class: "entry" }, this.input, this.list, this.said);
  }

  /** The next scan goes here. The words are those of the page's language now. */
  focus() {
    this.input.placeholder = t("entry");
    this.input.setAttribute("aria-label", t("entry_label"));
    this.input.focus();
  }

  #typed() {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.said.replaceChildren();
    const turn = this.#turn;
    if (parsed(this.input.value).text === "") this.#show([], false);
    else this.#timer = setTimeout(() => this.#find(turn, false), TYPING_PAUSE_MILLISECONDS);
  }

  #key(event) {
    if (event.altKey || event.ctrlKey) return;
    if (event.key === "Enter") {
      event.preventDefault();
      this.#enter();
    } else if (this.input.value === "" && ["ArrowDown", "ArrowUp", "+", "-", "Delete"].includes(event.key)) {
      event.preventDefault();
      this.onIdleKey(event.key);
    } else if (event.key === "Escape" && this.input.value !== "") {
      event.preventDefault();
      event.stopPropagation();
      this.#empty();
    } else if (this.#found.length > 0 && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      this.#choose(this.#chosen + (event.key === "ArrowDown" ? 1 : -1));
    }
  }

  // A scanner types faster than the list appears: what counts is what stands in the line, not what is shown.
  #enter() {
    clearTimeout(this.#timer);
    if (parsed(this.input.value).text === "") return;
    this.#turn += 1;
    if (this.#found.length > 0 && this.list.dataset.typed === this.input.value) this.#pick(this.#found[this.#chosen]);
    else this.#find(this.#turn, true);
  }

  async #find(turn, pick) {
    const typed = this.input.value;
    const { text } = parsed(typed);
    // The line is free for the next scan at once; what was scanned keeps its own quantity.
    if (pick) this.#empty();
    let answer;
    try {
      answer = await ask("GET", `/v1/catalogue?find=${encodeURIComponent(text)}`);
    } catch (error) {
      this.said.replaceChildren(refusal(error).sentence ?? t("silent"));
      return;
    }
    if (pick && answer.items.length === 1) this.#take(answer.items[0], parsed(typed).quantity);
    else if (pick && this.input.value === "") this.#offer(typed, answer);
    else if (turn === this.#turn) this.#show(answer.items, answer.more, text);
  }

  #offer(typed, answer) {
    this.input.value = typed;
    this.#show(answer.items, answer.more, parsed(typed).text);
    this.input.select();
  }

  #show(items, more, text = "") {
    this.#found = items;
    this.list.dataset.typed = this.input.value;
    this.list.hidden = items.length === 0;
    this.input.setAttribute("aria-expanded", String(items.length > 0));
    this.list.replaceChildren(...items.map((item, index) => this.#row(item, index)));
    this.said.replaceChildren(text && items.length === 0 ? t("not_found", text) : more ? t("more_found") : "");
    this.#choose(0);
  }

  #row(item, index) {
    return h("li", { id: `found-${index}`, role: "option", on: { mousedown: (event) => event.preventDefault(), click: () => this.#pick(item) } },
      h("b", {}, item.name), h("small", {}, item.code), h("span", {}, `${t("class")} ${item.class}`),
      h("span", { class: "number" }, item.unit_price === null ? "" : readable(item.unit_price)));
  }

  #choose(index) {
    this.#chosen = Math.max(0, Math.min(this.#found.length - 1, index));
    [...this.list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === this.#chosen)));
    if (this.#found.length > 0) this.input.setAttribute("aria-activedescendant", `found-${this.#chosen}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  #pick(item) {
    const { quantity } = parsed(this.input.value);
    this.#empty();
    this.#take(item, quantity);
  }

  #empty() {
    this.input.value = "";
    this.#typed();
  }
}
