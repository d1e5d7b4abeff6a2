// Pictures: SVG in the look of the published ones (apiusage_helpers/charts/bars.py), as wide as there is room, so that
// their words stay readable on a phone. A click on a bar or column chooses what it shows; the keyboard's way to the same
// choice are the buttons in the table and the lists of the filter bar. Colours and type stand in report.css.

import {broken, counted, cut, element, human, percent, visible, whole} from "./text.js";
import {OUTCOMES} from "./block.js";
import {failed, restOf, successful} from "./counts.js";
import {clientLabel, failedShare, OUTCOME_LABELS, urlOf} from "./words.js";
import {choiceOf} from "./tables.js";

const NARROW = 560;
const ROOM_FOR_WORD = 0.45; // of the highest column: a lower one has a word above it, not in it

const ruler = document.createElement("canvas").getContext("2d");
ruler.font = `12.5px ${getComputedStyle(document.body).fontFamily}`;
const total = counts => counts.reduce((sum, count) => sum + count, 0);
const measure = text => ruler.measureText(text).width;

const shape = (name, attributes, ...children) => element(`svg:${name}`, attributes, ...children);
const words = (text, x, y, kind = "", anchor = "start") => shape("text", {x, y, class: kind, "text-anchor": anchor}, text);

// The picture of a panel under the found figures, `width` pixels wide; null where there is nothing to draw.
function picture(panel, found, block, width, choose) {
  const list = found.tables[panel.name];
  if (panel.by === "day") return dayPicture(panel, list, {block, filtered: found.filtered, width}, choose);
  if (!list.some(entry => entry.sums[0] > 0)) return null;
  if (panel.chart.kind === "share") return sharePicture(list, found, width);
  const first = list.slice(0, panel.chart.most);
  return barPicture(panel, panel.chart.rest ? [...first, ...restOf(list, first.length)] : first, found, block, width, choose);
}

function framed(width, height, ...parts) {
  return shape("svg", {viewBox: `0 0 ${width} ${height}`, width, height, role: "img"}, ...parts);
}

// A part of a bar: its colour, and the hatch that tells its outcome apart without colour. Hatches are lines, since printers
// turn patterns into large images; they lie on one grid of 8 pixels, so that neighbours go on in each other.
const HATCHES = {redirected: ["level"], client_errors: ["rising"], failed: ["rising"], other_failures: ["rising"], throttled: ["rising", "falling"], server_errors: ["falling"]};

function mark(outcome, x, y, width, height) {
  const wide = Math.max(0, width);
  const fill = shape("rect", {x, y, width: wide, height, class: `fill-${outcome}`});
  const lines = (HATCHES[outcome] || []).map(kind => hatch(kind, x, y, x + wide, y + height)).join("");
  return lines ? shape("g", {}, fill, shape("path", {d: lines, class: "hatch"})) : fill;
}

// The lines of a hatch inside a rectangle, as the text of a path.
function hatch(kind, left, top, right, low) {
  const sign = kind === "rising" ? 1 : -1;
  const [first, end] = kind === "level" ? [top - 4, low - 4] : [left + Math.min(sign * top, sign * low), right + Math.max(sign * top, sign * low)];
  let path = "";
  for (let c = Math.ceil(first / 8) * 8; c < end; c += 8) {
    if (kind === "level") path += `M${round(left)} ${c + 4}H${round(right)}`;
    else path += diagonal(sign, c, left, top, right, low);
  }
  return path;
}

// The part of the line x + sign * y = c that lies in the rectangle.
function diagonal(sign, c, left, top, right, low) {
  const [from, to] = [Math.max(left, Math.min(c - sign * top, c - sign * low)), Math.min(right, Math.max(c - sign * top, c - sign * low))];
  return from < to ? `M${round(from)} ${round(sign * (c - from))}L${round(to)} ${round(sign * (c - to))}` : "";
}

const round = number => Math.round(number * 10) / 10;

// One line a legend entry where they do not fit beside each other. `further` are entries of [word, key], where `key` draws.
function legend(outcomes, width, further = []) {
  let [x, y] = [4, 12];
  const parts = [];
  const named = outcomes.map(outcome => [OUTCOME_LABELS[outcome], (left, base) => mark(outcome, left, base - 8, 20, 10)]);
  for (const [word, key] of [...named, ...further]) {
    const room = measure(word) + 42;
    if (x > 4 && x + room - 14 > width) [x, y] = [4, y + 20];
    parts.push([word, key, x, y]);
    x += room;
  }
  return {height: y + 18, draw: () => parts.flatMap(([word, key, left, base]) => [key(left, base), words(word, left + 25, base + 1)])};
}

function barPicture(panel, list, found, block, width, choose) {
  const outcomes = panel.chart.series;
  const unnamed = panel.by === "status" || found.filteredTables[panel.name] === false;
  const above = width < NARROW || panel.by === "url" || panel.by === "client_url";
  const rows = list.map((entry, n) => ({
    entry, label: rowLabel(panel, entry, n, block), parts: partsOf(panel, entry, n), end: endOf(panel, entry, found), muted: entry.other,
    told: `${wholeLabel(panel, entry, n, block)}: ${exactly(panel, entry, found)}`,
  }));
  if (above) rows.forEach(row => { row.lines = broken(row.label, width - 4, measure); });
  const thick = above ? 18 : 20;
  const room = Math.max(...rows.map(row => measure(row.end))) + 10;
  const start = above ? 2 : Math.min(width * 0.42, Math.max(...rows.map(row => measure(row.label))) + 10);
  const scale = (width - start - room) / Math.max(...rows.map(row => total(row.parts)), 1e-9);
  const key = unnamed ? {height: 0, draw: () => []} : legend(outcomes, width);
  let foot = key.height;
  const drawn = rows.map(row => {
    const y = foot;
    foot += above ? 28 + 15 * row.lines.length : 30;
    return barRow(row, {outcomes, above, start, scale, thick, y}, choose, panel);
  });
  const svg = framed(width, foot + 6);
  svg.append(...key.draw(), ...drawn);
  return svg;
}

function barRow(row, place, choose, panel) {
  const y = place.y + (place.above ? 5 + 15 * row.lines.length : 5);
  const kind = row.muted ? "muted" : "";
  const parts = place.above ? row.lines.map((line, n) => words(line, 2, y - 6 - 15 * (row.lines.length - 1 - n), kind))
    : [words(cut(row.label, place.start - 8, measure), place.start - 8, y + 15, kind, "end")];
  let x = place.start;
  row.parts.forEach((count, n) => {
    const outcome = row.muted && place.outcomes[n] === "successful" ? "other" : place.outcomes[n];
    if (count > 0) parts.push(mark(outcome, x, y, count * place.scale, place.thick));
    x += count * place.scale;
  });
  parts.push(words(row.end, x + 6, y + place.thick / 2 + 4), shape("title", {}, row.told));
  return clickable(shape("g", {}, ...parts), choiceOf(panel, row.entry), choose);
}

function clickable(group, choice, choose) {
  if (!choice) return group;
  group.setAttribute("class", "choice");
  group.addEventListener("click", () => choose(...choice));
  return group;
}

function rowLabel({by}, entry, n, block) {
  if (by === "status") return OUTCOME_LABELS[OUTCOMES[n]];
  if (by === "client_url") return `${clientLabel(block, entry)} · ${urlOf(block, entry, 56)}`;
  return entry.url === undefined ? clientLabel(block, entry) : urlOf(block, entry);
}

// The name of a row, whole.
function wholeLabel(panel, entry, n, block) {
  if (entry.other || panel.by === "status") return rowLabel(panel, entry, n, block);
  const [client, url] = [block.clients[entry.client], block.urls[entry.url]];
  return [client && visible(client[1] || client[0]), url && visible(url.join(" ").trim())].filter(Boolean).join(" · ");
}

// The exact figures of a row and its shares.
function exactly({by}, entry, found) {
  const share = of => percent(of ? entry.sums[0] / of : NaN);
  const told = `${counted(entry.sums[0], "request")}, ${share(found.requests)} of all`;
  if (by === "status") return told;
  if (typeof entry.filtered === "number") return `${whole(entry.filtered)} of ${counted(entry.sums[0], "request")} under the filter`;
  if (entry.sums.length < 6) return `${counted(entry.sums[0], "request")}, ${share(found.total)} of all`;
  return `${told}; ${whole(failed(entry.sums))} failed (${percent(failedShare(entry))}), ${whole(entry.sums[4])} with 429`;
}

function partsOf({by, chart}, entry, n) {
  if (chart.series.includes("unfiltered")) return [entry.filtered ?? entry.sums[0], entry.sums[0] - (entry.filtered ?? entry.sums[0])];
  const five = entry.sums.slice(1);
  if (by === "status") return OUTCOMES.map((_, place) => place === n ? entry.sums[0] : 0);
  const parts = chart.series.map(name => ({successful: successful(entry.sums), failed: failed(entry.sums)})[name] ?? five[OUTCOMES.indexOf(name)]);
  return chart.shares ? parts.map(count => count / (total(five) || 1)) : parts;
}

function endOf({by, chart}, entry, found) {
  if (chart.shares) return `${percent(failedShare(entry))} failed`;
  const count = human(entry.sums[0]);
  const of = by === "status" ? found.requests : found.total;
  if (chart.end === "share") return `${count} · ${percent(of ? entry.sums[0] / of : NaN)}`;
  return chart.end === "failed" && failed(entry.sums) ? `${count} · ${percent(failed(entry.sums) / entry.sums[0])} failed` : count;
}

function sharePicture(list, found, width) {
  const all = list.reduce((sum, entry) => sum + entry.sums[0], 0) || 1;
  const split = (width - 4) * list[0].sums[0] / all;
  const texts = list.map(entry => `${whole(entry.sums[0])} ${entry.outcome} (${percent(found.requests ? entry.sums[0] / found.requests : NaN)})`);
  const stacked = measure(texts.join("    ")) > width;
  const svg = framed(width, stacked ? 84 : 66);
  svg.append(mark("successful", 2, 4, split, 34), mark("failed", 2 + split, 4, width - 4 - split, 34),
    words(texts[0], 2, 56), stacked ? words(texts[1], 2, 76) : words(texts[1], width - 2, 56, "", "end"));
  return svg;
}

// Columns of days: what each stacks are counts, or shares of its requests.
const COUNTS = {form: human, scale: count => human(count).replace(".0", ""), least: 1};
const SHARES = {form: count => percent(count / 100), scale: count => `${round(count)} %`, least: 0.1};

function partsOfDay({series, shares}, entry) {
  const counts = entry.sums ? Object.fromEntries(OUTCOMES.map((name, n) => [name, entry.sums[n + 1]]))
    : {successful: entry.ok, failed: entry.bad, throttled: entry.throttled, other_failures: entry.bad - entry.throttled};
  return series.map(name => shares ? entry.requests ? counts[name] / entry.requests * 100 : 0 : counts[name]);
}

function dayPicture(panel, list, {block, filtered, width}, choose) {
  const {series: outcomes, shares, compared, joined} = panel.chart;
  const {form, scale, least} = shares ? SHARES : COUNTS;
  const before = compared && !filtered && block.before?.counts.some(count => count !== null) ? block.before : null;
  const marked = compared && !filtered ? new Set(block.marked ?? []) : new Set();
  const further = [
    ...(before ? [[before.name, (left, y) => shape("path", {class: "before", d: `M${left} ${y - 3}h20`})]] : []),
    ...(list.some((entry, n) => marked.has(entry.span ?? n)) ? [["days of findings", (left, y) => shape("rect", {class: "strip", x: left, y: y - 5, width: 20, height: 4})]] : []),
  ];
  const key = legend(outcomes, width, further);
  const height = 232 + key.height - 30;
  const [left, bottom, high] = [46, height - 40, height - 66 - key.height];
  const columns = list.map(entry => ({entry, parts: partsOfDay(panel.chart, entry), top: total(partsOfDay(panel.chart, entry))}));
  const highest = Math.max(...columns.map(({top}) => top), ...(before?.counts ?? []), 0) || least;
  const widest = Math.max(...list.flatMap(entry => entry.label.split("\n").map(measure)), 0);
  const room = width - left - Math.max(6, widest / 2); // half of the last label may stand beside its column
  const step = room / Math.max(list.length, 7);
  const start = left + (room - step * list.length) / 2;
  const svg = framed(width, height);
  svg.append(...key.draw(), ...scaleLines(highest, {left, width, bottom, high, scale, least}));
  const thin = Math.max(1, Math.ceil(list.length / Math.max(2, Math.floor(room / (widest + 10)))));
  const few = list.length <= 16 && Math.max(...columns.map(({top}) => measure(form(top)))) + 4 <= step;
  const figures = [];
  columns.forEach((column, n) => {
    const place = {x: start + n * step, step, inset: joined ? 0 : 0.14, bottom, high, highest, width, last: (list.length - 1 - n) % thin === 0};
    const earlier = before && before.counts[n] !== null ? `; ${before.name}: ${whole(before.counts[n])}` : "";
    svg.append(clickable(dayColumn(column, outcomes, place, earlier), choiceOf(panel, column.entry), choose));
    const silent = column.entry.requests === 0; // 0 requests are a figure, a share of none is not
    if (!column.entry.missing && !(silent && shares) && (few || (silent && step >= 10))) {
      const text = words(form(column.top), place.x + step / 2, bottom - column.top / highest * high - 5, "on", "middle");
      text.setAttribute("pointer-events", "none");
      figures.push(text);
    }
    if (marked.has(column.entry.span ?? n)) svg.append(shape("rect", {class: "strip", x: place.x, y: bottom + 2, width: step, height: 4}));
  });
  if (before) svg.append(...earlierLine(before.counts, count => bottom - count / highest * high, n => start + (n + 0.5) * step));
  svg.append(...figures, shape("line", {x1: left, x2: width - 6, y1: bottom, y2: bottom, class: "axis"}));
  return svg;
}

// The days that these are compared with: a thin line with a gap where one is missing; of one day it lies across its column.
function earlierLine(counts, y, x) {
  if (counts.length === 1) return [shape("path", {class: "before", d: `M${round(x(-0.5))} ${round(y(counts[0]))}H${round(x(0.5))}`, "pointer-events": "none"})];
  const path = counts.map((count, n) => count === null ? "" : `${n && counts[n - 1] !== null ? "L" : "M"}${round(x(n))} ${round(y(count))}`).join("");
  const dots = counts.flatMap((count, n) => count === null ? [] : [shape("circle", {class: "before-dot", cx: round(x(n)), cy: round(y(count)), r: counts.length > 40 ? 1.2 : 2.2})]);
  return [shape("path", {class: "before", d: path, "pointer-events": "none"}), ...dots];
}

function dayColumn({entry, parts: counts, top}, outcomes, {x, step, inset, bottom, high, highest, width, last}, earlier) {
  const middle = x + step / 2;
  const tall = top / highest * high;
  const bar = [x + step * inset, step * (1 - 2 * inset)];
  const parts = [shape("rect", {x, y: bottom - high, width: step, height: high, class: "behind"})];
  if (entry.gaps) {
    const [left, right] = [x + step * 0.14, x + step * 0.86];
    parts.push(shape("rect", {x: left, y: bottom - high, width: right - left, height: high, class: "gap"}), shape("path", {d: hatch("rising", left, bottom - high, right, bottom), class: "hatch"}));
  }
  let base = bottom;
  counts.forEach((count, n) => {
    base -= count / highest * high;
    if (count > 0) parts.push(mark(outcomes[n], bar[0], base, bar[1], count / highest * high));
  });
  parts.push(shape("title", {}, `${entry.date}: ${dayTold(entry)}${earlier}`));
  const upright = (text, kind, foot = bottom - 8) => shape("text", {class: kind, transform: `translate(${middle + 4} ${foot}) rotate(-90)`}, text);
  if (entry.missing && step >= 14) parts.push(upright("missing", "small on"));
  const inside = tall > high * ROOM_FOR_WORD;
  if (entry.provisional && step >= 14) parts.push(inside ? upright("provisional", "small on") : upright("provisional", "small", bottom - tall - 20));
  if (last) entry.label.split("\n").forEach((line, n) => parts.push(words(line, Math.min(middle, width - 2 - measure(line) / 2), bottom + 18 + n * 14, "small muted", "middle")));
  return shape("g", {}, ...parts);
}

// The exact figures of a day.
function dayTold(entry) {
  if (entry.missing) return "missing in the store";
  const [bad, throttled] = entry.sums ? [failed(entry.sums), entry.sums[4]] : [entry.bad, entry.throttled];
  const share = entry.requests ? ` (${percent(bad / entry.requests)})` : "";
  const gaps = entry.gaps ? `, ${counted(entry.gaps, "day")} missing in the store` : "";
  return `${whole(entry.requests)} requests, ${whole(bad)} failed${share}, ${whole(throttled)} with 429${gaps}`;
}

// About four lines at round figures, with their numbers.
function scaleLines(highest, {left, width, bottom, high, scale, least}) {
  const rough = highest / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(least, [1, 2, 5, 10].find(size => size * power >= rough * 0.999) * power); // their short numbers are exact
  const lines = Array.from({length: Math.floor(highest / step + 1e-9) + 1}, (_, n) => n * step);
  return lines.flatMap(count => {
    const y = bottom - count / highest * high;
    return [shape("line", {x1: left, x2: width - 6, y1: y, y2: y, class: "line"}), words(scale(count), left - 6, y + 4, "small", "end")];
  });
}

export {picture, rowLabel};
