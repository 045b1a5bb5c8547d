// Builds the page's elements. Texts are always texts: nothing that a server or a card says is read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element. Properties: `class`, `on` ({event: listener}), `data` and `aria` groups, else attributes; null is left out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "aria") for (const [key, said] of Object.entries(value)) element.setAttribute(`aria-${key}`, said);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A small picture of one path in a box of 24 by 24; it says nothing to who cannot see it, a word always stands by it. */
export function icon(name) {
  const picture = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" })) {
    picture.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill-rule", "evenodd");
  picture.append(path);
  return picture;
}

/** A table: `columns` are {head, cell(row), number?}; `rows` whatever the cells read. */
export function table(caption, columns, rows, { rowClass = () => null, rowData = () => ({}) } = {}) {
  const form = (column) => (column.number ? "number" : null);
  return h("table", {},
    h("caption", { class: "unseen" }, caption),
    h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: form(column) }, column.head)))),
    h("tbody", {}, rows.map((row, index) =>
      h("tr", { class: rowClass(row, index), data: rowData(row, index) },
        columns.map((column) => h("td", { class: form(column) }, column.cell(row, index)))))));
}

/** A button that names its key; `act` is called by either. */
export function keyButton(key, label, act, { primary = false, id = null, disabled = false } = {}) {
  return h("button", { type: "button", id, class: primary ? "primary" : null, disabled, on: { click: act } },
    key ? [h("kbd", {}, key), " "] : [], label);
}

const ICONS = {
  // a ring: nothing has moved
  no: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 4a6 6 0 1 1 0 12 6 6 0 0 1 0-12z",
  // a full disc with a tick: done
  yes: "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22zm-1.7 16.2-5-5 2.1-2.1 2.9 2.9 6.3-6.3 2.1 2.1z",
  // a triangle with a question mark: in doubt
  unknown: "M12 1 .8 22h22.4zm1.3 17.9h-2.4v-2.3h2.4zm0-3.7h-2.4c0-3.6 2.6-3.4 2.6-5 0-.8-.6-1.3-1.4-1.3-.9 0-1.5.6-1.5 1.6H8.300c0-2.300 1.600-3.800 3.900-3.800 2.200 0 3.700 1.300 3.700 3.300 0 2.800-2.600 2.900-2.600 5.200z",
  // a crossed disc: refused or faulty
  fault: "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22zm5.300 14.200-2.100 2.100L12 14.100l-3.200 3.200-2.100-2.100L9.900 12 6.700 8.800l2.100-2.100L12 9.900l3.200-3.200 2.100 2.100-3.200 3.200z",
  card: "M2 5h20v14H2zm2 3v2h16V8zm0 6v2h6v-2z",
};
