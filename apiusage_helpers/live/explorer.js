// The graph and the two tables of the API Usage view in the browser. It shows what the kernel says and tells it what
// was clicked; it counts nothing. All text from data is set as text, never as HTML.

const ROWS = 10;
const [BEAT, SILENCE] = [5_000, 14_000]; // milliseconds
const OUTCOMES = ["2xx succeeded", "3xx redirected", "4xx without 429", "429 too many requests", "5xx server error"];
const whole = (count) => count.toLocaleString("en-US");

function made(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

// A button without effect keeps the focus, which a disabled one would lose.
const off = (button, isIt) => button.setAttribute("aria-disabled", String(isIt));
const isOff = (button) => button.getAttribute("aria-disabled") === "true";

// A URL may be broken after a slash, never in a word.
const breakable = (text) => text.split(/(?<=\/)/).flatMap((part) => [part, made("wbr")]).slice(0, -1);

// One table: sorted, searched and paged here; `told` is its part of the kernel's `shown`, `listing` its names and counts.
function ranking(name, title, rowNoun, click) {
  const state = { page: 0, query: "", sort: "", down: true, listing: null, told: null };
  const several = made("input", { type: "checkbox" });
  const search = made("input", { type: "search", placeholder: "Search", "aria-label": `Search ${title}` });
  const count = made("span", { class: "au-count", "aria-live": "polite" });
  const before = made("button", { type: "button", "aria-label": `Previous page of ${title}` }, "‹");
  const after = made("button", { type: "button", "aria-label": `Next page of ${title}` }, "›");
  const head = made("tr");
  const body = made("tbody");
  const caption = made("caption", { class: "au-unseen" }, `${title}: choose a row to filter`);
  const table = made("table", {}, caption, made("thead", {}, head), body);
  const element = made(
    "section", { class: `au-table au-${name}`, "aria-label": title },
    made("div", { class: "au-tools" }, made("h2", {}, title), search, made("label", {}, several, " Several at once")),
    made("div", { class: "au-scroll" }, table),
    made("div", { class: "au-pages" }, before, count, after),
  );

  const columns = () => [
    ["name", rowNoun], ["requests", "Requests"], ["failed", "Failed"], ["throttled", "Throttled"], ["share", "Share"], ["bar", "Share as a bar, what failed in red"],
    ...(state.told.filtered ? [["filtered", "Under the filter"]] : []),
  ];

  function sortedRows() {
    const { listing, told, query } = state;
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = told.rows.map((code, place) => ({ code, place }));
    const found = words.length
      ? rows.filter(({ code }) => words.every((word) => listing.search[code].includes(word))) : rows;
    const value = {
      name: (one) => listing.search[one.code], requests: (one) => listing.requests[one.code],
      failed: (one) => listing.failed[one.code], throttled: (one) => listing.throttled[one.code],
      share: (one) => listing.requests[one.code], filtered: (one) => (told.filtered ? told.filtered[one.place] : one.place),
    }[state.sort];
    if (!value) return found;
    const sign = state.down ? -1 : 1;
    return found.sort((a, b) => sign * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) || a.place - b.place);
  }

  function heading([column, text]) {
    const order = state.sort === column ? (state.down ? "descending" : "ascending") : "none";
    const numbers = ["requests", "failed", "throttled", "share", "filtered"];
    const kind = numbers.includes(column) ? `au-number au-${column}` : `au-${column}`;
    if (column === "bar") return made("th", { scope: "col", class: "au-bar" }, made("span", { class: "au-unseen" }, text));
    const button = made("button", { type: "button" }, text, { ascending: " ▲", descending: " ▼", none: "" }[order]);
    button.dataset.sort = column;
    return made("th", { scope: "col", class: kind, "aria-sort": order }, button);
  }

  function rowOf({ code, place }, most) {
    const { listing, told } = state;
    const chosen = told.chosen.includes(code);
    const button = made("button", { type: "button", "aria-pressed": String(chosen), title: [listing.names[code], listing.kinds?.[code]].filter(Boolean).join(", ") }, ...breakable(listing.names[code]));
    const cell = made("th", { scope: "row", class: "au-name" }, button);
    if (listing.kinds && listing.kinds[code]) cell.append(made("span", { class: "au-kind" }, listing.kinds[code]));
    const bar = made("div", { class: "au-whole", "aria-hidden": "true" });
    bar.style.width = `${(100 * listing.requests[code]) / most}%`;
    const [requests, failed] = [listing.requests[code], listing.failed[code]];
    const part = made("div", { class: told.filtered ? "au-part" : "au-failed-part" });
    part.style.width = requests ? `${(100 * (told.filtered ? told.filtered[place] : failed)) / requests}%` : "0";
    bar.append(part);
    const number = (kind, text) => made("td", { class: `au-number au-${kind}` }, text);
    const cells = [
      cell, number("requests", whole(requests)), number("failed", failed ? whole(failed) : "–"),
      number("throttled", listing.throttled[code] ? whole(listing.throttled[code]) : "–"), number("share", listing.shares[code]),
      made("td", { class: "au-bar" }, bar),
    ];
    if (told.filtered) {
      const share = made("b", {}, told.shares[place]);
      cells.push(made("td", { class: "au-number au-filtered" }, share, ` ${whole(told.filtered[place])}`));
    }
    const line = made("tr", chosen ? { class: "au-chosen" } : {}, ...cells);
    line.dataset.code = code;
    return line;
  }

  function pinned(line) {
    line.classList.add("au-pinned");
    return line;
  }

  function draw() {
    const focused = body.contains(document.activeElement) && document.activeElement.closest("tr")?.dataset.code;
    const sorted = head.contains(document.activeElement) && document.activeElement.dataset.sort;
    const rows = sortedRows();
    const pages = Math.max(1, Math.ceil(rows.length / ROWS));
    const pressed = focused ? rows.findIndex(({ code }) => String(code) === focused) : -1;
    state.page = pressed < 0 ? Math.min(state.page, pages - 1) : Math.floor(pressed / ROWS); // what was pressed stays in sight
    const first = state.page * ROWS;
    const shown = rows.slice(first, first + ROWS);
    const elsewhere = rows.filter((one) => state.told.chosen.includes(one.code) && !shown.includes(one)); // chosen rows of other pages
    const most = Math.max(1, ...state.listing.requests);
    head.replaceChildren(...columns().map(heading));
    body.replaceChildren(...elsewhere.map((one) => pinned(rowOf(one, most))), ...shown.map((one) => rowOf(one, most)));
    if (!rows.length) body.append(made("tr", {}, made("td", { colspan: "7", class: "au-none" }, "Nothing to show.")));
    count.textContent = rows.length
      ? `${whole(first + 1)}–${whole(Math.min(first + ROWS, rows.length))} of ${whole(rows.length)}` : "0";
    off(before, state.page === 0);
    off(after, state.page >= pages - 1);
    if (focused) (body.querySelector(`tr[data-code="${focused}"] button`) ?? search).focus();
    if (sorted) head.querySelector(`button[data-sort="${sorted}"]`)?.focus();
  }

  head.addEventListener("click", (event) => {
    const column = event.target.closest("button")?.dataset.sort;
    if (!column) return;
    state.down = state.sort === column ? !state.down : column !== "name";
    state.sort = column;
    draw();
  });
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr");
    if (line?.dataset.code === undefined) return;
    click(name, state.listing.keys[Number(line.dataset.code)], several.checked || event.ctrlKey || event.metaKey);
  });
  search.addEventListener("input", () => { state.query = search.value; state.page = 0; draw(); });
  before.addEventListener("click", () => { if (!isOff(before)) { state.page -= 1; draw(); } });
  after.addEventListener("click", () => { if (!isOff(after)) { state.page += 1; draw(); } });

  return {
    element,
    update(listing, told) {
      const other = state.told && JSON.stringify(state.told.rows) !== JSON.stringify(told.rows);
      if (other) state.page = 0;
      if (!told.filtered && state.sort === "filtered") state.sort = "";
      Object.assign(state, { listing, told });
      draw();
    },
  };
}

// What a pointer on the graph, or the arrow keys, are told: the counts of one day or client, beside it.
function tips(picture) {
  const box = made("div", { class: "au-tip", role: "status", hidden: true });
  const line = made("div", { class: "au-mark", "aria-hidden": "true", hidden: true });
  const state = { marks: {}, at: -1 };
  const size = () => 1 / (state.marks.last - state.marks.first); // of one mark, as a share of the Axes
  const middle = (n) => (n - state.marks.first) * size();

  function hide() {
    state.at = -1;
    box.hidden = line.hidden = true;
  }

  function tell(n) {
    const { names, counts, missing, along } = state.marks;
    const across = along === "x";
    const image = picture.querySelector("img");
    if (!names || !image || n < 0 || n >= names.length) return hide();
    if (n !== state.at) {
      const [requests, ...outcomes] = counts[n];
      const parts = OUTCOMES.map((word, place) => [word, outcomes[place]]).filter(([, count]) => count);
      const lines = missing.includes(n) ? ["missing in the store"] : [`${whole(requests)} requests`, ...parts.map(([word, count]) => `${word}: ${whole(count)}`)];
      box.replaceChildren(made("b", {}, names[n]), ...lines.map((text) => made("span", {}, text)));
    }
    state.at = n;
    box.hidden = false;
    line.hidden = !across;
    const [wide, high] = [image.clientWidth, image.clientHeight];
    const { left, right, top, bottom } = state.marks;
    const x = across ? wide * (left + (right - left) * middle(n)) : wide * (left + 0.3 * (right - left));
    const y = across ? high * top : high * (top + (bottom - top) * middle(n));
    line.style.cssText = `left:${x}px;top:${y}px;height:${high * (bottom - top)}px`;
    box.style.left = `${Math.max(0, Math.min(x + 12, wide - box.offsetWidth))}px`;
    if (across && x + 12 + box.offsetWidth > wide) box.style.left = `${Math.max(0, x - 12 - box.offsetWidth)}px`;
    box.style.top = `${Math.max(0, Math.min(y, high - box.offsetHeight))}px`;
  }

  function pointed(event) {
    const image = picture.querySelector("img");
    const { along, names, left, right, top, bottom, first } = state.marks;
    if (!names || !image) return;
    const place = image.getBoundingClientRect();
    const share = along === "x" ? ((event.clientX - place.left) / place.width - left) / (right - left) : ((event.clientY - place.top) / place.height - top) / (bottom - top);
    tell(share < 0 || share > 1 ? -1 : Math.round(share / size() + first));
  }

  picture.addEventListener("pointermove", pointed);
  picture.addEventListener("pointerdown", pointed);
  picture.addEventListener("pointerleave", hide);
  picture.addEventListener("blur", hide);
  picture.addEventListener("keydown", (event) => {
    const count = state.marks.names?.length ?? 0;
    const ways = { ArrowRight: state.at + 1, ArrowDown: state.at + 1, ArrowLeft: state.at < 0 ? count - 1 : state.at - 1, ArrowUp: state.at < 0 ? count - 1 : state.at - 1, Home: 0, End: count - 1 };
    if (event.key === "Escape") hide();
    else if (event.key in ways && count) tell(Math.max(0, Math.min(count - 1, ways[event.key])));
    else return;
    event.preventDefault();
  });
  return {
    parts: [line, box],
    update(marks) {
      const same = JSON.stringify(state.marks.counts) === JSON.stringify(marks.counts); // only drawn for another width
      state.marks = marks;
      if (same && state.at >= 0) tell(state.at);
      else hide();
    },
  };
}

// Says that the kernel has ended, on a page that has one of its own (not in JupyterLab, where other cells may keep it busy).
function watched(model) {
  const served = document.querySelector("#rendered_cells") !== null;
  const again = made("button", { type: "button" }, "Reload");
  const box = made("p", { class: "au-lost", role: "alert" });
  let heard = Date.now();
  const hear = (message) => { if (message?.event === "here") { heard = Date.now(); box.replaceChildren(); } };
  const beat = () => {
    if (Date.now() - heard > SILENCE && !box.hasChildNodes()) box.append("This page has lost its connection, so clicks do nothing. ", again);
    model.send({ event: "there" });
  };
  again.addEventListener("click", () => location.reload());
  model.on("msg:custom", hear);
  const timer = served ? setInterval(beat, BEAT) : 0;
  return { box, end() { clearInterval(timer); model.off("msg:custom", hear); } };
}

function render({ model, el }) {
  const tell = (event) => model.send(event);
  const click = (table, key, several) => tell({ event: "click", table, key, several });
  const message = made("p", { class: "au-message", role: "alert" });
  const notes = made("ul", { class: "au-notes" });
  const headline = made("p", { class: "au-headline", role: "status" });
  const clear = made("button", { type: "button", class: "au-clear" }, "Reset filter");
  const picture = made("div", { class: "au-picture", tabindex: "0", role: "group", "aria-label": "Graph: the arrow keys tell its figures" });
  const pointer = tips(picture);
  let waits = 0;
  const sizes = new ResizeObserver(() => { // the kernel draws the graph for the room that it has
    clearTimeout(waits);
    waits = setTimeout(() => { if (picture.clientWidth) tell({ event: "width", pixels: Math.floor(picture.clientWidth / 20) * 20 }); }, 120);
  });
  const title = made("figcaption");
  const figure = made("figure", {}, title, picture);
  const tables = {
    clients: ranking("clients", "OAuth Clients", "OAuth client", click),
    urls: ranking("urls", "API Requests", "API request", click),
  };
  const both = made("div", { class: "au-tables" }, tables.clients.element, tables.urls.element);
  const own = { class: "au", "data-lm-suppress-shortcuts": "true" }; // so JupyterLab leaves Enter to our buttons
  const connection = watched(model);
  const box = made("div", own, connection.box, message, made("div", { class: "au-line" }, headline, clear, notes), figure, both);
  el.append(box);
  clear.addEventListener("click", () => { if (!isOff(clear)) tell({ event: "reset" }); });

  async function draw() {
    const shown = model.get("shown");
    const listing = model.get("listing");
    if (!shown.serial) return;
    const image = made("img", { alt: shown.graph.alt, src: `data:image/svg+xml;utf8,${encodeURIComponent(shown.graph.svg)}` });
    if (shown.graph.svg) await image.decode().catch(() => {});
    if (model.get("shown").serial !== shown.serial) return; // a newer state is on its way
    message.textContent = shown.message;
    headline.textContent = shown.headline;
    off(clear, !shown.filtered);
    notes.replaceChildren(...shown.notes.map((note) => made("li", {}, note)));
    title.textContent = shown.graph.title;
    const drawn = shown.graph.svg ? image : made("p", {}, shown.graph.alt);
    picture.replaceChildren(drawn, ...pointer.parts);
    pointer.update(shown.graph.marks);
    if (box.dataset.serial === String(shown.serial)) return; // another width: rows that are being pressed stay where they are
    for (const [name, table] of Object.entries(tables)) table.update(listing[name], shown[name]);
    box.dataset.serial = shown.serial;
  }

  model.on("change:shown", draw);
  draw();
  sizes.observe(picture);
  tell({ event: "opened" });
  return () => {
    connection.end();
    clearTimeout(waits);
    sizes.disconnect();
    model.off("change:shown", draw);
  };
}

export default { render };
