// ---- What a selection has in common: words and values that are more frequent in it than among all, ranked by how surprising that is
// (G², the log-likelihood ratio of Dunning 1993).
const SAMPLE = 30000; // of more texts than this, evenly spread ones stand for all
function wordsOf(text) {
  return new Set((text.toLowerCase().slice(0, 4000).match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}+#'’_-]*/gu) || []).filter(word => word.length > 1));
}
function frequencies(points) {
  const found = new Map(), step = Math.max(1, points.length / SAMPLE);
  let texts = 0;
  for (let at = 0; at < points.length; at += step) {
    const i = points[Math.floor(at)];
    for (const word of wordsOf(about.texts ? textOf(i) : nameOf(i))) found.set(word, (found.get(word) || 0) + 1);
    texts += 1;
  }
  return { found, texts };
}
let background = null;
function surprise(inside, insideAll, all, total) { // G² of inside of insideAll against the rest; 0 where it isn't more frequent inside
  const outside = Math.max(0, all - inside), outsideAll = Math.max(1, total - insideAll);
  if (inside * outsideAll <= outside * insideAll) return 0;
  const rate = (inside + outside) / (insideAll + outsideAll), part = (seen, of) => seen > 0 ? seen * Math.log(seen / (of * rate)) : 0;
  return 2 * (part(inside, insideAll) + part(outside, outsideAll) + part(insideAll - inside, insideAll * (1 - rate) / rate)
    + part(outsideAll - outside, outsideAll * (1 - rate) / rate));
}
/** [{ word, inside, all }], shares of the selected texts and of all texts that have it. */
function tellingWords(points) {
  background ??= frequencies(Array.from({ length: count }, (_, i) => i));
  const { found, texts } = frequencies(points), scale = count / background.texts, part = points.length / texts;
  const rated = [];
  for (const [word, seen] of found) {
    if (seen < 2 && texts > 3) continue;
    const inside = seen * part, all = Math.max((background.found.get(word) || 0) * scale, inside);
    const score = surprise(inside, points.length, all, count);
    if (score > 3.84) rated.push({ word, score, inside: seen / texts, all: all / count });
  }
  return rated.sort((a, b) => b.score - a.score || (a.word < b.word ? -1 : 1)).slice(0, 14);
}
/** [{ column, value, inside, all }], shares, for words; [{ column, inside, all }], medians, for numbers. */
function tellingValues(points) {
  const rated = [];
  for (const column of known) {
    if (column.numbers) {
      column.sorted ??= column.numbers.filter(Number.isFinite).sort();
      const all = column.sorted, here = Float32Array.from(points, i => column.numbers[i]).filter(Number.isFinite).sort();
      if (!here.length) continue;
      const inside = here[here.length >> 1], below = all.findIndex(v => v >= inside) / all.length, upTo = all.findLastIndex(v => v <= inside) / all.length;
      // Told where the middle of the selection is well off the middle of all, seen in the order of all values.
      if (below > 0.6 || upTo < 0.4) rated.push({ column: column.name, median: true, inside, all: all[all.length >> 1], score: 0 });
      continue;
    }
    if (!column.sizes) { column.sizes = new Uint32Array(column.values.length + 1); for (const code of column.codes) column.sizes[code] += 1; }
    const seen = new Map();
    for (const i of points) seen.set(column.codes[i], (seen.get(column.codes[i]) || 0) + 1);
    const best = [...seen].filter(([code]) => code > 0).map(([code, inside]) => ({ column: column.name, value: column.values[code - 1],
      inside: inside / points.length, all: column.sizes[code] / count, score: surprise(inside, points.length, column.sizes[code], count) }));
    rated.push(...best.filter(it => it.score > 3.84).sort((a, b) => b.score - a.score).slice(0, 3));
  }
  return rated.sort((a, b) => b.score - a.score).slice(0, 8);
}
