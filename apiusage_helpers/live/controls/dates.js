// A range of UTC days: two date fields, and under them the days of a month as buttons that tell which days the store has.
// The browser's own date field can mark no days, so what is missing stands beside it. The kernel knows and decides.

const WORDS = { "+": "in the store", "~": "provisional", x: "missing in the store", "-": "not complete yet: cannot be chosen" };
const MONTH = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
const DAY = new Intl.DateTimeFormat("en", { weekday: "short", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

const iso = (date) => date.toISOString().slice(0, 10);
const later = (day, count) => iso(new Date(Date.parse(day) + count * 86_400_000));
const monthLater = (month, count) => iso(new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1 + count))).slice(0, 7);

function made(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

// The two fields; `picked` hears both dates when one is changed.
function dateFields(picked) {
  const first = made("input", { type: "date" });
  const last = made("input", { type: "date" });
  for (const field of [first, last]) field.addEventListener("change", () => field.value && picked(first.value, last.value));
  const element = made("div", { class: "aud-fields" }, made("label", {}, "from", first), made("label", {}, "to (UTC days)", last));
  return {
    element,
    update(days) {
      first.max = last.max = days.newest;
      [first.value, last.value] = [days.first, days.last];
    },
  };
}

// The days of one month. The first press keeps a day, the second one picks; Escape takes the first one back. One day at
// a time can be reached by Tab, the others by the arrow keys, across months too.
function monthOfDays(picked, turn) {
  const state = { month: "", marks: "", first: "", last: "", start: "", focus: "" };
  const before = made("button", { type: "button", "aria-label": "Previous month" }, "‹");
  const after = made("button", { type: "button", "aria-label": "Next month" }, "›");
  const title = made("span", { class: "aud-month", "aria-live": "polite" });
  const days = made("div", { class: "aud-days", role: "group" });
  const told = made("p", { class: "aud-told", "aria-live": "polite" });
  const element = made(
    "details", { class: "aud" }, made("summary", {}, "Calendar"),
    made("div", { class: "aud-line" }, before, title, after, days), told,
  );
  const latest = () => later(state.newest, 1).slice(0, 7); // the month of today
  const known = (day) => day.startsWith(state.month) && state.marks[Number(day.slice(8)) - 1];

  function cell(day, mark) {
    const chosen = state.start ? day === state.start : day >= state.first && day <= state.last;
    const button = made("button", {
      type: "button", "data-day": day, "data-mark": mark, "aria-pressed": String(chosen), tabindex: day === state.focus ? "0" : "-1",
      "aria-label": `${DAY.format(new Date(day))}, ${WORDS[mark]}`, title: `${day}: ${WORDS[mark]}`,
    }, String(Number(day.slice(8))));
    if (mark === "-") button.setAttribute("aria-disabled", "true");
    return button;
  }

  function sentence() {
    if (state.start) return `From ${DAY.format(new Date(state.start))}: now press the last day. Escape: not.`;
    const count = (mark) => [...state.marks].filter((one) => one === mark).length;
    return `Hatched: missing in the store (${count("x")} this month). ~ provisional (${count("~")}). Press the first, then the last day.`;
  }

  function draw() {
    const focused = days.contains(document.activeElement);
    if (!known(state.focus)) state.focus = known(state.last) ? state.last : `${state.month}-01`;
    title.textContent = MONTH.format(new Date(`${state.month}-01`));
    days.setAttribute("aria-label", `UTC days of ${title.textContent}`);
    days.replaceChildren(...[...state.marks].map((mark, n) => cell(later(`${state.month}-01`, n), mark)));
    after.disabled = state.month >= latest();
    told.textContent = sentence();
    if (focused) days.querySelector("[tabindex='0']")?.focus();
  }

  function press(day) {
    if (known(day) === "-") return;
    state.focus = day;
    if (!state.start) return void Object.assign(state, { start: day });
    const [first, last] = [state.start, day].sort();
    state.start = "";
    picked(first, last);
  }

  function go(day) {
    state.focus = day;
    if (known(day)) draw();
    else if (day.slice(0, 7) <= latest()) turn(day.slice(0, 7));
  }

  days.addEventListener("click", (event) => {
    const day = event.target.closest("button")?.dataset.day;
    if (day) { press(day); draw(); }
  });
  days.addEventListener("keydown", (event) => {
    const ways = {
      ArrowLeft: () => later(state.focus, -1), ArrowRight: () => later(state.focus, 1),
      ArrowUp: () => later(state.focus, -7), ArrowDown: () => later(state.focus, 7),
      Home: () => `${state.month}-01`, End: () => later(`${state.month}-01`, state.marks.length - 1),
      PageUp: () => `${monthLater(state.month, -1)}-01`, PageDown: () => `${monthLater(state.month, 1)}-01`,
    };
    if (event.key === "Escape" && state.start) { state.start = ""; draw(); } else if (ways[event.key]) go(ways[event.key]());
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  before.addEventListener("click", () => turn(monthLater(state.month, -1)));
  after.addEventListener("click", () => turn(monthLater(state.month, 1)));

  return {
    element,
    update({ first, last, newest, month, marks, serial }) {
      if (serial !== state.serial) state.start = ""; // the answer to what was picked
      Object.assign(state, { first, last, newest, month, marks, serial });
      if (month) draw();
    },
  };
}

function render({ model, el }) {
  const picked = (first, last) => model.send({ first, last });
  const parts = [dateFields(picked), monthOfDays(picked, (month) => model.send({ month }))];
  const box = made("div", { class: "aud-box", "data-lm-suppress-shortcuts": "true" }); // so JupyterLab leaves keys to the buttons
  box.append(...parts.map((part) => part.element));
  const draw = () => {
    const days = model.get("days");
    parts.forEach((part) => part.update(days));
    box.dataset.month = days.month;
  };
  model.on("change:days", draw);
  el.append(box);
  draw();
  return () => model.off("change:days", draw);
}

export default { render };
