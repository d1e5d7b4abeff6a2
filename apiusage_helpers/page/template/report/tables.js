// The tables of a report as models for grids: their columns, their rows, what a press on a cell chooses, and their CSV file.

import {breakable, button, csvFile, element, markOf, percent, visible, whole} from "./text.js";
import {columnsOf, MEANINGS, valueOf} from "./figures.js";

// The model of a report's table under the found figures; its CSV has the columns of the run's file, in the same bytes.
function tableModel(panel, found, block, {kinds, heads}, choose) {
  const {name} = panel;
  const inFile = columnsOf(panel, found.filtered);
  const columns = shownColumns(panel, found, kinds).map(column => ({column, heading: heads.get(column) ?? HEADINGS[column], number: !TEXTS.has(column), kind: LEFT_OUT_ON_PAPER.has(column) ? column : ""}));
  const entriesOfTable = found.tables[name];
  const rows = entriesOfTable.map(entry => new Row(columns, entry, block, found, panel, choose));
  const records = () => [inFile, ...entriesOfTable.map(entry => inFile.map(column => csvValue(column, valueOf(column, entry, block, found))))];
  return {columns, rows, csv: () => csvFile(records()), file: `${name}${found.filtered ? ".filtered" : ""}.csv`};
}

// The columns of a table as readers see it: those of its file, with the kind of clients where that was published, and
// figures under a filter only where there is one.
function shownColumns(panel, found, kinds) {
  return columnsOf(panel, found.filtered).filter(column => column !== "kind").flatMap(column => {
    if (column.startsWith("filtered_") && found.filteredTables[panel.name] === false) return [];
    return column === "client_name" && kinds ? [column, "kind"] : [column];
  });
}

const LEFT_OUT_ON_PAPER = new Set(["client_id", "kind"]);
const HEADINGS = {filtered_requests: "Filtered requests", filtered_share: "Share of filtered"};
const TEXTS = new Set(["client_id", "client_name", "kind", "http_method", "template_uri", "meaning", "outcome", "date", "complete"]);
const csvValue = (column, value) => column === "status" ? String(value) : value;

// One row of a report's table, made into texts and elements only when it is looked at.
class Row {
  constructor(columns, entry, block, found, panel, choose) {
    Object.assign(this, {columns, entry, block, found, panel, choose});
  }

  get keys() {
    return this.columns.map(({column}) => valueOf(column, this.entry, this.block, this.found));
  }

  get texts() {
    const partly = this.entry.gaps > 0 && !this.entry.missing; // a span of days of which some are missing
    return this.columns.map(({column}) => column === "complete" && partly ? "partly" : cellText(column, valueOf(column, this.entry, this.block, this.found)));
  }

  node() {
    const texts = this.texts;
    return element("tr", {}, ...this.columns.map(({column, number}, n) => {
      const text = texts[n];
      const choice = text && cellChoice(column, this.entry, this.panel, this.block);
      const parts = column === "template_uri" ? breakable(text) : [text];
      const attributes = number ? {class: "number"} : this.attributes(column);
      if (!choice) return element("td", attributes, ...parts);
      const pressed = button("", () => this.choose(...choice), {
        class: "choice", title: "Filter the page by this", "aria-pressed": this.found.chosen[choice[0]].has(choice[1]),
        "data-choice": choice.join(), "data-table": this.panel.name,
      });
      pressed.replaceChildren(...parts);
      return element("td", attributes, pressed);
    }));
  }

  // What paper needs to know of a text: it is left out, or, since ids are, what is added to a name that clients share.
  attributes(column) {
    if (LEFT_OUT_ON_PAPER.has(column)) return {class: column};
    if (column !== "client_name" || this.entry.other) return {};
    const [, name, label] = this.block.clients[this.entry.client];
    const mark = label ? markOf(label, name) : "";
    return mark ? {"data-mark": mark} : {};
  }
}

// What a click on an entry chooses: facet and number, or null.
function choiceOf({by}, entry) {
  if (entry.other || by === "outcome") return null;
  if (by === "status") return ["statuses", MEANINGS.indexOf(entry.meaning)];
  if (by === "day") return ["days", entry.span];
  return entry.url === undefined ? ["clients", entry.client] : ["requests", entry.url];
}

// What a press on a cell chooses: the client on its name (its id, where it has none), the request on its template URI, the status, the day.
function cellChoice(column, entry, panel, block) {
  if (entry.other) return null;
  const named = entry.client !== undefined && block.clients[entry.client][1] !== "";
  if (column === (named ? "client_name" : "client_id")) return ["clients", entry.client];
  if (column === "template_uri") return ["requests", entry.url];
  return column === "meaning" || column === "date" ? choiceOf(panel, entry) : null;
}

function cellText(column, value) {
  if (value === null) return "";
  if (column === "complete") return value === "True" ? "yes" : "no";
  if (column === "status") return String(value);
  if (typeof value === "string") return visible(value);
  return column.endsWith("share") ? percent(value) : whole(value);
}

export {choiceOf, shownColumns, tableModel};
