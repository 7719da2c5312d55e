// ---- The page: what is shown, pointed at, searched for, selected.
const state = { view: 0, theme: 'light', column: null, colouring: null, off: new Set(), hovered: -1, focus: -1, near: [], marked: [], reason: '', lasso: false };
let cloud = null, hidden = null;
const stage = $('stage'), over = $('over'), tip = $('tip');
const dot = [0, 0];

// ---- Colour
async function colourBy(index) {
  state.column = index >= 0 ? await column(index) : null;
  state.colouring = colouring(state.column);
  state.off.clear();
  hidden = null;
  await Promise.all([paint(), cloud.show(null)]);
}
async function paint() {
  legend();
  const { slots, palette } = state.colouring;
  await cloud.colour(slots, palette(state.theme), GROUND[state.theme]);
  thumbnails();
}
function legend() {
  const box = $('legend'), { legend, range, palette, least, most } = state.colouring, colours = palette(state.theme);
  box.replaceChildren();
  if (range) {
    const ramp = make('canvas', box);
    ramp.width = STEPS; ramp.height = 1;
    const brush = ramp.getContext('2d');
    for (let s = 0; s < STEPS; s++) { brush.fillStyle = colours[s + 1]; brush.fillRect(s, 0, 1, 1); }
    const ends = make('div', box, 'ends');
    make('span', ends, '', (least < range[0] ? '≤ ' : '') + figure(range[0]));
    make('span', ends, '', (most > range[1] ? '≥ ' : '') + figure(range[1]));
    return;
  }
  for (const { slot, name, size, soft } of legend) {
    const button = make('button', box, soft ? 'soft' : '');
    button.dataset.slot = slot;
    button.setAttribute('aria-pressed', !state.off.has(slot));
    button.title = 'Hide or show; with Shift only this one';
    make('span', button, 'dot').style.background = colours[slot];
    make('span', button, 'what', shortened(name, 120) || '(empty)');
    make('span', button, 'size', whole(size));
  }
}
function toggle(slot, alone) {
  const all = state.colouring.legend.map(it => it.slot);
  if (alone) {
    const only = all.every(it => it === slot || state.off.has(it)) && !state.off.has(slot);
    state.off = new Set(only ? [] : all.filter(it => it !== slot));
  } else if (!state.off.delete(slot)) state.off.add(slot);
  hidden = state.off.size ? Uint8Array.from(state.colouring.slots, it => state.off.has(it) ? 1 : 0) : null;
  for (const button of $('legend').querySelectorAll('button')) button.setAttribute('aria-pressed', !state.off.has(+button.dataset.slot));
  thumbnails();
  point();
  return cloud.show(hidden);
}

// ---- Pointing
function hover(i, px, py) {
  if (i !== state.hovered) {
    state.hovered = i;
    stage.classList.toggle('pointing', i >= 0);
    tip.hidden = i < 0;
    if (i >= 0) {
      tip.replaceChildren();
      make('strong', tip, '', shortened(nameOf(i), 160));
      if (about.texts) make('p', tip, '', shortened(textOf(i), 260));
      facts(tip, i, 8);
    }
    circle();
    pointThumbnails(i);
  }
  if (i >= 0) {
    const box = $('map').getBoundingClientRect(), it = tip.getBoundingClientRect();
    tip.style.left = Math.max(4, px + 16 + it.width > box.width ? px - it.width - 12 : px + 16) + 'px';
    tip.style.top = Math.max(4, Math.min(py + 14, box.height - it.height - 6)) + 'px';
  }
}
function facts(parent, i, most) {
  if (!known.length) return;
  const list = make('dl', parent);
  for (const column of known.slice(0, most)) {
    make('dt', list, '', shortened(column.name, 40));
    make('dd', list, '', shortened(column.says(i), 160));
  }
}
/** The ring around what is pointed at. */
function circle() {
  const ring = $('ring');
  ring.hidden = state.hovered < 0;
  if (ring.hidden || !cloud) return;
  const r = cloud.radius() + 4, [x, y] = cloud.place(state.hovered, dot);
  ring.style.width = ring.style.height = (2 * r).toFixed(1) + 'px';
  ring.style.transform = `translate(${(x - r).toFixed(1)}px, ${(y - r).toFixed(1)}px)`;
}
/** Rings and lines over the picture. */
function overlay() {
  over.replaceChildren();
  if (!cloud) return;
  circle();
  const r = cloud.radius(), ring = (i, name, more) => {
    const [cx, cy] = cloud.place(i, dot);
    return draw('circle', over, { class: 'ring ' + name, cx: cx.toFixed(1), cy: cy.toFixed(1), r: (r + more).toFixed(1) });
  };
  if (state.focus >= 0) {
    const [x1, y1] = cloud.place(state.focus, [0, 0]);
    for (const { point, kept } of state.near) {
      const [x2, y2] = cloud.place(point, dot);
      draw('line', over, { class: kept ? 'thread' : 'thread far', x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1) });
    }
    for (const { point } of state.near) ring(point, 'near', 1);
    ring(state.focus, 'first', 3.5);
    draw('text', over, { x: x1 + r + 9, y: y1 + 4 }).textContent = shortened(nameOf(state.focus), 40);
  }
  if (trail.length > 2) draw('polygon', over, { class: 'lasso', points: trail.map(v => v.toFixed(1)).join(' ') });
}

// ---- A point, its true neighbours, and which of them the picture keeps near
function nearestHere(i, k) {
  const axes = positions(state.view), best = [];
  for (let j = 0; j < count; j++) {
    if (j === i) continue;
    let d = 0;
    for (const axis of axes) d += (axis[j] - axis[i]) ** 2;
    if (best.length < k || d < best[best.length - 1].d) {
      let at = best.length;
      while (at > 0 && best[at - 1].d > d) at -= 1;
      best.splice(at, 0, { j, d });
      if (best.length > k) best.pop();
    }
  }
  return new Set(best.map(it => it.j));
}
function focusOn(i) {
  state.focus = i;
  const near = neighbours(state.view, i), here = near.length ? nearestHere(i, near.length) : new Set();
  state.near = near.map(it => ({ ...it, kept: here.has(it.point) }));
  mark([i, ...state.near.map(it => it.point)], 'focus');
  tellPoint(i);
  overlay();
}
function tellPoint(i) {
  const look = $('look');
  look.replaceChildren();
  make('h2', look, '', shortened(nameOf(i), 400));
  if (about.texts) make('p', look, 'body', shortened(textOf(i), 4000));
  facts(look, i, 40);
  if (!state.near.length) return;
  const kept = state.near.filter(it => it.kept).length, k = state.near.length;
  make('h3', look, '', 'Its true neighbours');
  make('p', look, 'note', `${kept} of the ${k} nearest in the whole space are among the ${k} nearest in this picture`
    + (kept < k ? '; dashed lines lead to the others.' : '.')).id = 'kept';
  const list = make('ol', look, 'list');
  list.id = 'near';
  for (const { point, distance, kept } of state.near) {
    const button = make('button', make('li', list));
    button.dataset.point = point;
    make('span', button, 'text', shortened(nameOf(point), 80));
    make('span', button, 'far', figure(distance) + (kept ? '' : ' · far here'));
    if (about.texts) make('span', button, 'text under', shortened(textOf(point), 90));
  }
  const { metric, found = 1 } = about.views[state.view];
  make('p', look, 'note', `${metric} distance in the original space` + (found < 1 ? `; with so many points not every pair was looked at: ${(100 * found).toFixed(1)} % of the true neighbours are known` : ''));
}

// ---- Several points: found or selected
function mark(points, reason) {
  state.marked = points;
  state.reason = reason;
  thumbnails();
  return cloud.mark(points);
}
function forget() {
  state.focus = -1; state.near = [];
  $('search').value = '';
  $('found').hidden = $('hits').hidden = true;
  mark([], '');
  hint();
  overlay();
}
function hint() {
  const look = $('look');
  look.replaceChildren();
  make('h2', look, '', `${whole(count)} point${count === 1 ? '' : 's'}`);
  make('p', look, 'note', 'Point at one to read it. Click it for its true neighbours. Drag with Shift held down, or with Lasso, to see what a group has in common.');
}
let timer = 0;
function search(now) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const wanted = $('search').value.trim().toLowerCase();
    if (!wanted) { if (state.reason === 'search') forget(); $('found').hidden = $('hits').hidden = true; return; }
    const all = searchable(), found = [];
    for (let i = 0; i < count; i++) if (all[i].includes(wanted) && !(hidden && hidden[i])) found.push(i);
    // A name that begins so comes first, then a name with it in, then a text.
    const rank = i => { const at = all[i].indexOf(wanted), name = all[i].indexOf('\n'); return at === 0 ? (name === wanted.length ? 0 : 1) : at < name ? 2 : 3; };
    const first = found.length > 20000 ? found.slice(0, 200) : [...found].sort((a, b) => rank(a) - rank(b) || a - b).slice(0, 200);
    state.focus = -1; state.near = [];
    mark(found, 'search');
    $('found').hidden = $('hits').hidden = false;
    $('found').textContent = found.length ? `${whole(found.length)} of ${whole(count)}${found.length > 200 ? ', 200 listed' : ''} · Enter zooms to them` : 'Nothing found';
    const list = $('hits');
    list.replaceChildren();
    for (const i of first) {
      const button = make('button', make('li', list));
      button.dataset.point = i;
      lit(make('span', button, 'text'), shortened(nameOf(i), 100), wanted);
      if (about.texts) lit(make('span', button, 'text under'), around(textOf(i), wanted), wanted);
    }
    if (found.length) tellGroup(found, `“${shortened($('search').value.trim(), 40)}”`); else hint();
    overlay();
  }, now ? 0 : count > 200000 ? 250 : 90);
}
function around(text, wanted) {
  const at = text.toLowerCase().indexOf(wanted);
  return at > 60 ? '…' + shortened(text.slice(at - 25), 120) : shortened(text, 120);
}
function lit(element, text, wanted) {
  const at = text.toLowerCase().indexOf(wanted);
  if (at < 0) { element.textContent = text; return; }
  element.append(text.slice(0, at));
  make('mark', element, '', text.slice(at, at + wanted.length));
  element.append(text.slice(at + wanted.length));
}
function tellGroup(points, title) {
  const look = $('look');
  look.replaceChildren();
  make('h2', look, '', `${title}: ${whole(points.length)} point${points.length === 1 ? '' : 's'}`);
  const words = tellingWords(points), values = tellingValues(points);
  const table = (id, heads, rows) => {
    const grid = make('div', look, 'shares');
    grid.id = id;
    heads.forEach(head => make('span', grid, 'head', head));
    for (const [what, inside, all] of rows) {
      make('span', grid, 'what', what).title = what;
      make('span', grid, 'share', inside);
      make('span', grid, 'share soft', all);
    }
  };
  if (values.length) table('values', ['in common', 'here', 'all'], values.map(it => it.median
    ? [`${it.column}, median`, figure(it.inside), figure(it.all)]
    : [`${it.column}: ${shortened(it.value, 80)}`, percent(it.inside), percent(it.all)]));
  if (words.length) { make('h3', look, '', 'Telling words'); table('words', ['word', 'here', 'all'], words.map(it => [it.word, percent(it.inside), percent(it.all)])); }
  if (!values.length && !words.length) make('p', look, 'note', 'Nothing is more frequent here than among all.');
  const row = make('div', look, 'row');
  make('button', row, 'act', 'Zoom to them').dataset.act = 'zoom';
  make('button', row, 'act', 'Save as CSV').dataset.act = 'csv';
  make('button', row, 'act', 'Forget').dataset.act = 'forget';
}
function csv(points) {
  const cell = text => /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
  const axes = positions(state.view), head = ['point', 'name', ...known.map(it => it.name), ...['x', 'y', 'z'].slice(0, axes.length), ...(about.texts ? ['text'] : [])];
  const lines = [head, ...points.map(i => [String(i), nameOf(i), ...known.map(it => it.numbers ? (Number.isFinite(it.numbers[i]) ? String(it.numbers[i]) : '')
    : it.codes[i] ? it.values[it.codes[i] - 1] : ''), ...axes.map(axis => axis[i].toFixed(6)), ...(about.texts ? [textOf(i)] : [])])];
  return lines.map(line => line.map(cell).join(',')).join('\r\n') + '\r\n';
}
function save(points) {
  const link = make('a');
  link.href = URL.createObjectURL(new Blob([csv(points)], { type: 'text/csv' }));
  link.download = 'selection.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// ---- Mouse, pen and touch: one pointer drags, turns, points or draws a lasso; two move and zoom.
const pointers = new Map();
let trail = [], pressed = null, asked = 0, last = null;
const at = event => { const box = stage.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
const reach = type => cloud.radius() + (type === 'mouse' ? 5 : 16);
/** What lies under a pointer that rests, whether it moved or the points did; once for each picture that the screen shows. */
function point() {
  if (!last || asked) return;
  asked = requestAnimationFrame(() => { asked = 0; if (last) hover(cloud.at(last.x, last.y, reach(last.type)), last.x, last.y); });
}
stage.addEventListener('pointerdown', event => {
  if (!cloud || event.button > 1) return;
  stage.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, at(event));
  const [x, y] = at(event);
  pressed = { x, y, moved: false, lasso: pointers.size === 1 && (state.lasso || event.shiftKey), pan: event.button === 1 || event.ctrlKey || event.altKey };
  trail = pressed.lasso ? [x, y] : [];
  last = null;
  hover(-1);
});
stage.addEventListener('pointermove', event => {
  if (!cloud) return;
  const [x, y] = at(event), before = pointers.get(event.pointerId);
  if (!before) { // nothing pressed: pointing
    last = { x, y, type: event.pointerType };
    point();
    return;
  }
  if (pointers.size === 2) {
    const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
    cloud.drag((x - before[0]) / 2, (y - before[1]) / 2);
    cloud.zoom(Math.hypot(x - other[0], y - other[1]) / Math.max(1, Math.hypot(before[0] - other[0], before[1] - other[1])), (x + other[0]) / 2, (y + other[1]) / 2);
    pressed = { moved: true };
  } else if (pressed && (pressed.moved || Math.hypot(x - pressed.x, y - pressed.y) > 3)) {
    pressed.moved = true;
    stage.classList.add(pressed.lasso ? 'lasso' : 'dragging');
    if (pressed.lasso) {
      if (Math.hypot(x - trail[trail.length - 2], y - trail[trail.length - 1]) > 3) { trail.push(x, y); overlay(); }
    } else if (pressed.pan) cloud.drag(x - before[0], y - before[1]);
    else cloud.turn(x - before[0], y - before[1]);
  }
  pointers.set(event.pointerId, [x, y]);
});
function released(event) {
  if (!pointers.delete(event.pointerId) || !pressed) return;
  stage.classList.remove('dragging');
  stage.classList.toggle('lasso', state.lasso);
  if (pointers.size) return;
  const { moved, lasso, x, y } = pressed, polygon = trail;
  trail = [];
  pressed = null;
  if (event.type === 'pointercancel') { overlay(); return; }
  if (lasso && moved) select(polygon);
  else if (!moved) {
    const i = cloud.at(x, y, reach(event.pointerType));
    if (i >= 0) { focusOn(i); if (event.pointerType !== 'mouse') hover(-1); } else if (state.reason !== '') forget();
  }
}
for (const type of ['pointerup', 'pointercancel']) stage.addEventListener(type, released);
stage.addEventListener('pointerleave', () => { last = null; hover(-1); });
stage.addEventListener('wheel', event => {
  event.preventDefault();
  if (!cloud) return;
  hover(-1);
  cloud.zoom(Math.exp(-Math.max(-120, Math.min(120, event.deltaY * (event.deltaMode ? 30 : 1))) / 320), ...at(event));
}, { passive: false });
function select(polygon) {
  const chosen = [];
  for (let i = 0; i < count; i++) if (!(hidden && hidden[i]) && within(polygon, ...cloud.place(i, dot))) chosen.push(i);
  state.focus = -1; state.near = [];
  $('search').value = '';
  $('found').hidden = $('hits').hidden = true;
  mark(chosen, chosen.length ? 'lasso' : '');
  if (chosen.length) tellGroup(chosen, 'Selection'); else hint();
  overlay();
}

// ---- Buttons and keys
function lassoMode(on) {
  state.lasso = on;
  $('lasso').setAttribute('aria-pressed', on);
  stage.classList.toggle('lasso', on);
}
function theme(name) {
  state.theme = name;
  document.documentElement.dataset.theme = name;
  $('theme').textContent = name === 'dark' ? 'Light' : 'Dark';
  $('theme').setAttribute('aria-label', name === 'dark' ? 'Switch to light' : 'Switch to dark');
  return cloud && state.colouring ? paint() : undefined;
}
document.addEventListener('click', event => {
  const button = event.target.closest('button');
  if (!button || !cloud) return;
  if (button.dataset.point) { focusOn(+button.dataset.point); if (!inSight(state.focus)) cloud.fit([state.focus, ...state.near.map(it => it.point)]); }
  else if (button.dataset.slot) toggle(+button.dataset.slot, event.shiftKey);
  else if (button.dataset.act) ({ zoom: () => cloud.fit(state.marked), csv: () => save(state.marked), forget })[button.dataset.act]();
  else ({ lasso: () => lassoMode(!state.lasso), closer: () => cloud.zoom(1.5), wider: () => cloud.zoom(1 / 1.5), reset: () => cloud.fit(null),
    theme: () => theme(state.theme === 'dark' ? 'light' : 'dark') })[button.id]?.();
});
function inSight(i) {
  const [x, y] = cloud.place(i, dot), box = stage.getBoundingClientRect();
  return x > 10 && y > 10 && x < box.width - 10 && y < box.height - 10;
}
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || !cloud) return;
  const typing = event.target.closest('input, select, textarea');
  if (event.key === 'Escape') {
    if (state.lasso) lassoMode(false);
    forget();
    if (typing) stage.focus();
  } else if (typing) {
    if (event.target === $('search') && event.key === 'Enter' && state.marked.length && state.reason === 'search') cloud.fit(state.marked);
    else if (event.target === $('search') && event.key === 'ArrowDown') $('hits').querySelector('button')?.focus();
    else return;
  } else if (event.key === '/') $('search').focus();
  else if (event.key === '+' || event.key === '=') cloud.zoom(1.25);
  else if (event.key === '-') cloud.zoom(0.8);
  else if (event.key === '0') cloud.fit(null);
  else if (event.key.startsWith('Arrow')) {
    const list = event.target.closest('.list');
    if (list) {
      const all = [...list.querySelectorAll('button')], to = all.indexOf(event.target) + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] || 0);
      (all[to] || (to < 0 && list.id === 'hits' ? $('search') : null))?.focus();
    } else if (event.target === stage || event.target === document.body) {
      const [dx, dy] = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key];
      cloud.turn(dx, dy);
    } else return;
  } else return;
  event.preventDefault();
});
$('search').addEventListener('input', () => search(false));
$('colour').addEventListener('change', () => colourBy(+$('colour').value));
const pixels = () => Math.min(8, 150 / Math.sqrt(count) + 1.2) * 2 ** ((+$('size').value - 50) / 22);
$('size').addEventListener('input', () => { cloud?.size(Math.max(1, pixels())); overlay(); });

// ---- What the picture keeps
function believe() {
  const { quality } = about.views[state.view];
  $('believe').hidden = !quality;
  if (!quality) return;
  $('believe').querySelector('h2').textContent = 'How far to believe ' + (about.views.length > 1 ? about.views[state.view].name : 'it');
  const { k, trustworthiness: trust, continuity, kept } = quality, figures = $('figures'), said = [];
  figures.replaceChildren();
  for (const [name, value] of [['trustworthiness', trust], ['continuity', continuity], ['neighbours kept', kept]]) {
    if (value === undefined) continue;
    const pair = make('div', figures);
    make('dt', pair, '', name);
    make('dd', pair, '', name === 'neighbours kept' ? percent(value) : value.toFixed(3));
  }
  if (kept !== undefined) said.push(`Of a point’s ${k} true neighbours, ${(k * kept).toFixed(1)} on average are among the ${k} nearest in this picture.`);
  if (trust !== undefined) said.push(trust >= 0.95 ? 'What looks near nearly always is near.' : trust >= 0.85 ? 'What looks near mostly is near.' : 'What looks near is often far apart in truth.');
  if (continuity !== undefined) said.push(continuity >= 0.95 ? 'What is near nearly always stays near.' : continuity >= 0.85 ? 'What is near mostly stays near.' : 'What is near is often torn apart.');
  said.push('Distances between groups that lie far apart, and the sizes of groups, tell little: click a point to see its true neighbours.');
  $('means').textContent = said.join(' ');
}
