/** The candidate that somebody who wrote `text` most likely meant; undefined where none is near. */
export function suggest(text: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(text);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 4)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, plain(candidate));
    if (distance >= least) continue;
    best = candidate;
    least = distance;
  }
  return best;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, "");
}

/** How many letters have to be put in, taken out or changed to get from one text to the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < from.length; i++) {
    const row = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const change = (previous[j] as number) + (from[i] === to[j] ? 0 : 1);
      row.push(Math.min(change, (previous[j + 1] as number) + 1, (row[j] as number) + 1));
    }
    previous = row;
  }
  return previous[to.length] as number;
}
