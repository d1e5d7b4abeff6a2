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

function render({ model, el }) {
  el.style.display = "none";
  const handed = (content, buffers) => {
    if (content.do === "download") save(content.name, content.type, buffers[0]);
    if (content.do === "copy") toClipboard(content.text).then((done) => model.send({ copied: done }));
  };
  model.on("msg:custom", handed);
  return () => model.off("msg:custom", handed);
}

export default { render };
