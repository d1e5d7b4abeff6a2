// Text onto the clipboard: whether it went there. Where a browser gives a page no clipboard (from disk, or not served securely),
// the text is selected and copied; the focus stays where it was.

async function toClipboard(text) {
  return await navigator.clipboard?.writeText(text).then(() => true, () => false) || copiedBySelection(text);
}

function copiedBySelection(text) {
  const focused = document.activeElement;
  const area = Object.assign(document.createElement("textarea"), {value: text, ariaHidden: "true"});
  Object.assign(area.style, {position: "fixed", top: "0", opacity: "0"});
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus({preventScroll: true});
  return done;
}

export {toClipboard};
