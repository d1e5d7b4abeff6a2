// The rows that the page holds, unpacked (apiusage_helpers/page/rows.py says how they are packed).


const OUTCOMES = ["succeeded", "redirected", "client_errors", "throttled", "server_errors"];

// The rows, or null where the page has none or the browser cannot unpack them: the page then stays as published.
async function readBlock() {
  const holder = document.getElementById("page-rows");
  if (!holder || typeof DecompressionStream === "undefined") return null;
  const packed = atob(holder.textContent);
  const bytes = new Uint8Array(packed.length);
  for (let n = 0; n < packed.length; n += 1) bytes[n] = packed.charCodeAt(n);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return unpacked(new Uint8Array(await new Response(stream).arrayBuffer()));
}

function unpacked(bytes) {
  const length = new DataView(bytes.buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const next = numbers(bytes, 4 + length);
  const column = (size, one = next) => Float64Array.from({length: size}, one);
  const signed = () => {
    const number = next();
    return number % 2 ? -(number + 1) / 2 : number / 2;
  };

  const pairsOfClients = column(head.clients.length);
  const pairs = pairsOfClients.reduce((sum, count) => sum + count, 0);
  const pairClient = spread(pairsOfClients, pairs);
  const pairUrl = running(column(pairs), pairClient);
  const rowsOfPairs = column(pairs);
  const rows = rowsOfPairs.reduce((sum, count) => sum + count, 0);
  const rowPair = spread(rowsOfPairs, rows);
  const rowSpan = running(column(rows), rowPair);
  const outcomes = OUTCOMES.map(name => column(rows, name === "client_errors" ? signed : next));
  return {...head, pairs, pairClient, pairUrl, rows, rowPair, rowSpan, outcomes, excess: column(rows, signed)};
}

// A function that gives the next whole number: seven bits a byte, the lowest first.
function numbers(bytes, start) {
  let place = start;
  return () => {
    let number = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = bytes[place];
      place += 1;
      number += (byte & 127) * weight;
      if (byte < 128) return number;
    }
  };
}

// For each of `total` items the number of its group, from the sizes of the groups.
function spread(sizes, total) {
  const groups = new Int32Array(total);
  let place = 0;
  sizes.forEach((size, group) => {
    groups.fill(group, place, place + size);
    place += size;
  });
  return groups;
}

// The numbers themselves from their distances within each group.
function running(distances, groups) {
  const found = new Int32Array(distances.length);
  for (let n = 0; n < found.length; n += 1) {
    found[n] = distances[n] + (n && groups[n] === groups[n - 1] ? found[n - 1] : 0);
  }
  return found;
}

export {OUTCOMES, readBlock, unpacked};
