// Counting the rows that a page holds: sums under a choice, rankings, the rest as one, and what days are called.
//
// A choice holds for each facet a set of numbers; an empty set means all (filters.js).

import {OUTCOMES} from "./block.js";

// What is counted of one thing: requests, then the five outcomes.
const nothing = () => [0, 0, 0, 0, 0, 0];
const add = (sums, counts) => counts.forEach((count, n) => { sums[n] += count; });
const successful = sums => sums[1] + sums[2];
const failed = sums => sums[3] + sums[4] + sums[5];

const isFiltered = chosen => Object.values(chosen).some(set => set.size > 0);
// The requests of pairs, summed by the group that each belongs to.
function tally(pairs, size, groups) {
  const counts = Array(size).fill(0);
  pairs.forEach(([requests], pair) => { counts[groups[pair]] += requests; });
  return counts;
}

// All that is counted of pairs, summed in the same way.
function summedBy(pairs, size, groups) {
  const sums = Array.from({length: size}, nothing);
  pairs.forEach((counts, pair) => add(sums[groups[pair]], counts));
  return sums;
}

const requestsOf = list => list.reduce((sum, entry) => sum + entry.sums[0], 0);

// The one pass over the rows: sums by pair of client and URL, and by span of days.
function summed(block, chosen) {
  const pairs = Array.from({length: block.pairs}, nothing);
  const spans = Array.from({length: Math.ceil(block.days.length / block.span)}, nothing);
  const wanted = pairsUnder(block, chosen);
  const counted = OUTCOMES.map((_, n) => chosen.statuses.size === 0 || chosen.statuses.has(n));
  const delivered = chosen.statuses.size === 0;
  for (let row = 0; row < block.rows; row += 1) {
    const pair = block.rowPair[row];
    const span = block.rowSpan[row];
    if (!wanted[pair] || (chosen.days.size && !chosen.days.has(span))) continue;
    let requests = delivered ? block.excess[row] : 0;
    for (let n = 0; n < 5; n += 1) {
      if (!counted[n]) continue;
      const count = block.outcomes[n][row];
      requests += count;
      pairs[pair][n + 1] += count;
      spans[span][n + 1] += count;
    }
    pairs[pair][0] += requests;
    spans[span][0] += requests;
  }
  return {pairs, spans};
}

// For each pair whether the choices of clients, methods, template URIs and requests (single URLs) want it.
function pairsUnder(block, chosen) {
  const wantsUrl = urlChoice(block, chosen);
  const urls = block.urls.map(([method], n) => wantsUrl(n) && (!chosen.methods.size || chosen.methods.has(block.methodNumbers.get(method))));
  return Uint8Array.from({length: block.pairs}, (_, pair) =>
    urls[block.pairUrl[pair]] && (!chosen.clients.size || chosen.clients.has(block.pairClient[pair])));
}

// The pairs of client and URL that are wanted and made a request that counts.
function entries(block, sums, wanted) {
  const found = [];
  for (let pair = 0; pair < block.pairs; pair += 1) {
    const [client, url] = [block.pairClient[pair], block.pairUrl[pair]];
    if (sums[pair][0] > 0 && wanted(client, url)) found.push({client, url, sums: sums[pair]});
  }
  return found;
}

// Whether the choices of requests and template URIs want a URL.
function urlChoice(block, chosen) {
  return url => (!chosen.requests.size || chosen.requests.has(url)) && (!chosen.uris.size || chosen.uris.has(block.uriNumbers.get(block.urls[url][1])));
}

// Which pairs the report itself chose for the panels of these rows.
function chosenBy(block, rows) {
  const [clients, urls] = (block.chosen[rows] ?? [null, null]).map(list => list && new Set(list));
  return (client, url) => (!clients || clients.has(client)) && (!urls || urls.has(url));
}

// The sums of each client or URL, the most requests first; ties go by their numbers, which stand in the order of names.
function ranked(pairs, by) {
  const groups = new Map();
  for (const pair of pairs) {
    if (!groups.has(pair[by])) groups.set(pair[by], {[by]: pair[by], sums: nothing()});
    add(groups.get(pair[by]).sums, pair.sums);
  }
  return [...groups.values()].sort((one, other) => other.sums[0] - one.sums[0] || one[by] - other[by]);
}

// The first ranks, and one row for the rest where there is one.
function top(list, most) {
  const first = list.slice(0, most).map((entry, n) => ({...entry, rank: n + 1}));
  return [...first, ...restOf(list, most).map(rest => ({...rest, rank: null}))];
}

// The entries from `start` on as one, where there are any.
function restOf(list, start) {
  const rest = nothing();
  list.slice(start).forEach(entry => add(rest, entry.sums));
  return list.length > start ? [{other: true, sums: rest}] : [];
}

// What a day is called, and whether the store has it.
function dayOf(block, n) {
  const missing = block.missingDays.has(n);
  return {date: block.days[n], label: block.labels[n], span: Math.floor(n / block.span), complete: !missing, missing, gaps: Number(missing), provisional: block.provisionalDays.has(n)};
}

// What a span of days is called, and how much of it the store has.
function spanOf(block, span) {
  const first = span * block.span;
  const members = Array.from({length: Math.min(block.span, block.days.length - first)}, (_, n) => first + n);
  const last = members.at(-1);
  const missing = members.filter(n => block.missingDays.has(n)).length;
  const ends = [...new Set([first, last])];
  return {
    date: ends.map(n => block.days[n]).join(" to "), label: block.labels[first],
    complete: missing === 0, missing: missing === members.length, gaps: missing, provisional: members.some(n => block.provisionalDays.has(n)),
  };
}

export {
  add, chosenBy, dayOf, entries, failed, isFiltered, nothing, ranked, requestsOf, restOf, spanOf, successful, summed,
  summedBy, tally, top, urlChoice,
};
