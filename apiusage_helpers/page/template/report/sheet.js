// A client's page: all that is known of one OAuth client, while it alone is chosen.

import {counted, element, percent, visible, whole} from "./text.js";
import {failed} from "./counts.js";

// The sheet after `place`; its `tell` shows the client that is chosen, or nothing.
function clientSheet(place, block) {
  const sheet = element("section", {id: "client", class: "sheet", "aria-label": "OAuth client", hidden: ""});
  place.after(sheet);
  return found => {
    const [client, ...others] = found.chosen.clients;
    sheet.hidden = client === undefined || others.length > 0;
    sheet.replaceChildren(...sheet.hidden ? [] : contents(client, found, block));
  };
}

function contents(client, found, block) {
  const [id, name, , kind, owner, first, last] = block.clients[client];
  const share = percent(found.total ? found.requests / found.total : NaN);
  const facts = [
    ["Client id", visible(id)], ["Kind", visible(kind)], ["Owner", visible(owner ?? "")], ["First seen", first], ["Last seen", last],
    ["Requests shown", `${whole(found.requests)} (${share} of all)`],
    ["Failed", `${whole(failed(found.sums))} (${percent(found.requests ? failed(found.sums) / found.requests : NaN)})`],
    ["URLs", whole(found.counts[2].urls)],
  ].filter(([, text]) => text);
  const list = element("dl", {}, ...facts.map(([title, text]) => element("div", {}, element("dt", {}, title), element("dd", {}, text))));
  const about = (block.findings ?? []).filter(finding => finding.client === client);
  const told = about.map(({severity, cause, remedy}) => element("li", {}, element("b", {}, severity), ` ${visible(cause)} ${visible(remedy)}`));
  const findings = told.length ? [element("p", {class: "note"}, `${counted(told.length, "finding")}:`), element("ul", {}, ...told)] : [];
  return [element("h2", {}, visible(name || id)), list, ...findings];
}

export {clientSheet};
