// ---- Small multiples: every view as a small picture; one colour, one pointer in all. One can be opened, and points move from one to the next.
const several = about.views.length > 1;
const thumbs = [];
let playing = 0, gridShown = false;
const SIDE = 190;

function buildViews() {
  if (!several) return;
  $('modes').hidden = false;
  $('layer').max = about.views.length - 1;
  about.views.forEach((view, index) => {
    const button = make('button', $('grid')), canvas = make('canvas', button), caption = make('span', button, 'what');
    button.dataset.view = index;
    button.setAttribute('aria-label', `Open ${view.name}`);
    canvas.width = canvas.height = Math.round(SIDE * Math.max(1, devicePixelRatio));
    make('span', caption, '', view.name);
    if (view.quality?.kept !== undefined) make('span', caption, 'soft', 'keeps ' + percent(view.quality.kept)).title = 'of the true neighbours';
    const ring = make('i', button);
    ring.hidden = true;
    thumbs.push({ canvas, ring, button });
    button.addEventListener('pointermove', event => {
      const box = canvas.getBoundingClientRect(), map = $('map').getBoundingClientRect();
      const scale = 0.46 * box.width, x = (event.clientX - box.left - box.width / 2) / scale, y = -(event.clientY - box.top - box.height / 2) / scale;
      const [xs, ys] = positions(index);
      let best = (9 / scale) ** 2, found = -1;
      for (let i = 0; i < count; i++) {
        const d = (xs[i] - x) ** 2 + (ys[i] - y) ** 2;
        if (d < best && !(hidden && hidden[i])) { best = d; found = i; }
      }
      hover(found, event.clientX - map.left, event.clientY - map.top);
    });
    button.addEventListener('pointerleave', () => hover(-1));
    button.addEventListener('click', async () => { const i = state.hovered; grid(false); await open(index); if (i >= 0) focusOn(i); });
  });
  $('all').addEventListener('click', () => grid(true));
  $('one').addEventListener('click', () => grid(false));
  $('before').addEventListener('click', () => open(Math.max(0, state.view - 1)));
  $('after').addEventListener('click', () => open(Math.min(about.views.length - 1, state.view + 1)));
  $('layer').addEventListener('input', () => open(+$('layer').value));
  $('play').addEventListener('click', play);
}
/** Small pictures are painted once for each colouring, a run through all points each. */
function thumbnails() {
  if (!several || !gridShown || !state.colouring) return;
  const { slots, palette } = state.colouring, colours = palette(state.theme).map(rgb), ground = rgb(GROUND[state.theme]);
  const lit = state.marked.length ? new Uint8Array(count) : null;
  for (const i of state.marked) lit[i] = 1;
  thumbs.forEach(({ canvas }, index) => {
    const side = canvas.width, image = new ImageData(side, side), into = image.data, [x, y] = positions(index), half = 0.46 * side;
    const dotSide = count > 30000 ? 1 : side > 250 ? 3 : 2;
    for (let at = 0; at < into.length; at += 4) { into[at] = ground[0]; into[at + 1] = ground[1]; into[at + 2] = ground[2]; into[at + 3] = 255; }
    const put = (i, strength) => {
      const c = colours[slots[i]], px = Math.round(side / 2 + half * x[i] - dotSide / 2), py = Math.round(side / 2 - half * y[i] - dotSide / 2);
      for (let dy = 0; dy < dotSide; dy++) for (let dx = 0; dx < dotSide; dx++) {
        const to = 4 * ((py + dy) * side + px + dx);
        for (let part = 0; part < 3; part++) into[to + part] += (c[part] - into[to + part]) * strength;
      }
    };
    const usual = count > 5000 ? 0.6 : 0.85;
    for (let i = 0; i < count; i++) if (!(hidden && hidden[i]) && !(lit && lit[i])) put(i, lit ? 0.12 : usual);
    if (lit) for (const i of state.marked) put(i, 1);
    canvas.getContext('2d').putImageData(image, 0, 0);
  });
}
function pointThumbnails(i) {
  if (!gridShown) return;
  thumbs.forEach(({ canvas, ring }, index) => {
    ring.hidden = i < 0;
    if (i < 0) return;
    const [x, y] = positions(index), side = canvas.clientWidth;
    ring.style.left = canvas.offsetLeft + side / 2 + 0.46 * side * x[i] + 'px';
    ring.style.top = canvas.offsetTop + side / 2 - 0.46 * side * y[i] + 'px';
  });
}
function grid(on) {
  stop();
  gridShown = on;
  $('grid').hidden = !on;
  $('stage').hidden = $('hand').hidden = on;
  $('film').hidden = on;
  $('all').setAttribute('aria-pressed', on);
  $('one').setAttribute('aria-pressed', !on);
  hover(-1);
  if (on) thumbnails(); else { named(); resized(); }
}
function named() {
  $('layer').value = state.view;
  $('layer-name').textContent = about.views[state.view].name;
  thumbs.forEach(({ button }, index) => button.setAttribute('aria-current', index === state.view));
  believe();
}
let moving = Promise.resolve(), wantedView = 0;
/** Moves the points to another view; of several asked for meanwhile only the last. */
function open(index) {
  wantedView = index;
  moving = moving.then(async () => {
    if (state.view === wantedView) { named(); return; }
    state.view = wantedView;
    named();
    over.replaceChildren();
    $('ring').hidden = true;
    await cloud.move(positions(state.view));
    if (state.focus >= 0) focusOn(state.focus); else overlay();
  });
  return moving;
}
async function play() {
  if (playing) { stop(); return; }
  const mine = playing = performance.now();
  $('play').textContent = 'Stop';
  if (state.view === about.views.length - 1) await open(0);
  while (playing === mine && state.view < about.views.length - 1) {
    await open(state.view + 1);
    await new Promise(resolve => setTimeout(resolve, 350));
  }
  if (playing === mine) stop();
}
function stop() { playing = 0; $('play').textContent = 'Play'; }
