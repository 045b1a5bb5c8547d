// The language of the page: Chinese unless the operator has chosen English.

import { WORDS as FIRST_WORDS } from "./words.js";
import { MORE_WORDS } from "./words_more.js";

const WORDS = { ...FIRST_WORDS, ...MORE_WORDS };

const PLACE = "till.language";
let told = { payers: {}, parts: {}, services: {}, limits: {} };

/** "zh" or "en". */
export function language() {
  return localStorage.getItem(PLACE) === "en" ? "en" : "zh";
}

/** The other language from now on. */
export function changeLanguage() {
  localStorage.setItem(PLACE, language() === "zh" ? "en" : "zh");
  showLanguage();
}

/** Tell the browser, and who reads the page aloud, which language it is. */
export function showLanguage() {
  document.documentElement.lang = language() === "zh" ? "zh-CN" : "en";
  document.title = t("title");
}

/** A word or a sentence of the page; {0}, {1} … are replaced. */
export function t(key, ...values) {
  const pair = WORDS[key] ?? [key, key];
  return values.reduce((text, value, index) => text.replaceAll(`{${index}}`, value), pair[language() === "zh" ? 0 : 1]);
}

/** Chinese and English of a word, one after the other: for what nobody may misread. */
export function both(key) {
  const [zh, en] = WORDS[key];
  return language() === "zh" ? [zh, en] : [en, zh];
}

/** The words of the law, as the terminal tells them: group is payers, parts, services or limits. */
export function named(group, key) {
  return told[group][key]?.[language() === "zh" ? 0 : 1] ?? key;
}

/** Fetch the words of the law. */
export async function loadWords() {
  const response = await fetch("/pages/words.json");
  if (response.ok) told = await response.json();
}
