// The figures under the reader's choices: the tables of the report's panels, counted again from the rows.
//
// `block.panels` are the panels as the report declares them (apiusage_helpers/tables/panel_spec.py).
// A choice holds for every panel, on top of what the report itself chose for its sections. With a choice of statuses only the
// requests with these statuses count, and `requests` is their sum; without one `requests` is as delivered. `share` is of
// all requests of the report, whatever is chosen; `filtered_share` of all requests under the reader's choices.

import {OUTCOMES} from "./block.js";
import {add, chosenBy, dayOf, entries, failed, isFiltered, nothing, ranked, requestsOf, spanOf, successful, summed, top} from "./counts.js";
import {viewFigures} from "./view.js";

const MEANINGS = [
  [200, "2xx: succeeded"], [300, "3xx: redirected"], [400, "4xx other than 429: refused by the request"],
  [429, "429: too many requests"], [500, "5xx: server error"],
];
// All figures of the block under `chosen`: sets of numbers by facet, empty sets meaning all (filters.js).
function figures(block, chosen) {
  const sums = summed(block, chosen);
  const total = block.totals[0].reduce((sum, count) => sum + count, 0);
  const pairs = Object.fromEntries(["all", "clients", "urls"].map(rows => [rows, entries(block, sums.pairs, chosenBy(block, rows))]));
  const filtered = isFiltered(chosen);
  const everything = nothing();
  pairs.all.forEach(pair => add(everything, pair.sums));
  const known = {pairs, everything, days: days(block, chosen, sums.spans, filtered), top: block.top};
  const view = block.view ? viewFigures(block, chosen, sums) : {tables: {}};
  const counted = block.panels.filter(({rows}) => rows !== "view").map(panel => [panel.name, tableOf(panel, known)]);
  return {
    chosen, filtered, total, filteredTables: view.filtered ?? {}, requests: everything[0], sums: everything, inView: view.requests,
    counts: Object.values(pairs).map(list => ({requests: requestsOf(list), clients: numbersIn(list, "client"), urls: numbersIn(list, "url")})),
    tables: {...Object.fromEntries(counted), ...view.tables},
  };
}

const numbersIn = (list, by) => new Set(list.map(entry => entry[by])).size;

// The entries of a panel's table.
function tableOf({by, rows, top: ranks}, {pairs, everything, days: daily, top: most}) {
  switch (by) {
    case "day": return daily;
    case "status": return MEANINGS.map((meaning, n) => ({meaning, sums: [everything[n + 1]]}));
    case "outcome": return [["successful", successful], ["failed", failed]].map(([outcome, of]) => ({outcome, sums: [of(everything)]}));
    case "client_url": return [...pairs[rows]].sort((one, other) => other.sums[0] - one.sums[0] || one.client - other.client || one.url - other.url);
    default: return ranks ? top(ranked(pairs[rows], by), most) : ranked(pairs[rows], by);
  }
}

// One entry a day; while filtered one a span of days, where the block holds no single days.
function days(block, chosen, spans, filtered) {
  if (!filtered) {
    return block.days.map((_, n) => ({
      ...dayOf(block, n), requests: block.totals[0][n], ok: block.totals[1][n], bad: block.totals[2][n], throttled: block.totals[3][n],
    }));
  }
  const list = spans.map((sums, span) => ({...spanOf(block, span), span, requests: sums[0], ok: successful(sums), bad: failed(sums), throttled: sums[4]}));
  return chosen.days.size ? list.filter(entry => chosen.days.has(entry.span)) : list;
}

// The value of a column for one entry of a table.
function valueOf(column, entry, block, found) {
  switch (column) {
    case "rank": return entry.rank;
    case "client_id": return entry.other ? "" : block.clients[entry.client][0];
    case "client_name": return entry.other ? "Other" : block.clients[entry.client][1];
    case "kind": return entry.other ? "" : block.clients[entry.client][3];
    case "http_method": return entry.other ? "" : block.urls[entry.url][0];
    case "template_uri": return entry.other ? "Other" : block.urls[entry.url][1];
    case "status": return entry.meaning[0];
    case "meaning": return entry.meaning[1];
    case "outcome": return entry.outcome;
    case "date": return entry.date;
    case "complete": return entry.complete ? "True" : "False";
    case "requests": return entry.sums ? entry.sums[0] : entry.requests;
    case "successful": return entry.sums ? successful(entry.sums) : entry.ok;
    case "failed": return entry.sums ? failed(entry.sums) : entry.bad;
    case "share": return found.total ? entry.sums[0] / found.total : NaN;
    case "throttled": return entry.sums ? entry.sums[4] : entry.throttled;
    case "failed_share": return entry.requests ? entry.bad / entry.requests : NaN;
    case "throttled_share": return entry.requests ? entry.throttled / entry.requests : NaN;
    case "filtered_requests": return entry.filtered;
    case "filtered_share": return "filteredShare" in entry ? entry.filteredShare : found.requests ? entry.sums[0] / found.requests : NaN;
    default: return entry.sums[1 + OUTCOMES.indexOf(column)];
  }
}

// The columns of a panel's table: those of its CSV file, and while filtered the share of what is filtered beside that of all.
function columnsOf({columns}, filtered) {
  return filtered && columns.includes("share") && !columns.includes("filtered_share") ? [...columns, "filtered_share"] : columns;
}

export {columnsOf, figures, MEANINGS, valueOf};
