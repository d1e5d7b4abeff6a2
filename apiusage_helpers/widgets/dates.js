// Two labelled dates, first and last UTC day. The browser's own date fields, told which days can be picked: that is what
// ipywidgets' DatePicker leaves out.

function render({ model, el }) {
  const fields = {};
  const box = document.createElement("div");
  box.style.cssText = "display:flex;gap:10px;align-items:center;flex-wrap:wrap;font:13px system-ui,sans-serif";
  for (const [name, text] of [["first", "from"], ["last", "to (UTC days)"]]) {
    const label = document.createElement("label");
    const field = Object.assign(document.createElement("input"), { type: "date" });
    field.style.cssText = "font:inherit;padding:2px 4px;margin-left:6px;color-scheme:light";
    label.append(text, field);
    box.append(label);
    fields[name] = field;
    field.addEventListener("change", () => {
      if (field.value) model.send({ first: fields.first.value, last: fields.last.value });
    });
  }
  function draw() {
    const { first, last, newest } = model.get("days");
    for (const field of Object.values(fields)) field.max = newest;
    fields.first.value = first;
    fields.last.value = last;
  }
  model.on("change:days", draw);
  el.append(box);
  draw();
  return () => model.off("change:days", draw);
}

export default { render };
