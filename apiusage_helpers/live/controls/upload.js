// A button that opens a file of the person's own: its first bytes go to the kernel, which reads and judges them.

function render({ model, el }) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "jupyter-widgets jupyter-button widget-button";
  button.style.width = "auto";
  button.textContent = model.get("text");
  const field = Object.assign(document.createElement("input"), { type: "file", accept: model.get("accept"), hidden: true });
  button.addEventListener("click", () => field.click());
  field.addEventListener("change", async () => {
    const [file] = field.files;
    if (!file) return;
    const bytes = await file.slice(0, model.get("most_bytes")).arrayBuffer();
    field.value = ""; // so that the same file can be opened again
    model.send({ event: "opened" }, undefined, [bytes]);
  });
  el.append(button, field);
}

export default { render };
