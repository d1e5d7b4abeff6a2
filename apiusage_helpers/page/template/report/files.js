// The files of the report, saved from the page itself: the same bytes as those that were published beside it.

import {button, byCodePoint, csvFile, element} from "./text.js";
import {download} from "./grid.js";

// Buttons after `place`; `tables` gives the text of a panel's file by its name.
function fileButtons(place, block, tables) {
  const texts = {...tables, ...Object.fromEntries(Object.entries(block.files ?? {}).map(([name, text]) => [name, () => text]))};
  const whole = block.span === 1 && block.names;
  const {name: rowsFile, columns} = block.rows_file ?? {};
  if (whole && rowsFile) texts[rowsFile] = () => csvFile([columns, ...usageRecords(block)]);
  const made = Object.entries(texts).sort(([one], [other]) => byCodePoint(one, other))
    .map(([name, text]) => button(name, () => download(name, text()), {"aria-label": `Save ${name}`}));
  const note = whole || !rowsFile ? "" : `${rowsFile} lies beside this page: it holds more rows than a page can.`;
  place.after(element("div", {class: "tools save"}, element("span", {}, "Save from this page:"), ...made, element("span", {class: "note"}, note)));
}

// The records of the file of rows: one a row of the page, in the order of their keys, each with the name that its client bore.
function usageRecords(block) {
  const records = [];
  for (let row = 0; row < block.rows; row += 1) {
    const pair = block.rowPair[row];
    const [client, url, day] = [block.pairClient[pair], block.urls[block.pairUrl[pair]], block.rowSpan[row]];
    const [succeeded, redirected, refused, throttled, broken] = block.outcomes.map(column => column[row]);
    const requests = succeeded + redirected + refused + throttled + broken + block.excess[row];
    const name = block.names[client]?.[day] ?? block.clients[client][1];
    records.push([block.days[day], block.clients[client][0], name, ...url, requests, succeeded, redirected, refused + throttled, throttled, broken]);
  }
  const keys = [0, 1, 3, 4];
  records.sort((one, other) => keys.reduce((way, key) => way || byCodePoint(one[key], other[key]), 0));
  return records;
}

export {fileButtons};
