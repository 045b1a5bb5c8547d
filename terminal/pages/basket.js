// The basket: what the patient buys, as lines that become the bill's items. Pure; knows nothing of the page.

import { amountFen, quantityPlus } from "./money.js";

/** A line more, or as many pieces more of a line that is there already. Gives a new basket. */
export function withItem(lines, item, quantity) {
  const index = lines.findIndex((line) => line.item.code === item.code && line.price === item.unit_price);
  if (index >= 0 && /^\d+$/.test(quantity)) {
    return withQuantity(lines, index, quantityPlus(lines[index].quantity, Number(quantity)));
  }
  return [...lines, { item, price: item.unit_price, quantity }];
}

/** Another quantity; null takes the line away. Gives a new basket. */
export function withQuantity(lines, index, quantity) {
  if (quantity === null) return lines.filter((_, at) => at !== index);
  return lines.map((line, at) => (at === index ? { ...line, quantity } : line));
}

/** What one line costs, in fen. */
export function lineFen(line) {
  return amountFen(line.price, line.quantity);
}

/** What all lines cost, in fen. */
export function totalFen(lines) {
  return lines.reduce((sum, line) => sum + lineFen(line), 0n);
}

/** One line as the bill wants it. `yuan` writes fen. */
export function billItem(line, yuan) {
  const { code, name, kind, self_pay_rate: rate, price_limit: limit } = line.item;
  const item = { code, name, kind, class: line.item.class, quantity: line.quantity, unit_price: line.price };
  item.amount = yuan(lineFen(line));
  if (rate) item.self_pay_rate = rate;
  if (limit) item.price_limit = limit;
  return item;
}

/** What was typed: an optional quantity and a star, then what to look for. */
export function parsed(typed) {
  const [, quantity, text] = /^\s*(?:(\d{1,7}(?:\.\d{1,4})?)\s*[*x×])?\s*(.*?)\s*$/i.exec(typed);
  return { quantity: quantity ?? "1", text };
}
