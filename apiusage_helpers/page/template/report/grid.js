// Tables that people can work with: sort, search, copy, download as CSV, and long ones cut with "show all".
//
// A grid shows rows of a model in a table that stands in the page. The model of any table is read from the page; the
// report's own tables get theirs from the rows (tables.js). The CSV always is the whole table in its published order.

import {toClipboard} from "./clipboard.js";
import {button, byCodePoint, counted, csvFile, element, RUNS, whole} from "./text.js";

const FIRST_ROWS = 25;

// A model: {columns: [{heading, number}], rows: [{keys, texts, node}], csv, file}. `keys` sort, `texts` are searched and
// copied, `node()` gives the row's element.
function modelOf(box) {
  const heads = [...box.querySelectorAll("thead th")];
  const columns = heads.map(head => ({heading: head.textContent, number: head.classList.contains("number"), kind: head.classList.contains("number") ? "" : head.className}));
  const rows = [...box.querySelectorAll("tbody tr")].map(node => {
    const texts = [...node.cells].map(cell => cell.textContent.trim());
    return {texts, keys: texts.map((text, n) => columns[n]?.number ? numberIn(text) : text), node: () => node};
  });
  const plain = (text, n) => columns[n]?.number && /^[\d,]+$/.test(text) ? text.replaceAll(",", "") : text;
  const csv = () => csvFile([columns.map(column => column.heading), ...rows.map(row => row.texts.map(plain))]);
  return {columns, rows, csv, file: `${fileName(box.getAttribute("aria-label") || document.title)}.csv`};
}

const fileName = text => text.toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^_|_$/g, "") || "table";

function numberIn(text) {
  const found = parseFloat(text.replace("−", "-").replace(/[,\s%<>]/g, ""));
  return Number.isNaN(found) ? null : found;
}

// A grid on the table of `box`; its `show(model)` replaces what it shows.
function grid(box) {
  const state = {model: modelOf(box), column: -1, upward: true, query: "", all: false};
  const parts = tools(box, state, () => render(state, parts));
  parts.nameColumns();
  render(state, parts);
  return {
    show(model) {
      const same = [model, state.model].map(({columns}) => columns.map(column => column.heading).join());
      state.model = model;
      if (same[0] !== same[1]) {
        state.column = -1;
        parts.nameColumns();
      }
      parts.note.removeAttribute("role");
      render(state, parts);
    },
    clear() {
      Object.assign(state, {column: -1, query: "", all: false});
      parts.search.value = "";
    },
    cut() {
      state.all = false;
    },
  };
}

// What stands around a table, and its headings, whose presses change the state and draw anew.
function tools(box, state, again) {
  const table = box.querySelector("table");
  const name = box.getAttribute("aria-label") || "table";
  const search = element("input", {type: "search", "aria-label": `Search in ${name}`, placeholder: "Search"});
  const note = element("p", {class: "note"});
  const all = button("", () => { state.all = !state.all; again(); });
  const copied = button("Copy", () => copy(copiedText(state), copied), {"aria-label": `Copy the rows shown of ${name}`});
  const file = button("CSV", () => download(state.model.file, state.model.csv()), {"aria-label": `Download ${name} as CSV`});
  search.addEventListener("input", () => {
    note.setAttribute("role", "status"); // read out what a search finds; what filters do is told once, by the filter bar
    state.query = search.value;
    again();
  });
  box.before(element("div", {class: "tools"}, search, copied, file));
  box.after(element("div", {class: "tools"}, note, all));
  const heads = () => table.tHead.rows[0].replaceChildren(...state.model.columns.map((column, n) => sortHead(column, n, state, again)));
  return {table, search, note, all, nameColumns: heads};
}

function render(state, {table, note, all}) {
  const rows = sorted(found(state), state);
  const shown = state.all ? rows : rows.slice(0, FIRST_ROWS);
  table.tBodies[0].replaceChildren(...shown.map(row => row.node()));
  [...table.tHead.rows[0].cells].forEach((head, n) => head.setAttribute("aria-sort", n !== state.column ? "none" : state.upward ? "ascending" : "descending"));
  all.hidden = rows.length <= FIRST_ROWS;
  all.textContent = state.all ? `Show the first ${FIRST_ROWS}` : `Show all ${whole(rows.length)}`;
  note.textContent = shownText(shown.length, rows.length, state);
}

function shownText(shown, rows, state) {
  if (state.query) return `${whole(rows)} of ${counted(state.model.rows.length, "row")} found${shown < rows ? `, the first ${shown} shown` : ""}.`;
  return shown < rows ? `The first ${shown} of ${counted(rows, "row")}.` : `${counted(rows, "row")}.`;
}

const found = state => {
  const query = state.query.trim().toLowerCase();
  return query ? state.model.rows.filter(row => row.texts.some(text => text.toLowerCase().includes(query))) : state.model.rows;
};

// The rows by the chosen column; what is empty stands last either way, and equal rows keep their published order.
function sorted(rows, {column, upward}) {
  if (column < 0) return rows;
  const way = upward ? 1 : -1;
  const order = (one, other) => typeof one === "number" ? one - other : byCodePoint(one, other);
  return [...rows].sort(({keys: {[column]: one}}, {keys: {[column]: other}}) => {
    if (one === null || other === null) return (one === null) - (other === null);
    return way * order(one, other);
  });
}

// A heading that sorts: numbers from the largest, text from the first; then the other way; then as published.
function sortHead(column, n, state, again) {
  const turn = () => {
    const first = !column.number;
    if (state.column !== n) Object.assign(state, {column: n, upward: first});
    else if (state.upward === first) state.upward = !first;
    else state.column = -1;
    again();
  };
  return element("th", {scope: "col", ...(column.number ? {class: "number"} : column.kind ? {class: column.kind} : {})}, button(column.heading, turn));
}

const copiedText = state => {
  const rows = sorted(found(state), state).slice(0, state.all ? undefined : FIRST_ROWS);
  return [state.model.columns.map(column => column.heading), ...rows.map(row => row.texts.map(text => text.replace(/\s+/g, " ")))]
    .map(texts => texts.map(text => RUNS.test(text) ? `'${text}` : text).join("\t")).join("\n");
};

// The text on the clipboard; the button says so for a while.
async function copy(text, pressed) {
  const done = await toClipboard(text);
  const before = pressed.dataset.text ??= pressed.textContent;
  pressed.textContent = done ? "Copied" : "Not copied";
  setTimeout(() => { pressed.textContent = before; }, 2000);
}

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], {type: "text/csv"}));
  element("a", {href: address, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

export {copy, download, grid, numberIn};
