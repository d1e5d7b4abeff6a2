// The graph and the two tables of the API Usage view in the browser. It shows what the kernel says and tells it what
// was clicked; it counts nothing. All text from data is set as text, never as HTML.

const ROWS = 10;
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
    ["name", rowNoun], ["requests", "Requests"], ["share", "Share of all"], ["bar", "Share as a bar"],
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
      share: (one) => listing.requests[one.code], filtered: (one) => (told.filtered ? told.filtered[one.place] : one.place),
    }[state.sort];
    if (!value) return found;
    const sign = state.down ? -1 : 1;
    return found.sort((a, b) => sign * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) || a.place - b.place);
  }

  function heading([column, text]) {
    const order = state.sort === column ? (state.down ? "descending" : "ascending") : "none";
    const kind = { requests: "au-number", share: "au-number", filtered: "au-number au-filtered" }[column] ?? `au-${column}`;
    if (column === "bar") return made("th", { scope: "col", class: "au-bar" }, made("span", { class: "au-unseen" }, text));
    const button = made("button", { type: "button" }, text, { ascending: " ▲", descending: " ▼", none: "" }[order]);
    button.dataset.sort = column;
    return made("th", { scope: "col", class: kind, "aria-sort": order }, button);
  }

  function rowOf({ code, place }, most) {
    const { listing, told } = state;
    const chosen = told.chosen.includes(code);
    const button = made("button", { type: "button", "aria-pressed": String(chosen), title: listing.names[code] }, listing.names[code]);
    const cell = made("th", { scope: "row", class: "au-name" }, button);
    if (listing.kinds && listing.kinds[code]) cell.append(made("span", { class: "au-kind" }, listing.kinds[code]));
    const width = (requests) => `${(100 * requests) / most}%`;
    const bar = made("div", { class: "au-whole", "aria-hidden": "true" });
    bar.style.width = width(listing.requests[code]);
    const cells = [
      cell, made("td", { class: "au-number" }, whole(listing.requests[code])),
      made("td", { class: "au-number" }, listing.shares[code]), made("td", { class: "au-bar" }, bar),
    ];
    if (told.filtered) {
      const part = made("div", { class: "au-part" });
      part.style.width = listing.requests[code] ? `${(100 * told.filtered[place]) / listing.requests[code]}%` : "0";
      bar.append(part);
      const share = made("b", {}, told.shares[place]);
      cells.push(made("td", { class: "au-number au-filtered" }, share, ` ${whole(told.filtered[place])}`));
    }
    const line = made("tr", chosen ? { class: "au-chosen" } : {}, ...cells);
    line.dataset.code = code;
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
    const most = Math.max(1, ...state.listing.requests);
    head.replaceChildren(...columns().map(heading));
    body.replaceChildren(...rows.slice(first, first + ROWS).map((one) => rowOf(one, most)));
    if (!rows.length) body.append(made("tr", {}, made("td", { colspan: "5", class: "au-none" }, "Nothing to show.")));
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

function render({ model, el }) {
  const tell = (event) => model.send(event);
  const click = (table, key, several) => tell({ event: "click", table, key, several });
  const message = made("p", { class: "au-message", role: "alert" });
  const notes = made("ul", { class: "au-notes" });
  const headline = made("p", { class: "au-headline", role: "status" });
  const clear = made("button", { type: "button", class: "au-clear" }, "Reset filter");
  const picture = made("div", { class: "au-picture" });
  const sizes = new ResizeObserver(() => { picture.tabIndex = picture.scrollWidth > picture.clientWidth ? 0 : -1; }); // a keyboard can scroll it too
  const title = made("figcaption");
  const figure = made("figure", {}, title, picture);
  const tables = {
    clients: ranking("clients", "OAuth Clients", "OAuth client", click),
    urls: ranking("urls", "API Requests", "API request", click),
  };
  const both = made("div", { class: "au-tables" }, tables.clients.element, tables.urls.element);
  const own = { class: "au", "data-lm-suppress-shortcuts": "true" }; // so JupyterLab leaves Enter to our buttons
  const box = made("div", own, message, made("div", { class: "au-line" }, headline, clear), notes, figure, both);
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
    picture.replaceChildren(drawn);
    sizes.disconnect();
    [picture, drawn].forEach((one) => sizes.observe(one));
    for (const [name, table] of Object.entries(tables)) table.update(listing[name], shown[name]);
    box.dataset.serial = shown.serial;
  }

  model.on("change:shown", draw);
  draw();
  tell({ event: "opened" });
  return () => {
    sizes.disconnect();
    model.off("change:shown", draw);
  };
}

export default { render };
