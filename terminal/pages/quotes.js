// Quotes, asked for while the basket grows: a little after the last change, and only the newest answer counts.

import { ask, refusal } from "./api.js";

const PAUSE_MILLISECONDS = 120;

/** `came({quote, problem})` is called with each answer that still counts; one of the two is null. */
export class Quotes {
  #came;
  #turn = 0;
  #timer = 0;

  constructor(came) {
    this.#came = came;
  }

  /** Ask for this bill, in place of what was asked before. */
  ask(identification, bill) {
    this.drop();
    this.#timer = setTimeout(() => this.#send(this.#turn, { identification, bill }), PAUSE_MILLISECONDS);
  }

  /** What was asked counts no more, whenever its answer comes. */
  drop() {
    clearTimeout(this.#timer);
    this.#turn += 1;
  }

  async #send(turn, body) {
    let answer;
    try {
      answer = { quote: await ask("POST", "/v1/quotes", body), problem: null };
    } catch (error) {
      answer = { quote: null, problem: refusal(error) };
    }
    if (turn === this.#turn) this.#came(answer);
  }
}
