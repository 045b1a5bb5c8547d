// Amounts as whole fen. No floating point: prices and quantities are scaled integers, as the terminal's own.

const PRICE_PLACES = 6;
const QUANTITY_PLACES = 4;

/** "1234.50" as 123450n; a sign is kept. */
export function fenOf(yuan) {
  return scaled(yuan, 2);
}

/** 123450n as "1234.50". */
export function yuanOf(fen) {
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, "0");
  return `${fen < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** "1234567.8" as "1,234,567.80", to be read; further places are kept. */
export function readable(yuan) {
  const [, whole, fraction = ""] = /^([^.]*)(?:\.(\d*))?$/.exec(yuan);
  return `${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${fraction.padEnd(2, "0")}`;
}

/** What `quantity` pieces at `price` cost, in fen; half a fen counts up. Both are decimal texts. */
export function amountFen(price, quantity) {
  const product = scaled(price, PRICE_PLACES) * scaled(quantity, QUANTITY_PLACES);
  const fenScale = 10n ** BigInt(PRICE_PLACES + QUANTITY_PLACES - 2);
  return (product + fenScale / 2n) / fenScale;
}

/** Whether a text is a quantity that the terminal takes: above nothing, up to four places, below ten million. */
export function isQuantity(text) {
  return /^\d{1,7}(\.\d{1,4})?$/.test(text) && scaled(text, QUANTITY_PLACES) > 0n;
}

/** Whether a text is a price in yuan: up to six places. */
export function isPrice(text) {
  return /^\d{1,8}(\.\d{1,6})?$/.test(text);
}

/** One quantity and a whole number of pieces more or fewer; null where nothing would be left. */
export function quantityPlus(quantity, pieces) {
  const sum = scaled(quantity, QUANTITY_PLACES) + BigInt(pieces) * 10n ** BigInt(QUANTITY_PLACES);
  return sum > 0n ? plain(sum, QUANTITY_PLACES) : null;
}

/** A share such as "0.85" as "85%". */
export function percent(rate) {
  return `${plain(scaled(rate, 4), 2)}%`;
}

function scaled(text, places) {
  const [, sign, whole, fraction = ""] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  const value = BigInt(whole + fraction.padEnd(places, "0").slice(0, places));
  return sign ? -value : value;
}

function plain(value, places) {
  const digits = value.toString().padStart(places + 1, "0");
  const fraction = digits.slice(-places).replace(/0+$/, "");
  return digits.slice(0, -places) + (fraction ? `.${fraction}` : "");
}
