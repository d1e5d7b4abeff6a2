// The figures under the reader's choices: the tables of the report, counted again from the rows.
//
// A choice holds for every panel, on top of what the report itself chose for its sections. With a choice of statuses only the
// requests with these statuses count, and `requests` is their sum; without one `requests` is as delivered. `share` is of
// all requests of the report, whatever is chosen; `filtered_share` of all requests under the reader's choices.

const MEANINGS = [
  [200, "2xx: succeeded"], [300, "3xx: redirected"], [400, "4xx other than 429: refused by the request"],
  [429, "429: too many requests"], [500, "5xx: server error"],
];
const COLUMNS = {
  top_clients: ["rank", "client_id", "client_name", "requests", "successful", "failed", "share"],
  status_codes: ["status", "meaning", "requests", "share"],
  top_urls: ["rank", "http_method", "template_uri", "requests", "successful", "failed", "share"],
  client_requests: ["client_id", "client_name", "requests", "successful", "failed", "share"],
  client_status_codes: ["client_id", "client_name", ...OUTCOMES, "requests"],
  client_urls: ["client_id", "client_name", "http_method", "template_uri", "requests", "successful", "failed"],
  url_requests: ["http_method", "template_uri", "requests", ...OUTCOMES],
  success_and_failure: ["outcome", "requests", "share"],
  requests_per_day: ["date", "requests", "successful", "failed", "complete"],
};

// What is counted of one thing: requests, then the five outcomes.
const nothing = () => [0, 0, 0, 0, 0, 0];
const add = (sums, counts) => counts.forEach((count, n) => { sums[n] += count; });
const successful = sums => sums[1] + sums[2];
const failed = sums => sums[3] + sums[4] + sums[5];

// All figures of the block under `chosen`: sets of numbers by facet, empty sets meaning all (filters.js).
function figures(block, chosen) {
  const sums = summed(block, chosen);
  const total = block.totals[0].reduce((sum, count) => sum + count, 0);
  const all = entries(block, sums.pairs, () => true);
  const ofClients = entries(block, sums.pairs, section2(block));
  const ofUrls = entries(block, sums.pairs, section3(block));
  const filtered = isFiltered(chosen);
  const view = block.view ? viewFigures(block, chosen, sums) : {};
  const everything = nothing();
  all.forEach(pair => add(everything, pair.sums));
  return {
    chosen, filtered, total, filteredTables: view.filtered ?? {}, requests: everything[0], sums: everything,
    counts: [all, ofClients, ofUrls].map(pairs => ({requests: requestsOf(pairs), clients: new Set(pairs.map(pair => pair.client)).size})),
    tables: {
      top_clients: top(ranked(all, "client"), block.top),
      status_codes: MEANINGS.map((meaning, n) => ({meaning, sums: [everything[n + 1]]})),
      top_urls: top(ranked(all, "url"), block.top),
      client_requests: ranked(ofClients, "client"),
      client_status_codes: ranked(ofClients, "client"),
      client_urls: ofClients.sort((one, other) => other.sums[0] - one.sums[0] || one.client - other.client || one.url - other.url),
      url_requests: ranked(ofUrls, "url"),
      success_and_failure: [["successful", successful], ["failed", failed]].map(([outcome, of]) => ({outcome, sums: [of(everything)]})),
      requests_per_day: days(block, chosen, sums.spans, filtered),
      ...view.tables,
    },
  };
}

const isFiltered = chosen => Object.values(chosen).some(set => set.size > 0);
// The requests of pairs, summed by the group that each belongs to.
function tally(pairs, size, groups) {
  const counts = Array(size).fill(0);
  pairs.forEach(([requests], pair) => { counts[groups[pair]] += requests; });
  return counts;
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

function section2(block) {
  const [clients, urls] = block.section_2.map(list => list && new Set(list));
  return (client, url) => (!clients || clients.has(client)) && (!urls || urls.has(url));
}

function section3(block) {
  const urls = block.section_3 && new Set(block.section_3);
  return (_, url) => !urls || urls.has(url);
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

// One entry a day; while filtered one a span of days, where the block holds no single days.
function days(block, chosen, spans, filtered) {
  if (!filtered) {
    return block.days.map((_, n) => ({
      ...dayOf(block, n), requests: block.totals[0][n], ok: block.totals[1][n], bad: block.totals[2][n],
    }));
  }
  const list = spans.map((sums, span) => ({...spanOf(block, span), span, requests: sums[0], ok: successful(sums), bad: failed(sums)}));
  return chosen.days.size ? list.filter(entry => chosen.days.has(entry.span)) : list;
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
    case "filtered_requests": return entry.filtered;
    case "filtered_share": return "filteredShare" in entry ? entry.filteredShare : found.requests ? entry.sums[0] / found.requests : NaN;
    default: return entry.sums[1 + OUTCOMES.indexOf(column)];
  }
}

// The columns of a panel's table: those of its CSV file, and while filtered the share of what is filtered beside that of all.
function columnsOf(name, filtered) {
  const columns = COLUMNS[name] ?? VIEW_COLUMNS[name];
  return filtered && columns.includes("share") && !columns.includes("filtered_share") ? [...columns, "filtered_share"] : columns;
}
