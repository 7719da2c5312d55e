// ---- What the page was given. Names, texts and metadata come from strangers: they are only ever set as text.
const $ = id => document.getElementById(id);
const about = JSON.parse($('about').textContent);
const count = about.points, solid = about.dimensions === 3, TOP = 2 ** 24 - 1;
const parsed = new Promise(resolve => {
  if (document.readyState !== 'loading') resolve();
  else document.addEventListener('DOMContentLoaded', () => resolve());
});

function bytesOf(base64) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(base64);
  const letters = atob(base64), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}
const three = (bytes, at) => bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16;
async function inflated(id) {
  const stream = new Blob([bytesOf($(id).textContent)]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).arrayBuffer();
}

/** Positions of a view as one array for each dimension, from -1 to 1. */
const placed = [];
function positions(view) {
  if (!placed[view]) {
    const bytes = bytesOf($('positions-' + view).textContent), dimensions = about.dimensions;
    placed[view] = Array.from({ length: dimensions }, (_, d) => {
      const axis = new Float32Array(count);
      for (let i = 0, at = 3 * d; i < count; i++, at += 3 * dimensions) axis[i] = three(bytes, at) / TOP * 2 - 1;
      return axis;
    });
  }
  return placed[view];
}

/** Texts that stay bytes until they are asked for. */
async function texts(id) {
  const [run, each] = await Promise.all([inflated(id), inflated(id + '-lengths')]);
  const bytes = new Uint8Array(run), lengths = new Uint32Array(each), starts = new Uint32Array(lengths.length + 1), decoder = new TextDecoder();
  for (let i = 0; i < lengths.length; i++) starts[i + 1] = starts[i] + lengths[i];
  return i => decoder.decode(bytes.subarray(starts[i], starts[i + 1]));
}

/** A column: { name, numbers } or { name, codes, values }, code 0 where nothing is known, and what it says of a point. */
const columns = [];
async function column(index) {
  if (!columns[index]) columns[index] = (async () => {
    const { name, kind } = about.columns[index], data = await inflated('column-' + index);
    if (kind === 'numbers') {
      const numbers = new Float32Array(data);
      return { name, numbers, says: i => Number.isFinite(numbers[i]) ? figure(numbers[i]) : '–' };
    }
    const codes = new Uint32Array(data);
    let most = 0;
    for (let i = 0; i < count; i++) if (codes[i] > most) most = codes[i];
    const text = await texts('column-' + index + '-values'), values = Array.from({ length: most }, (_, v) => text(v));
    return { name, codes, values, says: i => codes[i] ? values[codes[i] - 1] : '–' };
  })();
  return columns[index];
}
let known = []; // all columns, once they have been read
let nameOf = i => '#' + i, textOf = () => '';
let lowered = null;
/** Name and text of every point in small letters, for searching. */
function searchable() {
  if (!lowered) lowered = Array.from({ length: count }, (_, i) => (nameOf(i) + '\n' + textOf(i)).toLowerCase());
  return lowered;
}

/** A point's true neighbours in a view: [{ point, distance }], nearest first. Four letters hold each: nothing else is decoded. */
const held = new Map();
function neighbours(view, point) {
  const { k, least, most } = about.views[view];
  if (!k) return [];
  const part = name => {
    if (!held.has(name)) held.set(name, $(name).textContent);
    return bytesOf(held.get(name).slice(4 * k * point, 4 * k * (point + 1)));
  };
  const indices = part('neighbours-' + view), shares = part('neighbours-' + view + '-distances');
  return Array.from({ length: k }, (_, r) => ({ point: three(indices, 3 * r), distance: least + three(shares, 3 * r) / TOP * (most - least) }));
}

const whole = v => v.toLocaleString('en');
const figure = v => Number.isInteger(v) && Math.abs(v) < 1e9 ? String(v) : Math.abs(v) >= 1e6 || Math.abs(v) < 1e-3 ? v.toExponential(2)
  : Math.abs(v) >= 100 ? v.toFixed(1) : Math.abs(v) >= 10 ? v.toFixed(2) : v.toFixed(3);
const percent = p => p >= 0.0995 || p === 0 ? (100 * p).toFixed(0) + ' %' : p >= 0.0095 ? (100 * p).toFixed(1) + ' %' : (100 * p).toFixed(2) + ' %';
const shortened = (text, most) => text.length > most ? text.slice(0, /[\ud800-\udbff]/.test(text[most - 1]) ? most - 1 : most) + '…' : text;

function make(tag, parent, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}
function draw(tag, parent, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  parent.append(element);
  return element;
}
