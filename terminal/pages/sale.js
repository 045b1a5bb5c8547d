// One sale, from the first card or article to the answer. Knows what may happen next; draws nothing.
//
// step: build → confirm → settling → done; `doubt` while a settlement has no answer yet. A quote belongs to exactly
// this basket and this patient: whatever changes drops it, and what comes too late is not taken.

import { refusal } from "./api.js";
import { billItem, withItem, withQuantity } from "./basket.js";
import { yuanOf } from "./money.js";
import { intend, intendAgain, unanswered, untilAnswered } from "./pending.js";
import { Quotes } from "./quotes.js";
import { ASK_AGAIN, identify, isByCard, isSamePerson, release } from "./reception.js";
import { asksForPin } from "./sale_pin.js";

const SERVICE_PLACE = "till.service";

/** Fires "change" after every step, "swapped" (detail: the new patient) when another person's card lies in the reader. */
export class Sale extends EventTarget {
  step = "build";
  patient = null;
  patientBefore = "";
  cardIn = false;
  reading = false;
  cardProblem = null;
  lines = [];
  selected = -1;
  service = localStorage.getItem(SERVICE_PLACE) ?? "pharmacy";
  episode = {};
  quote = null;
  quoteProblem = null;
  settleProblem = null;
  settled = null;
  today = () => "";
  /** Asks the holder for what a problem wants: {pin, last_try?}, or null where they do not give it. */
  askPin = async () => null;
  #quotes = new Quotes((answer) => this.#quoted(answer));

  /** "no", "yes" or "unknown": whether money has moved in this sale. */
  get money() {
    if (this.step === "done") return "yes";
    return this.step === "settling" || this.step === "doubt" ? "unknown" : "no";
  }

  /** Whether there is a quote that can be settled now. */
  get ready() {
    return this.step === "build" && this.quote !== null && this.present;
  }

  /** Whether the patient is here: with the card in the reader, or by a code or a number. */
  get present() {
    return this.patient !== null && (this.cardIn || !isByCard(this.patient));
  }

  /** The reader says whether a card lies in it. */
  async readerSays(cardIn) {
    if (cardIn === this.cardIn) return;
    this.cardIn = cardIn;
    const building = this.step === "build" || this.step === "confirm";
    if (building && (this.patient === null || isByCard(this.patient))) {
      this.#dropQuote();
      if (this.step === "confirm") this.step = "build";
      if (cardIn) await this.identify();
    }
    this.#changed();
  }

  /** Ask who it is, by the card in the reader or as `how` says. */
  async identify(how = { by: "card" }) {
    if (this.reading || this.step !== "build") return;
    this.reading = true;
    this.cardProblem = null;
    this.#dropQuote();
    this.#changed();
    try {
      this.#known(await this.#withPin((pin) => identify({ ...how, ...pin })));
    } catch (error) {
      this.cardProblem = refusal(error);
    } finally {
      this.reading = false;
      this.#changed();
    }
  }

  /** One article more. */
  add(item, quantity) {
    if (this.step !== "build") return;
    this.lines = withItem(this.lines, item, quantity);
    this.selected = this.lines.findIndex((line) => line.item.code === item.code);
    this.#basketChanged();
  }

  /** Another quantity of one line; null takes it away. */
  setQuantity(index, quantity) {
    if (this.step !== "build" || !this.lines[index]) return;
    this.lines = withQuantity(this.lines, index, quantity);
    this.selected = Math.min(this.selected, this.lines.length - 1);
    this.#basketChanged();
  }

  /** The line that the keys + and - mean. */
  select(index) {
    this.selected = Math.max(0, Math.min(this.lines.length - 1, index));
    this.#changed();
  }

  /** What the bill is for, and what the visit belongs to. */
  setService(service, episode = {}) {
    this.service = service;
    this.episode = episode;
    localStorage.setItem(SERVICE_PLACE, service);
    this.#basketChanged();
  }

  /** Show what would be settled, and wait for the patient's word. */
  confirm() {
    if (!this.ready) return;
    this.step = "confirm";
    this.settleProblem = null;
    this.#changed();
  }

  /** The patient has not agreed, or something is to be changed. */
  back() {
    if (this.step !== "confirm") return;
    this.step = "build";
    this.#changed();
  }

  /** Settle what was quoted. consent: to what lies outside the catalogue. electronic: without paper. */
  async settle(consent, electronic) {
    if (this.step !== "confirm") return;
    const body = {
      quote: this.quote.id,
      hash: this.quote.hash,
      consent,
      till_reference: `P${this.today().replaceAll("-", "")}-${crypto.randomUUID().slice(0, 8)}`,
    };
    if (electronic) body.electronic_receipt = true;
    await this.#send(intend("/v1/settlements", body), false);
  }

  /** Ask again for what an earlier page has left without an answer. Resolves when there is none any more. */
  async resume() {
    for (const intent of unanswered()) await this.#send(intent, true);
  }

  /** The next customer. */
  reset() {
    if (this.step === "settling" || this.step === "doubt") return;
    Object.assign(this, { step: "build", patient: null, cardProblem: null, lines: [], selected: -1, episode: {} });
    Object.assign(this, { settled: null, settleProblem: null });
    this.#dropQuote();
    release();
    this.#changed();
  }

  async #send(intent, repeated) {
    const attempt = (pin) => {
      this.step = repeated ? "doubt" : "settling";
      this.#changed();
      return untilAnswered(intendAgain(intent), () => this.#inDoubt(), repeated, pin);
    };
    try {
      const answer = await this.#withPin(attempt);
      // Of a refund that was resumed, what stays is what stands.
      this.settled = answer.void ? answer.settlement : answer;
      this.step = "done";
    } catch (error) {
      this.settleProblem = refusal(error);
      this.step = "build";
      this.#basketChanged();
      if (ASK_AGAIN.has(this.settleProblem.code) && this.cardIn) await this.identify();
    }
    this.#changed();
  }

  /** What comes of it, with the PIN where the card asks for one and the holder gives it; each is sent once. */
  async #withPin(attempt) {
    let pin = {};
    for (;;) {
      try {
        return await attempt(pin);
      } catch (error) {
        const problem = refusal(error);
        if (!asksForPin(problem)) throw problem;
        if (this.step === "settling" || this.step === "doubt") this.step = "confirm";
        this.cardProblem = null;
        this.#changed();
        pin = await this.askPin(problem);
        if (pin === null) throw problem;
      }
    }
  }

  #inDoubt() {
    this.step = "doubt";
    this.#changed();
  }

  /** Another person's card: nothing of the basket is theirs. */
  emptyBasket() {
    this.lines = [];
    this.selected = -1;
    this.#basketChanged();
  }

  #known(patient) {
    const swapped = this.patient !== null && this.lines.length > 0 && !isSamePerson(this.patient, patient);
    this.patientBefore = this.patient?.patient.name ?? "";
    this.patient = patient;
    if (swapped) this.dispatchEvent(new CustomEvent("swapped", { detail: patient }));
    this.#basketChanged();
  }

  #basketChanged() {
    this.#dropQuote();
    if (this.present && this.lines.length > 0) this.#quotes.ask(this.patient.id, this.#bill());
    this.#changed();
  }

  #dropQuote() {
    this.#quotes.drop();
    this.quote = null;
    this.quoteProblem = null;
  }

  async #quoted({ quote, problem }) {
    this.quote = quote;
    this.quoteProblem = problem;
    if (ASK_AGAIN.has(problem?.code) && this.cardIn) await this.identify();
    this.#changed();
  }

  #bill() {
    const bill = { date: this.today(), service: this.service, items: this.lines.map((line) => billItem(line, yuanOf)) };
    return Object.keys(this.episode).length > 0 ? { ...bill, episode: this.episode } : bill;
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
