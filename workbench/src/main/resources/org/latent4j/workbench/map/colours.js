// ---- Colours. Hues that differ in lightness too, after Okabe and Ito and after Tol, so that they can be told apart with any colour vision;
// numbers along viridis, without the end that the ground would swallow.
const WORDS = {
  light: ['#0072b2', '#e08a00', '#00936b', '#c8321c', '#9b4fa8', '#4fb0e6', '#8c8a22', '#2f2a85', '#ea6a96', '#6e3b12', '#3fb8a0', '#b8a4e8'],
  dark: ['#4ea8f0', '#f2a93b', '#1fc497', '#ff6f52', '#d78ae0', '#9adcff', '#cfcb5a', '#8f86ff', '#ff9fbf', '#c89566', '#6ff0d8', '#e4dcff'],
};
const NOTHING = { light: '#a9b1b3', dark: '#596467' }, GROUND = { light: '#ffffff', dark: '#14181a' };
const VIRIDIS = ['#440154', '#482878', '#3e4989', '#31688e', '#26828e', '#1f9e89', '#35b779', '#6ece58', '#b5de2b', '#fde725'];
const STEPS = 64;
const rgb = hex => [1, 3, 5].map(at => parseInt(hex.slice(at, at + 2), 16));
function viridis(share, theme) {
  const at = (theme === 'light' ? 0.9 * share : 0.16 + 0.84 * share) * (VIRIDIS.length - 1), low = Math.min(VIRIDIS.length - 2, Math.floor(at));
  const [from, to] = [rgb(VIRIDIS[low]), rgb(VIRIDIS[low + 1])];
  return '#' + from.map((c, i) => Math.round(c + (to[i] - c) * (at - low)).toString(16).padStart(2, '0')).join('');
}

/** How a column colours: { slots, palette(theme), legend | range }. Slot 0 is for what isn't known or has no colour of its own. */
function colouring(column) {
  const slots = new Uint8Array(count);
  if (!column) return { slots, palette: theme => [WORDS[theme][0]], legend: [] };
  if (column.numbers) {
    const sorted = column.numbers.filter(Number.isFinite).sort();
    const low = sorted[Math.floor(0.01 * (sorted.length - 1))] ?? 0, high = sorted[Math.ceil(0.99 * (sorted.length - 1))] ?? 0;
    for (let i = 0; i < count; i++) {
      const v = column.numbers[i];
      if (Number.isFinite(v)) slots[i] = 1 + Math.round((STEPS - 1) * (high > low ? Math.min(1, Math.max(0, (v - low) / (high - low))) : 0.5));
    }
    return { slots, range: [low, high], least: sorted[0], most: sorted[sorted.length - 1], palette: theme => [NOTHING[theme], ...Array.from({ length: STEPS }, (_, s) => viridis(s / (STEPS - 1), theme))] };
  }
  const sizes = new Uint32Array(column.values.length + 1);
  for (let i = 0; i < count; i++) sizes[column.codes[i]] += 1;
  const order = Array.from(column.values.keys(), v => v + 1).sort((a, b) => sizes[b] - sizes[a] || a - b);
  const shown = order.slice(0, order.length > 12 ? 11 : 12), slotOf = new Uint8Array(column.values.length + 1);
  shown.forEach((code, at) => { slotOf[code] = at + 1; });
  for (let i = 0; i < count; i++) slots[i] = slotOf[column.codes[i]];
  const legend = shown.map((code, at) => ({ slot: at + 1, name: column.values[code - 1], size: sizes[code] }));
  const rest = order.length - shown.length, others = order.slice(shown.length).reduce((sum, code) => sum + sizes[code], 0);
  if (rest) legend.push({ slot: 0, name: `${whole(rest)} other${rest > 1 ? 's' : ''}` + (sizes[0] ? ', and not known' : ''), size: others + sizes[0], soft: true });
  else if (sizes[0]) legend.push({ slot: 0, name: 'not known', size: sizes[0], soft: true });
  return { slots, legend, palette: theme => [NOTHING[theme], ...WORDS[theme]] };
}
