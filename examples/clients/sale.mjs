// One sale in JavaScript (Node 18 or newer): sign in, identify the card, quote, settle, receipt, void.
// TERMINAL_URL and TERMINAL_TOKEN say where and who; arguments: the till's own ticket number, and a bill as JSON.
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

const ATTEMPTS_MAX = 6;
const TIMEOUT_MILLISECONDS = 30_000;

// One request. Where nothing comes back, or "later", the same request goes again under the same key: the terminal
// settles once, and every repeat gets the answer of the first.
async function ask(method, path, body, key) {
  const headers = { Authorization: `Bearer ${process.env.TERMINAL_TOKEN}` };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    await pause(attempt * 1000);
    let answer, text;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
      answer = await fetch(process.env.TERMINAL_URL.replace(/\/$/, "") + path, { method, headers, body, signal });
      text = await answer.text();
    } catch {
      continue; // Silence: it may have been done or not. Only the repeat can tell.
    }
    if (answer.ok) return text;
    const problem = JSON.parse(text);
    if (problem.retry === "never" || problem.code === "pin-needed") {
      throw new Error(`${problem.code} at ${problem.at}: ${problem.detail_zh}`);
    }
  }
  throw new Error(`no answer; ask later under the same key ${key}`);
}

const [ticket, file] = process.argv.slice(2);
const bill = await readFile(file, "utf-8");
await ask("POST", "/v1/sessions", JSON.stringify({ operator: "0001", operator_name: "收银员甲" }));
const person = JSON.parse(await ask("POST", "/v1/identifications", JSON.stringify({ by: "card" })));
const asked = `{"identification": ${JSON.stringify(person.id)}, "bill": ${bill}}`;
const quote = JSON.parse(await ask("POST", "/v1/quotes", asked));
const wish = JSON.stringify({ quote: quote.id, hash: quote.hash, till_reference: ticket });
// A key made of the ticket is the same after a crash of the till too.
const settled = JSON.parse(await ask("POST", "/v1/settlements", wish, `sale-${ticket}`));
console.log(`settled ${settled.id}, cash ${settled.settlement.cash}`);
console.log(await ask("GET", `/v1/settlements/${settled.id}/receipt`));
const path = `/v1/settlements/${settled.id}/void`;
const voided = JSON.parse(await ask("POST", path, JSON.stringify({ reason: "returned" }), `void-${ticket}`));
console.log(`voided by ${voided.id}`);
