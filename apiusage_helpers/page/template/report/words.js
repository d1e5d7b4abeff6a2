// Pictures in words: the sentence that stands for a picture, from the same figures (apiusage_helpers/charts/alt_text.py).

import {counted, cut, listed, percent, urlLabel, whole} from "./text.js";
import {OUTCOMES} from "./block.js";
import {failed, requestsOf, successful} from "./counts.js";
import {VIEW_COLUMNS} from "./view.js";

const NOTHING = "No requests under this selection: there is nothing to draw.";
const OUTCOME_LABELS = {
  succeeded: "2xx succeeded", redirected: "3xx redirected", client_errors: "4xx without 429", throttled: "429 too many requests",
  server_errors: "5xx server error", successful: "successful (2xx, 3xx)", failed: "failed (4xx, 5xx)",
  filtered: "under the filter", unfiltered: "the rest",
};
const BARS = {
  top_clients: ["successful", "failed"], status_codes: OUTCOMES, top_urls: ["successful", "failed"],
  client_requests: ["successful", "failed"], client_status_codes: OUTCOMES, client_urls: ["successful", "failed"], url_requests: OUTCOMES,
  view_clients: ["filtered", "unfiltered"], view_urls: ["filtered", "unfiltered"], view_day: OUTCOMES,
};
const DAILY = new Set(["requests_per_day", "view_days"]);
const mostBars = name => name in VIEW_COLUMNS ? 12 : 20;

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

function worst(list, labels) {
  const shares = list.map(failedShare);
  const place = shares.indexOf(Math.max(...shares));
  return `Status classes of ${counted(list.length, "OAuth client")}; ${labels[place]} has the largest failed share, ${percent(shares[place])}.`;
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

// The sentence for the picture of a panel.
function inWords(name, found, block, labels) {
  const list = found.tables[name].map(entry => typeof entry.filtered === "number" ? {...entry, sums: [entry.filtered]} : entry);
  const share = entry => percent(found.requests ? entry.sums[0] / found.requests : NaN);
  const most = mostBars(name);
  const more = name in BARS && list.length > most ? ` The picture shows the first ${most} of ${counted(list.length, "row")}.` : "";
  if (DAILY.has(name)) {
    return found.filtered && block.span > 1
      ? daysInWords(list, `${counted(list.length, "span")} of ${block.span} days`, "a span") : daysInWords(list, counted(list.length, "UTC day"), "a day");
  }
  if (!found.tables[name].some(entry => entry.sums[0] > 0)) return NOTHING;
  switch (name) {
    case "client_status_codes": return worst(list, labels) + more;
    case "status_codes": return `Responses by status: ${list.map((entry, n) => `${OUTCOME_LABELS[OUTCOMES[n]]} ${share(entry)}`).join(", ")}.`;
    case "success_and_failure": return `Of all ${found.filtered ? "filtered " : ""}requests ${list.map(entry => `${whole(entry.sums[0])} ${entry.outcome} (${share(entry)})`).join(" and ")}.`;
    case "client_urls": return leaders(list, labels, "OAuth client and URL pair") + more;
    case "view_clients": return underFilter(found, name) + leaders(list, labels, "OAuth client") + more;
    case "view_urls": return underFilter(found, name) + leaders(list, labels, "API request") + more;
    case "view_day": return `Requests of the single day ${block.days[0]} by OAuth client. ${leaders(list, labels, "OAuth client")}`;
    default: return leaders(list, labels, name.includes("url") ? "URL" : "OAuth client") + more;
  }
}

const underFilter = (found, name) => found.filteredTables[name] ? "Under the filter: " : "";

export {BARS, clientLabel, DAILY, failedShare, inWords, mostBars, OUTCOME_LABELS, urlOf};
