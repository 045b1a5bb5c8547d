// What is given back of a settlement's items: pure, knows nothing of the page.

import { amountFen, fenOf, isQuantity, yuanOf } from "./money.js";

/** Nothing is given back yet: a choice for each item of `GET /v1/settlements/{id}/items`. */
export function choicesOf(items) {
  return items.map((item) => ({ item, chosen: false, part: "" }));
}

/** Whether a part may be given back by pieces: the till gave quantity and price. */
export function isByPieces(item) {
  return item.quantity !== null && item.unit_price !== null;
}

/** Whether `part` (pieces, or yuan) is less than the whole item and more than nothing; "" is the whole. */
export function isPart(item, part) {
  if (part === "") return true;
  if (isByPieces(item)) return isQuantity(part) && backFen({ item, part }) > 0n && backFen({ item, part }) < fenOf(item.amount);
  return item.quantity === null && /^\d{1,8}(\.\d{1,2})?$/.test(part) && fenOf(part) > 0n && fenOf(part) < fenOf(item.amount);
}

/** What one choice gives back, in fen. */
export function backFen({ item, part }) {
  if (part === "") return fenOf(item.amount);
  return isByPieces(item) ? amountFen(item.unit_price, part) : fenOf(part);
}

/** The lines of a refund quote. */
export function linesOf(choices) {
  return choices.filter((one) => one.chosen).map(({ item, part }) => {
    if (part === "") return { item: item.item };
    const line = { item: item.item, amount: yuanOf(backFen({ item, part })) };
    return isByPieces(item) ? { ...line, quantity: part } : line;
  });
}

/** Whether there is something to quote: a line at least, and each part a part. */
export function isReady(choices) {
  const chosen = choices.filter((one) => one.chosen);
  return chosen.length > 0 && chosen.every((one) => isPart(one.item, one.part));
}
