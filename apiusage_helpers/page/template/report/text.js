// Words and numbers as the published page writes them (apiusage_helpers/text.py, spreadsheet.py), to the sign.
// Names come from outside and may hold anything: they go into the page as text nodes and attributes, never as markup.

import {NO_CELL, TWO_CELLS} from "./cell_widths.js";

const UNSEEN = /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff\ufffe\uffff]/gu;
const RUNS = /^'*[=+\-@\t\r\n\x00|%＝＋－＠]/;
const DASH = "–";

// The characters of packed runs (apiusage_helpers/page/script.py): distances to base 36, `first,length` each.
function signsOf(packed) {
  let place = 0;
  const runs = packed.split(" ").map(run => {
    const bounds = run.split(",").map(distance => { place += parseInt(distance, 36); return `\\u{${place.toString(16)}}`; });
    return bounds.join("-");
  });
  return new RegExp(`^[${runs.join("")}]`, "u");
}

const NONE = signsOf(NO_CELL);
const WIDE = signsOf(TWO_CELLS);

// The name with every control, direction or zero-width character made visible.
const visible = name => name.replace(UNSEEN, sign => sign < " " ? String.fromCharCode(0x2400 + sign.charCodeAt(0)) : "\ufffd");

// The cells that a text fills in a fixed-width font.
const cells = text => [...text].reduce((sum, sign) => sum + (NONE.test(sign) ? 0 : WIDE.test(sign) ? 2 : 1), 0);

// The text, with its middle replaced by … where `size` finds it larger than `most`.
function cut(text, most, size = cells) {
  if (size(text) <= most) return text;
  const signs = [...text];
  const fitting = (from, room) => {
    let kept = from.length;
    while (kept && size(from.slice(0, kept).join("")) > room) kept -= 1;
    return from.slice(0, kept);
  };
  const ellipsis = size("…");
  const start = fitting(signs, size === cells ? Math.floor(most / 2) : (most - ellipsis) / 2);
  const end = fitting([...signs].reverse(), size === cells ? most - Math.floor(most / 2) - 1 : (most - ellipsis) / 2);
  return start.join("") + "…" + end.reverse().join("");
}

// A label in at most two lines: broken after a slash, never in a word; cut in the middle where it is too long.
function broken(label, most, size = cells) {
  const lines = [""];
  for (const part of label.match(/[^/]*\/|[^/]+$/g) ?? []) {
    if (lines.at(-1) && size(lines.at(-1) + part) > most && lines.length < 2) lines.push("");
    lines[lines.length - 1] += part;
  }
  return lines.map(line => cut(line, most, size));
}

const urlLabel = (method, uri, most) => {
  const start = method ? `${cut(visible(method), 12)} ` : "";
  return start + cut(visible(uri), most - [...start].length);
};

// A number with 0 or 1 decimals; what lies just between two goes to the even one, as in the published figures.
function fixed(number, decimals) {
  if (decimals === 0 && number % 1 === 0.5) return String(2 * Math.round(number / 2));
  if (decimals === 1 && (number * 4) % 4 === 1) return (Math.floor(number * 10) / 10).toFixed(1);
  return number.toFixed(decimals);
}

const whole = count => fixed(count, 0).replace(/\B(?=(\d{3})+$)/g, ",");

function human(count) {
  for (const [size, sign] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (count >= size * 0.99995 && count >= 1e3) return fixed(count / size, 1) + sign;
  }
  return fixed(count, 0);
}

// A share in percent, never rounded to a false 0 or 100.
function percent(share) {
  if (Number.isNaN(share)) return DASH;
  if (share === 0 || share === 1) return `${share * 100} %`;
  const text = fixed(share * 100, 1);
  return ({"0.0": "<0.1", "100.0": share < 1 ? ">99.9" : ">100"}[text] ?? text) + " %";
}

const counted = (count, noun) => `${whole(count)} ${noun}${count === 1 ? "" : "s"}`;

const listed = (names, most = 3) =>
  names.length <= most ? names.join(", ") : `${names.slice(0, most).join(", ")} and ${names.length - most} more`;

// Which of two texts comes first by code point, as in the published order (not by the reader's language).
function byCodePoint(one, other) {
  const [left, right] = [[...one], [...other]];
  const place = left.findIndex((sign, n) => sign !== right[n]);
  if (place < 0) return left.length - right.length;
  return place >= right.length ? 1 : left[place].codePointAt(0) - right[place].codePointAt(0);
}

// A cell of a CSV file: guarded where a spreadsheet would run it, quoted where it must be.
function csvCell(value) {
  if (value === null || Number.isNaN(value)) return "";
  const text = typeof value === "number" ? positional(value) : RUNS.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const csvFile = records => records.map(record => record.map(csvCell).join(",") + "\r\n").join("");

// A number in its shortest form without exponent.
function positional(number) {
  const [digits, exponent] = String(number).split("e-");
  if (exponent === undefined) return digits;
  return "0." + "0".repeat(Number(exponent) - 1) + digits.replace(".", "");
}

// An element with attributes and children; texts become text nodes.
function element(name, attributes = {}, ...children) {
  const made = name.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4)) : document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

function button(text, act, attributes = {}) {
  const made = element("button", {type: "button", ...attributes}, text);
  made.addEventListener("click", act);
  return made;
}

// What a client's label adds to its name, to tell it from others of that name; all of it where there is no name.
function markOf(label, name) {
  if (!name) return label;
  const added = / \(([^()]*)\)$/.exec(label);
  return added && !visible(name).endsWith(added[0]) ? added[1] : "";
}

// A text that may be broken after each slash, as nodes.
const breakable = text => text.split(/(?<=\/)/).flatMap((part, n) => n ? [element("wbr"), part] : [part]);

export {breakable, broken, button, byCodePoint, cells, counted, csvCell, csvFile, cut, element, fixed, human, listed, markOf, percent, RUNS, urlLabel, visible, whole};
