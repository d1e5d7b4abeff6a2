// Pictures in words: the sentence that stands for a picture, from the same figures (apiusage_helpers/charts/alt_text.py).

import {counted, cut, fixed, human, listed, percent, urlLabel, whole} from "./text.js";
import {OUTCOMES} from "./block.js";
import {failed, requestsOf, successful} from "./counts.js";

const NOTHING = "No requests under this selection: there is nothing to draw.";
const OUTCOME_LABELS = {
  succeeded: "2xx succeeded", redirected: "3xx redirected", client_errors: "4xx without 429", throttled: "429 too many requests",
  server_errors: "5xx server error", successful: "successful (2xx, 3xx)", failed: "failed (4xx, 5xx)",
  filtered: "under the filter", unfiltered: "the rest", other_failures: "other failures (4xx, 5xx)",
};
const clientLabel = (block, entry) => entry.other ? "Other" : block.clients[entry.client][2];
const urlOf = (block, entry, most = 84) => entry.other ? "Other" : urlLabel(...block.urls[entry.url], most);

function leaders(list, labels, noun) {
  const named = list.filter(entry => !entry.other).length;
  const first = list.slice(0, 3).filter(entry => !entry.other).map((entry, n) => `${cut(labels[n], 60)} ${whole(entry.sums[0])}`);
  return `${counted(named, noun)} with the most requests: ${listed(first)}; ${whole(requestsOf(list))} requests in all.`;
}

const failedShare = entry => {
  const all = successful(entry.sums) + failed(entry.sums);
  return all > 0 ? failed(entry.sums) / all : failed(entry.sums);
};

function worst(list, labels, noun) {
  const shares = list.map(failedShare);
  const place = shares.indexOf(Math.max(...shares));
  return `Status classes of ${counted(list.length, noun)}; ${labels[place]} has the largest failed share, ${percent(shares[place])}.`;
}

// `told` counts the columns ("7 UTC days"), `each` says what one of them is ("a day").
function daysInWords(list, told, each) {
  const requests = list.map(entry => entry.requests);
  if (!requests.some(count => count)) return `No requests on any of ${told} of this interval.`;
  const complete = list.filter(entry => entry.complete);
  const mean = complete.reduce((sum, entry) => sum + entry.requests, 0) / complete.length;
  const average = complete.length ? `${whole(mean)} ${each} on average, ` : "";
  const highest = requests.indexOf(Math.max(...requests));
  const missing = list.reduce((sum, entry) => sum + entry.gaps, 0);
  const gap = missing ? ` ${counted(missing, "day")} missing in the store.` : "";
  return `Requests on ${told}: ${average}most on ${list[highest].date} with ${whole(requests[highest])}.${gap}`;
}

const dailySum = (list, measure) => list.reduce((sum, entry) => sum + entry[measure], 0);
const failedOf = entry => entry.requests ? entry.bad / entry.requests : -1;
const worstDay = list => list[indexOfMost(list.map(failedOf))];
const indexOfMost = counts => counts.indexOf(Math.max(...counts));

function failuresInWords(list, told) {
  const total = dailySum(list, "requests");
  if (!total) return `No requests on any of ${told} of this interval.`;
  const [bad, throttled] = [dailySum(list, "bad"), dailySum(list, "throttled")];
  const highest = worstDay(list);
  return `Failed share on ${told}: ${percent(bad / total)} in all, of all requests ${percent(throttled / total)} with 429, most on ${highest.date} with ${percent(failedOf(highest))}.`;
}

// The sentence for the picture of a panel.
function inWords(panel, found, block, labels) {
  const {name, by, chart, noun, rows} = panel;
  const list = found.tables[name].map(entry => typeof entry.filtered === "number" ? {...entry, sums: [entry.filtered]} : entry);
  const share = entry => percent(found.requests ? entry.sums[0] / found.requests : NaN);
  const more = chart.kind === "bars" && !chart.rest && list.length > chart.most ? ` The picture shows the first ${chart.most} of ${counted(list.length, "row")}.` : "";
  if (by === "day") return dailyInWords(chart, list, found.filtered && block.span > 1 ? block.span : 0);
  if (!found.tables[name].some(entry => entry.sums[0] > 0)) return NOTHING;
  if (by === "status") return `Responses by status: ${list.map((entry, n) => `${OUTCOME_LABELS[OUTCOMES[n]]} ${share(entry)}`).join(", ")}.`;
  if (by === "outcome") return `Of all ${found.filtered ? "filtered " : ""}requests ${list.map(entry => `${whole(entry.sums[0])} ${entry.outcome} (${share(entry)})`).join(" and ")}.`;
  if (chart.shares) return worst(list, labels, noun) + more;
  const about = chart.rest ? `Requests of the single day ${block.days[0]} by OAuth client. ` : rows === "view" && found.filteredTables[name] ? "Under the filter: " : "";
  return about + leaders(list, labels, noun) + more;
}

// `span`: how many days are put together in one column; 0 for none.
function dailyInWords(chart, list, span) {
  const told = span ? `${counted(list.length, "span")} of ${span} days` : counted(list.length, "UTC day");
  return chart.shares ? failuresInWords(list, told) : daysInWords(list, told, span ? "a span" : "a day");
}

// What a panel's table says, in a line (apiusage_helpers/charts/takeaways.py); `label(entry, place)` names an entry.
function takeaway({name, by, noun, takeaway: says}, found, label) {
  const list = found.tables[name];
  const named = place => cut(label(list[place], place), TAKEAWAY_CELLS);
  if (by === "day") return says ? dailyTakeaway(says, list) : "";
  const requests = requestsOf(list);
  if (!(by === "status" || by === "outcome" ? found.requests : requests)) return "";
  switch (says) {
    case "leader": return leaderTakeaway(list, requests, named);
    case "statuses": return statusTakeaway(list.map(entry => entry.sums[0]), found.requests);
    case "first_ones": return list.length <= 3 ? `${named(0)} made ${percent(list[0].sums[0] / requests)} of these requests.`
      : `The first 3 of ${counted(list.length, noun)} made ${percent(requestsOf(list.slice(0, 3)) / requests)} of these requests.`;
    case "most_refused": return refusedTakeaway(list, named);
    case "first_pair": return `${percent(list[0].sums[0] / requests)} are ${named(0)}.`;
    case "most_failures": return failuresTakeaway(list, named);
    case "two_outcomes": return `${whole(list[1].sums[0])} of ${whole(found.requests)} requests failed.`;
    default: return "";
  }
}

const TAKEAWAY_CELLS = 80;
const NONE_FAILED = "No request failed.";
const FAILED = OUTCOMES.slice(2);
const mainFailure = counts => OUTCOME_LABELS[FAILED[indexOfMost(counts)]];
const dayInWords = ({date, label}) => date.length > 10 ? date : label.replace(/\n(.*)/, " ($1)"); // a span of days has no label

function dailyTakeaway(says, list) {
  const total = dailySum(list, "requests");
  if (!total) return "";
  if (says === "failures") {
    const bad = dailySum(list, "bad");
    if (!bad) return NONE_FAILED;
    const day = worstDay(list);
    const [told, most] = [percent(bad / total), percent(failedOf(day))];
    return told === most ? `${told} failed.` : `${told} failed; the worst day was ${dayInWords(day)} with ${most}.`;
  }
  if (list.length === 1) return `${counted(list[0].requests, "request")} on ${dayInWords(list[0])}.`;
  const complete = list.filter(entry => entry.complete);
  const highest = list[indexOfMost(list.map(entry => entry.requests))];
  const mean = dailySum(complete, "requests") / complete.length;
  return `${mean >= 10 ? whole(mean) : fixed(mean, 1)} a day on average; most on ${dayInWords(highest)}: ${whole(highest.requests)}.`;
}

function leaderTakeaway(list, requests, named) {
  const bad = list.reduce((sum, entry) => sum + failed(entry.sums), 0);
  const told = `${named(0)} made ${percent(list[0].sums[0] / requests)} of the requests`;
  if (!bad) return `${told}; none failed.`;
  const failures = list.map(entry => failed(entry.sums)); // the rest together may have most
  const most = indexOfMost(failures);
  const first = `${told} and ${percent(failures[0] / bad)} of the failures.`;
  return most ? `${first} Most failures: ${named(most)}, ${percent(failures[most] / bad)}.` : first;
}

function statusTakeaway(counts, requests) {
  const bad = counts[2] + counts[3] + counts[4];
  const told = `${percent((counts[0] + counts[1]) / requests)} succeeded`;
  return bad ? `${told}, ${percent(bad / requests)} failed, mostly ${mainFailure(counts.slice(2))}.` : `${told}; none failed.`;
}

function refusedTakeaway(list, named) {
  const shares = list.map(failedShare);
  const place = indexOfMost(shares);
  if (!shares[place]) return NONE_FAILED;
  const [share, mostly] = [percent(shares[place]), mainFailure(list[place].sums.slice(3))];
  return list.length === 1 ? `${share} of the requests of ${named(0)} failed, mostly ${mostly}.`
    : `${named(place)} failed most often: ${share} of its requests, mostly ${mostly}.`;
}

function failuresTakeaway(list, named) {
  const failures = list.map(entry => failed(entry.sums));
  const place = indexOfMost(failures);
  if (!failures[place]) return NONE_FAILED;
  const told = `${named(place)}, ${human(failures[place])} of ${human(list[place].sums[0])}.`;
  return list.length === 1 ? `Failures of ${told}` : `Most failures: ${told}`;
}

export {clientLabel, failedShare, inWords, OUTCOME_LABELS, takeaway, urlOf};
