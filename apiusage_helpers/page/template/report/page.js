// The page comes alive: tools for every table, and filters where the page holds the rows of its report.

import {breakable, button, counted, cut, element, listed, percent, whole} from "./text.js";
import {readBlock} from "./block.js";
import {heldClicks, viewLine} from "./view.js";
import {figures} from "./figures.js";
import {inWords, takeaway} from "./words.js";
import {copy, grid} from "./grid.js";
import {choiceIn, facetsOf, filterBar, fragmentOf, noChoice, numbered, optionsOf} from "./filters.js";
import {shownColumns, tableModel} from "./tables.js";
import {picture, rowLabel} from "./pictures.js";
import {told} from "./tips.js";
import {clientSheet} from "./sheet.js";
import {fileButtons} from "./files.js";

const ON_PAPER = 420; // pixels: a picture beside its table

function start() {
  const grids = new Map();
  document.querySelectorAll(".table-box").forEach(box => {
    if (box.querySelector("table > thead > tr") && box.querySelector("tbody")) grids.set(box.closest("figure")?.id || box, grid(box));
  });
  document.querySelectorAll("pre.copyable").forEach(text => {
    const pressed = button("Copy", () => copy(text.textContent, pressed), {"aria-label": "Copy the command"});
    text.after(pressed);
  });
  document.querySelector("a.skip")?.addEventListener("click", event => { // the address keeps the choice
    event.preventDefault();
    const main = document.querySelector("main");
    main.tabIndex = -1;
    main.focus();
  });
  document.querySelectorAll('main a[href^="#"]:not(.show)').forEach(link => link.addEventListener("click", event => { // so does a way to a place
    event.preventDefault();
    const place = document.getElementById(link.hash.slice(1));
    for (let fold = place?.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    place?.scrollIntoView();
  }));
  document.documentElement.classList.add("scripted");
  return grids;
}

// The choices of the reader, drawn into the page again and again; the address keeps them.
function enliven(packed, grids) {
  const block = numbered(packed);
  const options = optionsOf(block);
  const published = figures(block, noChoice());
  const panels = block.panels.map(spec => panelOf(spec, block, grids, published)).filter(Boolean);
  const counts = [1, 2, 3, "view"].map(section => document.querySelector(`#counts-${section} .counts`)).map(line => line && {line, published: line.textContent});
  const totals = tilesUnderFilter();
  const asPublished = [...document.querySelectorAll(".published")].map(part => part.appendChild(element("p", {class: "note"}, "These figures are the published ones, not filtered.")));
  const bar = filterBar(document.getElementById("filters"), facetsOf(block), options, choose);
  const sheet = clientSheet(document.getElementById("filters"), block);
  const lastDay = block.days.at(-1);
  let shown = {};

  function choose(chosen) {
    const pressed = document.activeElement;
    show(chosen, 0);
    keepFocus(pressed);
    const fragment = fragmentOf(chosen, options);
    history.pushState(null, "", fragment ? `#${fragment}` : "#");
  }

  function show(chosen, unknown) {
    shown = {chosen, found: figures(block, chosen)};
    const widths = panels.map(panel => panel.width()); // all looks first: each costs a layout
    panels.forEach((panel, n) => panel.show(shown.found, bar.toggle, widths[n]));
    counts.forEach((count, n) => { if (count) count.line.textContent = shown.found.filtered ? lineText(n, chosen) : count.published; });
    asPublished.forEach(note => { note.hidden = !shown.found.filtered; });
    totals(shown.found);
    sheet(shown.found);
    const quiet = !shown.found.filtered && !unknown && block.span === 1 && !(block.view && heldClicks(block, chosen).length);
    bar.tell(chosen, toldText(shown.found, chosen, options, unknown, block), quiet);
  }

  const lineText = (n, chosen) => n < 3 ? countText(shown.found, n, block) : viewLine(shown.found, chosen, block, choiceText(facetsOf(block), chosen, options));

  function fromAddress() {
    if (shown.found && location.hash.length > 1 && !location.hash.includes("=")) return; // a place in the page, not a choice
    const {chosen, unknown} = choiceIn(location.hash.slice(1), options, lastDay);
    show(chosen, unknown);
  }

  let width = document.documentElement.clientWidth;
  addEventListener("popstate", fromAddress);
  addEventListener("resize", () => requestAnimationFrame(() => {
    if (width === document.documentElement.clientWidth) return;
    width = document.documentElement.clientWidth;
    drawAll(panel => panel.width());
  }));
  const drawAll = widthOf => {
    const widths = panels.map(widthOf);
    panels.forEach((panel, n) => panel.draw(shown.found, bar.toggle, widths[n]));
  };
  addEventListener("beforeprint", () => drawAll(() => ON_PAPER));
  addEventListener("afterprint", () => drawAll(panel => panel.width()));
  document.querySelectorAll("a.show").forEach(link => link.addEventListener("click", event => {
    event.preventDefault();
    history.pushState(null, "", link.hash);
    fromAddress();
    document.getElementById("filters").scrollIntoView();
  }));
  if (document.getElementById("files")) {
    const models = Object.fromEntries(panels.map(({name, model}) => [`${name}.csv`, () => model(published).csv()]));
    fileButtons(document.getElementById("files"), block, models);
  }
  fromAddress();
}

// The focus stays with what was pressed, where that has been drawn anew: its like in the same table, else the filters.
function keepFocus(pressed) {
  if (!pressed || pressed.classList.contains("picture") || (pressed.isConnected && !pressed.closest("[hidden]"))) return;
  const like = pressed.dataset.choice && document.querySelector(`#${pressed.dataset.table} [data-choice="${pressed.dataset.choice}"]`);
  const next = like || document.querySelector(".reset:not([hidden])") || document.querySelector(".facet summary");
  next?.focus({preventScroll: true});
}

// A panel of the report: its picture, its sentence and its table follow what is found.
function panelOf(spec, block, grids, asPublished) {
  const {name, by, chart} = spec;
  const figure = document.getElementById(name);
  const table = grids.get(name);
  if (!figure || !table) return null;
  const published = figure.querySelector(":scope > img, :scope > .nothing");
  const texts = [...figure.querySelectorAll("thead th")].map(head => head.textContent);
  const kinds = texts.includes("Kind");
  const heads = new Map(shownColumns(spec, asPublished, kinds).map((column, n) => [column, texts[n]]));
  const title = figure.querySelector("h3").textContent;
  const sentence = published.alt || published.textContent;
  const mark = element("span", {class: "filtered-mark", hidden: ""}, "filtered");
  figure.querySelector("h3").append(" ", mark);
  figure.parentElement.querySelectorAll(`#${name} .more`).forEach(note => note.remove());
  const said = figure.querySelector(".takeaway");
  const saidFirst = said ? [...said.childNodes] : [];
  const model = (found, toggle = () => {}) => tableModel(spec, found, block, {kinds, heads}, toggle);
  let place = published;

  function draw(found, toggle, width) {
    const labels = found.tables[name].slice(0, chart.most).map((entry, n) => by === "day" || by === "outcome" ? "" : rowLabel(spec, entry, n, block));
    const words = found.filtered ? inWords(spec, found, block, labels) : sentence;
    const made = picture(spec, found, block, Math.max(280, width), toggle);
    made?.setAttribute("aria-label", words);
    const next = made ? told(made, title) : element("p", {class: "nothing"}, words);
    const focused = place === document.activeElement;
    place.replaceWith(next);
    if (focused) next.focus({preventScroll: true});
    place = next;
  }

  return {
    name,
    model,
    draw,
    width: () => figure.clientWidth,
    show(found, toggle, width) {
      mark.hidden = !found.filtered || found.filteredTables[name] === false;
      if (!found.filtered) table.clear();
      table.cut();
      table.show(model(found, toggle));
      said?.replaceChildren(...found.filtered ? breakable(takeaway(spec, found, (entry, n) => rowLabel(spec, entry, n, block)).replaceAll(" %", "\u00a0%")) : saidFirst);
      draw(found, toggle, width);
    },
  };
}

const countText = (found, section, block) => {
  const {requests, clients} = found.counts[section];
  return `Requests ${whole(requests)} of ${whole(found.total)} · OAuth clients ${whole(clients)} of ${whole(block.asking)} · filtered`;
};

// The tiles of what can be filtered, with the filtered figure beneath the published one.
function tilesUnderFilter() {
  const share = (part, of) => percent(of ? part / of : NaN);
  const texts = {
    requests: found => `${whole(found.requests)} (${share(found.requests, found.total)})`,
    failed_share: found => share(found.sums[3] + found.sums[4] + found.sums[5], found.requests),
    throttled_share: found => share(found.sums[4], found.requests),
    active_clients: found => whole(found.counts[0].clients),
  };
  const lines = Object.keys(texts).flatMap(metric => {
    const value = document.querySelector(`.tile[data-metric=${metric}] .value`);
    const line = element("p", {class: "of-filtered", hidden: ""});
    value?.after(line);
    return value ? [[metric, line]] : [];
  });
  return found => lines.forEach(([metric, line]) => {
    line.hidden = !found.filtered;
    line.textContent = found.filtered ? `filtered: ${texts[metric](found)}` : "";
  });
}

// What is shown, in a sentence that is read out when it changes.
function toldText(found, chosen, options, unknown, block) {
  const spans = block.span > 1 ? ` Days are put together in spans of ${block.span}, since the page would be too large otherwise; all figures are exact.` : "";
  const lost = unknown ? ` ${whole(unknown)} of the names in the address ${unknown === 1 ? "is" : "are"} not in this report.` : "";
  if (!found.filtered) return `${publishedText(found, chosen, block)}${spans}${lost}`;
  const clients = `${whole(found.counts[0].clients)} of ${counted(block.asking, "OAuth client")}`;
  const held = block.view ? heldClicks(block, chosen) : [];
  const saved = held.length ? ` Graph and tables are under the saved click on ${held.join(" and ")} too.` : "";
  return `Filtered by ${listed(choiceText(facetsOf(block), chosen, options), 6)}: ${whole(found.requests)} of ${counted(found.total, "request")}, ${clients}.${saved}${spans}${lost}`;
}

function publishedText(found, chosen, block) {
  const held = block.view ? heldClicks(block, chosen) : [];
  return held.length ? `Nothing is chosen here: graph and tables are filtered as saved, by ${held.join(" and ")}.`
    : `Nothing is filtered: all ${counted(found.total, "request")} of the report are shown.`;
}

// What is chosen, one text a facet.
function choiceText(facets, chosen, options) {
  return facets.filter(({name}) => chosen[name].size).map(({name, many, noun}) => {
    const numbers = [...chosen[name]];
    return numbers.length === 1 ? `${noun} ${cut(options[name][numbers[0]].label, 60)}` : `${whole(numbers.length)} ${many}`;
  });
}

const grids = start();
readBlock().catch(() => null).then(block => {
  if (block) enliven(block, grids);
  document.documentElement.classList.add("ready");
});
