// The way to the terminal. An answer is an answer, a refusal is a Problem, and no answer is a Silence: the third thing.

import { language } from "./i18n.js";
import { token } from "./token.js";

const REPLY_SECONDS_MAX = 45;

/** The terminal said no (problem+json). money_moved: no, yes, unknown. retry: never, same-key, after. */
export class Problem extends Error {
  constructor(status, said) {
    super(said.detail);
    Object.assign(this, { status, at: "", code: "internal", money_moved: "unknown", retry: "never" }, said);
  }

  /** The sentence in the page's language. */
  get sentence() {
    return language() === "zh" ? this.detail_zh || this.detail : this.detail;
  }
}

/** Nothing came back: neither success nor failure. */
export class Silence extends Error {}

/** An error that the terminal, or its silence, has given; anything else is a mistake of the page, and thrown on. */
export function refusal(error) {
  if (error instanceof Problem || error instanceof Silence) return error;
  throw error;
}

/** Ask the terminal. Resolves to the decoded answer, null where it is empty. Throws Problem, Silence. */
export async function ask(method, path, body, { key = null } = {}) {
  const response = await request(method, path, body, key);
  return response.status === 204 ? null : decoded(response);
}

/** Fetch a file, such as a receipt's picture. Throws Problem, Silence. */
export async function file(path) {
  const response = await request("GET", path);
  try {
    return await response.blob();
  } catch {
    throw new Silence();
  }
}

/** Headers that every request carries. */
export function headers() {
  const said = { "Accept-Language": language() };
  if (token()) said.Authorization = `Bearer ${token()}`;
  return said;
}

async function request(method, path, body, key) {
  const said = headers();
  if (body !== undefined && body !== null) said["Content-Type"] = "application/json";
  if (key) said["Idempotency-Key"] = key;
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: said,
      body: body === undefined || body === null ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(REPLY_SECONDS_MAX * 1000),
      cache: "no-store",
    });
  } catch {
    throw new Silence();
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

async function problemOf(response) {
  const type = response.headers.get("Content-Type") ?? "";
  // What is no problem+json was not said by the terminal, and says nothing of money.
  if (!type.startsWith("application/problem+json")) return new Silence();
  return new Problem(response.status, await decoded(response));
}

async function decoded(response) {
  try {
    return await response.json();
  } catch {
    throw new Silence();
  }
}
