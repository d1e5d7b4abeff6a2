// What a picture tells of one bar or day: the whole name and the exact figures, under the pointer and by arrow keys.
//
// A picture is one stop of the Tab key. Arrow keys go from bar to bar, Enter filters by the bar, Escape closes the line.

import {element} from "./text.js";

const STEPS = {ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1};

// The picture in a frame that tells of its parts; `title` names it.
function told(svg, title) {
  const parts = [...svg.querySelectorAll("g")].filter(part => part.querySelector(":scope > title"));
  const line = element("p", {class: "tip", role: "status", hidden: ""});
  const frame = element("div", {class: "picture", role: "group", "aria-label": `${title}: arrow keys go through it`, ...(parts.length ? {tabindex: "0"} : {})}, svg, line);
  let place = 0;

  const tell = part => {
    line.hidden = !part;
    line.textContent = part ? part.querySelector(":scope > title").textContent : "";
    parts.forEach(one => one.classList.toggle("told", one === part));
  };

  frame.addEventListener("focus", () => tell(frame.matches(":focus-visible") ? parts[place] : null));
  frame.addEventListener("blur", () => tell(null));
  frame.addEventListener("keydown", event => {
    if (event.key === "Escape") tell(null);
    if (event.key !== "Enter" && !(event.key in STEPS)) return;
    event.preventDefault(); // of Enter too: the focus may be elsewhere when it would act
    if (event.key === "Enter") {
      parts[place].dispatchEvent(new MouseEvent("click", {bubbles: true}));
      return;
    }
    place = (place + STEPS[event.key] + parts.length) % parts.length;
    tell(parts[place]);
  });
  svg.addEventListener("pointerover", event => tell(parts.find(part => part.contains(event.target))));
  svg.addEventListener("pointerleave", () => tell(null));
  return frame;
}

export {told};
