// What the terminal and its devices are like now: by its events where it gives them, else asked once a second.

import { Silence, ask, headers } from "./api.js";

const POLL_SECONDS = 1;
const POLL_WITH_EVENTS_SECONDS = 10;
const ERROR_PAUSE_SECONDS = 2;

/** Fires "health" (detail: the health answer), "silent", and "news" with each event (detail: its name and data). */
export class Live extends EventTarget {
  health = null;
  silent = false;
  #hasEvents = false;
  #wake = () => {};

  /** Begin, and never end. Resolves when the terminal has answered for the first time. */
  async start() {
    await this.refresh();
    this.#poll();
    this.#listen();
  }

  /** Ask at once. */
  async refresh() {
    try {
      this.health = await ask("GET", "/v1/health");
      this.silent = false;
      this.#tell("health", this.health);
    } catch (error) {
      if (!(error instanceof Silence)) throw error;
      this.silent = true;
      this.#tell("silent", null);
    }
  }

  async #poll() {
    for (;;) {
      const seconds = this.#hasEvents && !this.silent ? POLL_WITH_EVENTS_SECONDS : POLL_SECONDS;
      await new Promise((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, seconds * 1000);
      });
      await this.refresh().catch(() => {});
    }
  }

  async #listen() {
    let lastId = "";
    for (;;) {
      try {
        const response = await fetch("/v1/events", {
          headers: { ...headers(), Accept: "text/event-stream", ...(lastId ? { "Last-Event-ID": lastId } : {}) },
          cache: "no-store",
        });
        if (response.status === 404) return;
        if (response.ok) {
          this.#hasEvents = true;
          for await (const event of eventsOf(response.body)) {
            lastId = event.id || lastId;
            this.#tell("news", event);
            this.#wake();
          }
        }
      } catch {
        // The line broke; the poll says whether the terminal is there.
      }
      this.#hasEvents = false;
      await new Promise((resolve) => setTimeout(resolve, ERROR_PAUSE_SECONDS * 1000));
    }
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The events of a stream (text/event-stream), as {id, event, data}. */
async function* eventsOf(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const parts = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
    rest = parts.pop();
    for (const part of parts) {
      const event = { id: "", event: "message", data: "" };
      for (const line of part.split("\n")) {
        const [, field, text] = /^(\w+): ?(.*)$/.exec(line) ?? [];
        if (field === "data") event.data += (event.data ? "\n" : "") + text;
        else if (field) event[field] = text;
      }
      if (event.data) yield event;
    }
  }
}
