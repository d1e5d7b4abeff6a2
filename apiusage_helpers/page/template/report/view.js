// The figures of a saved view (apiusage_helpers/reports/usage_view/figures.py): a graph, and two tables that filter each other.
//
// What was clicked when the view was saved holds until the reader chooses in the same table (or other statuses); all else that
// is chosen comes on top. A table never hides the rows among which one chooses: a choice of clients does not act on the table of clients,
// one of requests or template URIs not on that of requests. `requests` and `share` are of all rows, `filtered_requests`
// and `filtered_share` of those under what acts on the table; where nothing does, these two are empty.

import {counted, listed, percent, whole} from "./text.js";
import {dayOf, entries, isFiltered, ranked, spanOf, summed, summedBy, tally, urlChoice} from "./counts.js";

const MEETS_NOTHING = -1; // the number of a saved click that no row of the interval bears

// The choices that act on the graph: the reader's, and the saved clicks that hold beside them.
function acting(block, chosen) {
  const held = facet => new Set(holds(block, chosen, facet) ? numbersOf(block.view.clicks[facet]) : chosen[facet]);
  return {...chosen, clients: held("clients"), requests: held("requests"), statuses: held("statuses")};
}

const numbersOf = click => click.length ? click : [MEETS_NOTHING];

// Whether a click saved in this table holds: nothing else is chosen there.
function holds(block, chosen, facet) {
  return block.view.clicks[facet] !== null && !chosen[facet].size && !(facet === "requests" && chosen.uris.size);
}

// The saved clicks that hold, in words.
const heldClicks = (block, chosen) => ["clients", "requests", "statuses"].filter(facet => holds(block, chosen, facet)).map(facet => block.view.told[facet]);

// The graph and tables of the view, and `filtered`: on which of the tables anything acts. `sums` are those under `chosen`.
function viewFigures(block, chosen, sums) {
  const acts = acting(block, chosen);
  const both = heldClicks(block, chosen).length ? summed(block, acts) : sums;
  const chosenClient = acts.clients.size ? client => acts.clients.has(client) : () => false;
  const chosenUrl = acts.requests.size || acts.uris.size ? urlChoice(block, acts) : () => false;
  const sumsWithout = facets => { // what a table's own choices leave when they do not act; null where nothing else does
    const others = {...acts, ...Object.fromEntries(facets.map(facet => [facet, new Set()]))};
    if (!isFiltered(others)) return null;
    return facets.some(facet => acts[facet].size) ? summed(block, others) : both;
  };
  const daily = isFiltered(chosen) ? viewSpans(block, chosen, both.spans) : viewDays(block);
  const under = {client: sumsWithout(["clients"]), url: sumsWithout(["requests", "uris"])};
  const isChosen = {client: chosenClient, url: chosenUrl};
  const tableOf = ({by, chart}) => by === "day" ? daily
    : chart.series.includes("filtered") ? viewRanks(block, by, under[by], isChosen[by]) : ranked(entries(block, both.pairs, () => true), by);
  const panels = block.panels.filter(({rows}) => rows === "view");
  const lists = panels.filter(({chart}) => chart.series.includes("filtered"));
  return {
    tables: Object.fromEntries(panels.map(panel => [panel.name, tableOf(panel)])),
    filtered: Object.fromEntries(lists.map(({name, by}) => [name, under[by] !== null])),
    requests: both.pairs.reduce((sum, [requests]) => sum + requests, 0),
  };
}

// The rows of one table: those with requests under what acts on it, and those that are chosen.
function viewRanks(block, by, under, isChosen) {
  const groups = by === "client" ? block.pairClient : block.pairUrl;
  const overall = summedBy(block.published.pairs, block[`${by}s`].length, groups);
  const filtered = under && tally(under.pairs, overall.length, groups);
  const total = filtered?.reduce((sum, count) => sum + count, 0);
  const ranking = filtered ?? overall.map(([requests]) => requests);
  return overall.map((sums, number) => ({
    [by]: number, sums, filtered: filtered ? filtered[number] : null, filteredShare: filtered ? filtered[number] / total : null,
  })).filter(entry => ranking[entry[by]] > 0 || isChosen(entry[by])).sort((one, other) => ranking[other[by]] - ranking[one[by]] || one[by] - other[by]);
}

// As published: one entry a day, under the saved clicks.
const viewDays = block => block.days.map((_, n) => ({...dayOf(block, n), requests: block.view.days[n][0], sums: block.view.days[n]}));

// Under a choice: one entry a span of days, without the days that are not chosen.
function viewSpans(block, chosen, spans) {
  return spans.map((sums, span) => ({...spanOf(block, span), span, requests: sums[0], sums})).filter(({span}) => !chosen.days.size || chosen.days.has(span));
}

// The line above graph and tables: what they are filtered by, and how many requests that leaves.
function viewLine(found, chosen, block, told) {
  const held = heldClicks(block, chosen);
  const requests = found.inView;
  const saved = held.length ? ` and, as saved, ${held.join(" and ")}` : "";
  return `Filtered by ${listed(told, 6)}${saved}: ${whole(requests)} of ${counted(found.total, "request")} (${percent(found.total ? requests / found.total : NaN)})`;
}

export {heldClicks, viewFigures, viewLine};
