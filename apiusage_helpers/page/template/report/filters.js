// The reader's choices: lists to choose from, what is chosen, and the address that keeps it.
//
// A choice is a set of numbers for each facet; an empty set means all. The address fragment holds names instead of
// numbers, so that it can be used on another report: `#clients=ID&statuses=429`. What a report does not know is told.

import {button, byCodePoint, cut, element, human, visible, whole} from "./text.js";
import {OUTCOMES} from "./block.js";
import {isFiltered, spanOf, summed, tally} from "./counts.js";
import {MEANINGS} from "./figures.js";
import {OUTCOME_LABELS} from "./words.js";
import {copy} from "./grid.js";

const FACETS = [
  {name: "days", title: "Days", noun: "day", many: "days"}, {name: "clients", title: "OAuth clients", noun: "OAuth client", many: "OAuth clients"},
  {name: "methods", title: "Methods", noun: "method", many: "methods"}, {name: "uris", title: "Template URIs", noun: "template URI", many: "template URIs"},
  {name: "statuses", title: "Statuses", noun: "status", many: "statuses"}, {name: "requests", title: "Requests", noun: "request", many: "URLs"},
];
const MOST_LISTED = 200;
const MOST_CHIPS = 8;

const noChoice = () => Object.fromEntries(FACETS.map(facet => [facet.name, new Set()]));

// The block with what is asked of it again and again: numbers of methods and template URIs, as clients and URLs have them;
// which days are missing or provisional; the published sums.
function numbered(block) {
  const numbersOf = values => new Map([...new Set(values)].sort(byCodePoint).map((value, n) => [value, n]));
  const methodNumbers = numbersOf(block.urls.map(([method]) => method));
  const uriNumbers = numbersOf(block.urls.map(([, uri]) => uri));
  const known = {
    ...block, methodNumbers, uriNumbers, methods: [...methodNumbers.keys()], uris: [...uriNumbers.keys()],
    asking: new Set(block.pairClient).size, missingDays: new Set(block.missing), provisionalDays: new Set(block.provisional),
  };
  return {...known, published: summed(known, noChoice())};
}

// The facets as they are called for a block: its days may be put together in spans.
const facetsOf = ({span}) => FACETS.map(facet => facet.name === "days" && span > 1
  ? {...facet, title: `Spans of ${span} days`, noun: "days", many: `spans of ${span} days`} : facet);

// For each facet the options: `value` for the address, `label` for the reader, `requests` in the published report.
function optionsOf(block) {
  const {pairs, spans} = block.published;
  const ofUrls = number => Array.from(block.pairUrl, url => number(block.urls[url]));
  const requests = {
    days: spans.map(span => span[0]),
    clients: tally(pairs, block.clients.length, block.pairClient),
    methods: tally(pairs, block.methods.length, ofUrls(([method]) => block.methodNumbers.get(method))),
    uris: tally(pairs, block.uris.length, ofUrls(([, uri]) => block.uriNumbers.get(uri))),
    statuses: OUTCOMES.map((_, n) => pairs.reduce((sum, pair) => sum + pair[n + 1], 0)),
    requests: tally(pairs, block.urls.length, block.pairUrl),
  };
  const names = {
    days: spans.map((_, span) => [block.days[span * block.span], spanOf(block, span).date]),
    clients: block.clients.map(([id, , label, kind]) => [id, kind ? `${label} (${visible(kind)})` : label]),
    methods: block.methods.map(method => [method, method ? visible(method) : "(no method)"]),
    uris: block.uris.map(uri => [uri, visible(uri) || "(empty)"]),
    statuses: MEANINGS.map(([status], n) => [String(status), OUTCOME_LABELS[OUTCOMES[n]]]),
    requests: block.urls.map(([method, uri]) => [`${method} ${uri}`, visible(`${method} ${uri}`.trim())]),
  };
  return Object.fromEntries(FACETS.map(({name}) => [name, names[name].map(([value, label], number) => ({number, value, label, requests: requests[name][number]}))]));
}

// The fragment that keeps a choice: empty where nothing is chosen.
function fragmentOf(chosen, options) {
  const kept = new URLSearchParams();
  FACETS.forEach(({name}) => [...chosen[name]].sort((one, other) => one - other).forEach(number => kept.append(name, options[name][number].value)));
  return kept.toString();
}

// The choice that a fragment keeps, and how many of its names this report does not know.
function choiceIn(fragment, options, lastDay) {
  const chosen = noChoice();
  let unknown = 0;
  for (const [name, value] of new URLSearchParams(fragment)) {
    if (!(Object.hasOwn(chosen, name) && fragment.includes("="))) continue;
    const option = name === "days" ? spanHolding(options.days, value, lastDay) : options[name].find(known => known.value === value);
    if (option) chosen[name].add(option.number);
    else unknown += 1;
  }
  return {chosen, unknown};
}

// The day, or the span of days that holds it: the last one that begins no later.
const spanHolding = (days, day, lastDay) => day > lastDay ? undefined : days.findLast(known => known.value <= day);

// The filter bar in `place`; `change` gets each new choice. Its `tell` says what is shown.
function filterBar(place, kinds, options, change) {
  let chosen = noChoice();
  const toggle = (name, number) => {
    const next = {...chosen, [name]: new Set(chosen[name])};
    if (!next[name].delete(number)) next[name].add(number);
    change(next);
  };
  const facets = kinds.filter(({name}) => name !== "requests" && options[name].length > 1)
    .map(facet => facetList(facet, options[facet.name], () => chosen, toggle, set => change({...chosen, [facet.name]: set})));
  const status = element("p", {role: "status", class: "told"});
  const chips = element("ul", {class: "chips", "aria-label": "What is chosen"});
  const reset = button("Reset", () => change(noChoice()), {class: "reset"});
  const link = button("Copy link", () => copy(location.href, link));
  const state = element("div", {class: "filter-state"}, status, element("div", {class: "tools"}, reset, link), chips);
  const bar = element("div", {class: "bar"}, element("h2", {}, "Filter"), element("div", {class: "facets"}, ...facets.map(facet => facet.node)));
  place.replaceWith(element("section", {id: "filters", class: "filters", "aria-label": "Filters"}, bar, state));
  closeOutside(facets.map(facet => facet.node));
  return {
    toggle,
    tell(next, text, quiet) {
      chosen = next;
      status.classList.toggle("unseen", quiet);
      const filtered = isFiltered(chosen);
      document.documentElement.classList.toggle("filtered", filtered);
      state.classList.toggle("on", filtered);
      reset.hidden = link.hidden = chips.hidden = !filtered;
      status.textContent = text;
      chips.replaceChildren(...chipsOf(kinds, chosen, options, toggle, name => change({...chosen, [name]: new Set()})));
      facets.forEach(facet => facet.refresh());
    },
  };
}

// A button for each chosen thing that takes it out again; of many things of one kind, one button for the rest.
function chipsOf(kinds, chosen, options, toggle, clear) {
  return kinds.flatMap(({name, many, noun}) => {
    const numbers = [...chosen[name]];
    const chip = (text, act, label) => element("li", {}, button(`${text} ×`, act, {"aria-label": label}));
    if (numbers.length > MOST_CHIPS) return [chip(`${numbers.length} of ${options[name].length} ${many}`, () => clear(name), `Choose all ${many} again`)];
    return numbers.map(number => {
      const {label} = options[name][number];
      return chip(cut(label, 60), () => toggle(name, number), `Take out ${noun} ${label}`);
    });
  });
}

// A list to choose from, behind a button that tells how many are chosen.
function facetList(facet, options, chosen, toggle, choose) {
  const told = element("summary");
  const search = element("input", {type: "search", "aria-label": `Search ${facet.title}`, placeholder: "Search"});
  const list = element("ul");
  const note = element("p", {class: "note"});
  const order = facet.name === "days" || facet.name === "statuses" ? options : [...options].sort((one, other) => other.requests - one.requests);
  const matches = () => order.filter(option => option.label.toLowerCase().includes(search.value.trim().toLowerCase()));
  const these = button("Choose these", () => choose(new Set(matches().map(option => option.number))));
  const none = button("Choose none", () => choose(new Set()));
  const node = element("details", {class: "facet"}, told, element("div", {}, search, element("div", {class: "tools"}, these, none), list, note));

  function fill() {
    const fitting = matches();
    const shown = fitting.slice(0, MOST_LISTED);
    list.replaceChildren(...shown.map(option => optionItem(option, chosen()[facet.name].has(option.number), () => toggle(facet.name, option.number))));
    note.textContent = fitting.length > shown.length ? `The first ${MOST_LISTED} of ${whole(fitting.length)}: search to narrow them.` : fitting.length ? "" : "Nothing is called so.";
  }

  search.addEventListener("input", fill);
  node.addEventListener("toggle", () => {
    node.classList.remove("leftward");
    if (!node.open) return;
    fill();
    node.classList.toggle("leftward", node.lastElementChild.getBoundingClientRect().right > document.documentElement.clientWidth);
  });
  node.addEventListener("keydown", event => {
    if (event.key !== "Escape" || !node.open) return;
    node.open = false;
    told.focus();
  });
  return {
    node,
    refresh() {
      const set = chosen()[facet.name];
      told.textContent = set.size ? `${facet.title}: ${whole(set.size)} of ${whole(options.length)}` : `${facet.title}: all ${whole(options.length)}`;
      if (node.open) [...list.querySelectorAll("input")].forEach(box => { box.checked = set.has(Number(box.value)); });
    },
  };
}

function optionItem(option, checked, act) {
  const box = element("input", {type: "checkbox", value: option.number});
  box.checked = checked;
  box.addEventListener("change", act);
  return element("li", {}, element("label", {}, box, element("span", {}, option.label), element("small", {}, human(option.requests))));
}

// One list at a time is open, and none once the reader has gone elsewhere.
function closeOutside(nodes) {
  const close = target => nodes.forEach(node => { if (node.open && !node.contains(target)) node.open = false; });
  document.addEventListener("click", event => close(event.target));
  document.addEventListener("focusin", event => close(event.target));
}

export {choiceIn, facetsOf, filterBar, fragmentOf, noChoice, numbered, optionsOf};
