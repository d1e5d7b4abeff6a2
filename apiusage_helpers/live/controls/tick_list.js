// A list to search and tick. It shows the ticked names first, then those that a search finds; all text is set as text.

const MOST = 200;

function made(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function render({ model, el }) {
  const title = model.get("title");
  const search = made("input", { type: "search", placeholder: "Search", "aria-label": `Search ${title}` });
  const clear = made("button", { type: "button" }, "Clear choice");
  const told = made("span", { class: "atl-told", role: "status" });
  const list = made("ul", { class: "atl-list", tabindex: "-1" });
  const box = made("div", { class: "atl", role: "group", "aria-label": title, "data-lm-suppress-shortcuts": "true" },
    made("div", { class: "atl-head" }, made("b", {}, title), search, told, clear), list);
  el.append(box);
  const choose = (chosen) => {
    model.set("chosen", chosen);
    draw();
    model.send({ chosen });
  };

  function item([value, label], chosen) {
    const tick = made("input", { type: "checkbox" });
    tick.checked = chosen.has(value);
    tick.dataset.value = value;
    return made("li", {}, made("label", {}, tick, made("span", {}, label)));
  }

  function draw() {
    const chosen = new Set(model.get("chosen"));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = model.get("options").filter(([value, label]) =>
      chosen.has(value) || words.every((word) => label.toLowerCase().includes(word)));
    found.sort(([one], [other]) => chosen.has(other) - chosen.has(one));
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.value : null;
    list.replaceChildren(...found.slice(0, MOST).map((one) => item(one, chosen)));
    if (found.length > MOST) list.append(made("li", { class: "atl-more" }, `${(found.length - MOST).toLocaleString("en-US")} more: search for a part of the name.`));
    if (!found.length) list.append(made("li", { class: "atl-more" }, "No such name."));
    told.textContent = chosen.size ? `${chosen.size.toLocaleString("en-US")} chosen` : "All are shown";
    clear.hidden = !chosen.size;
    if (focused !== null) [...list.querySelectorAll("input")].find((one) => one.dataset.value === focused)?.focus();
  }

  list.addEventListener("change", (event) => {
    const value = event.target.dataset.value;
    const others = model.get("chosen").filter((one) => one !== value);
    choose(event.target.checked ? [...others, value] : others);
  });
  clear.addEventListener("click", () => { choose([]); search.focus(); });
  search.addEventListener("input", draw);
  const again = () => draw();
  model.on("change:chosen change:options", again);
  draw();
  return () => model.off("change:chosen change:options", again);
}

export default { render };
