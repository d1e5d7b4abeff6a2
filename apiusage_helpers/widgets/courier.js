// Takes a file or a text from the kernel to the person: a download, or the clipboard.

function save(name, type, content) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function copy(text) {
  return await navigator.clipboard?.writeText(text).then(() => true, () => false) || copyBySelection(text);
}

// The way for pages that are not served securely: they have no clipboard. The focus stays where it was.
function copyBySelection(text) {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}

function render({ model, el }) {
  el.style.display = "none";
  const handed = (content, buffers) => {
    if (content.do === "download") save(content.name, content.type, buffers[0]);
    if (content.do === "copy") copy(content.text).then((done) => model.send({ copied: done }));
  };
  model.on("msg:custom", handed);
  return () => model.off("msg:custom", handed);
}

export default { render };
