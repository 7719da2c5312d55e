// ---- A cloud in the plane, drawn by regl-scatterplot. Moving and pointing are the page's own, the same for mouse, touch and keys.
// The view: a point (x, y) lies `scale * half the height * (x, -y)` from the middle, and (right, down) further.
const calm = matchMedia('(prefers-reduced-motion: reduce)');
function glide(milliseconds, step) {
  return new Promise(resolve => {
    const start = performance.now();
    const frame = now => {
      const t = calm.matches ? 1 : Math.min(1, Math.max(0, (now - start) / milliseconds));
      step(t < 0.5 ? 4 * t ** 3 : 1 - (2 - 2 * t) ** 3 / 2);
      if (t < 1) requestAnimationFrame(frame); else resolve();
    };
    requestAnimationFrame(frame);
  });
}
const within = (polygon, x, y) => {
  let inside = false;
  for (let i = 0, j = polygon.length - 2; i < polygon.length; j = i, i += 2) {
    if (polygon[i + 1] > y !== polygon[j + 1] > y
      && x < (polygon[j] - polygon[i]) * (y - polygon[i + 1]) / (polygon[j + 1] - polygon[i + 1]) + polygon[i]) inside = !inside;
  }
  return inside;
};
/** From where to where a picture of all points reaches along an axis: a few far ones aren't worth making all others small. */
function bulk(axis) {
  const sorted = axis.slice().sort();
  if (count < 500) return [sorted[0], sorted[count - 1]];
  const rest = Math.floor(count / 100), low = sorted[rest], high = sorted[count - 1 - rest], edge = 0.12 * (high - low);
  return [Math.max(sorted[0], low - edge), Math.min(sorted[count - 1], high + edge)];
}

function flatCloud(canvas, [x, y], moved) {
  const eye = { scale: 0.92, right: 0, down: 0, all: false };
  let width = 1, height = 1, size = 3, hidden = null, marked = [], turn = Promise.resolve(), index;
  const rows = Array.from({ length: count }, (_, i) => [x[i], y[i], 0]);
  // An opaque picture, which needn't be mixed with what is beneath it whenever anything moves above: where the library clears it, it gets
  // its ground.
  let ground = GROUND[state.theme];
  const brush = canvas.getContext('2d', { alpha: false });
  brush.clearRect = (left, top, w, h) => { brush.fillStyle = ground; brush.fillRect(left, top, w, h); };
  // With a renderer of the picture's own size: what the library makes by itself is as large as the window, but never larger than the screen.
  const renderer = createScatterplot.createRenderer({ canvas: document.createElement('canvas') });
  const plot = createScatterplot.default({ renderer, canvas, width: 600, height: 400, colorBy: 'valueA', pointColor: ['#888888', '#888888'],
    pointSizeSelected: 0.01, pointOutlineWidth: 0.01, opacityInactiveScale: 0.22, deselectOnEscape: false, deselectOnDblClick: false });
  if (!plot.isSupported) throw new Error('WebGL with textures of floats');
  // Whatever changes the points waits until they have been drawn. The library's own index of places is left empty: looking at all is faster.
  const next = work => { turn = turn.then(work, work); return turn; };
  const redraw = options => next(async () => {
    index ??= await createScatterplot.createSpatialIndex([[9, 9]], false);
    await plot.draw(rows, { spatialIndex: index.slice(0), zDataType: 'categorical', preventFilterReset: true, ...options });
  });
  const half = () => height / 2 * eye.scale;
  const growth = () => eye.scale > 1 ? Math.asinh(eye.scale) / Math.asinh(1) : eye.scale;
  /** Points cover each other where they are many: as opaque as leaves about a third of the picture covered. */
  function opacity() {
    const p = Math.max(1, size * growth()), area = width * height, inView = count * Math.min(1, 1 / eye.scale ** 2);
    return Math.min(0.92, Math.max(0.1, Math.sqrt(0.35 * area / (inView * p * p))));
  }
  let opaque = 0;
  function look() {
    const now = Math.round(50 * opacity()) / 50;
    if (now !== opaque) { opaque = now; plot.set({ opacity: now }); }
    const s = eye.scale;
    plot.view(Float32Array.of(s, 0, 0, 0, 0, s, 0, 0, 0, 0, 1, 0, eye.right / (height / 2), -eye.down / (height / 2), 0, 1));
    moved();
  }
  const cloud = {
    async start() { await redraw({}); },
    resize(w, h) {
      if (w === width && h === height) return;
      const ratio = width > 1 ? h / height : 1;
      eye.right *= ratio; eye.down *= ratio;
      [width, height] = [w, h];
      renderer.resize(w, h);
      renderer.refresh();
      plot.set({ width: w, height: h });
      if (eye.all) cloud.fit(null, false); else look();
    },
    async colour(slots, palette, newGround) {
      ground = newGround;
      for (let i = 0; i < count; i++) rows[i][2] = slots[i];
      const colours = palette.length > 1 ? palette : [palette[0], palette[0]];
      plot.set({ backgroundColor: ground, pointColor: colours, pointColorActive: colours, pointColorHover: colours });
      await redraw({});
    },
    async show(hide) {
      hidden = hide;
      await next(() => {
        if (!hide) { plot.unfilter(); return; }
        const rest = [];
        for (let i = 0; i < count; i++) if (!hide[i]) rest.push(i);
        plot.filter(rest);
      });
      await cloud.mark(marked);
    },
    async mark(points) {
      marked = points;
      await next(() => {
        const few = points.length <= 300;
        plot.set({ pointSizeSelected: few ? 3 : 0.01, pointOutlineWidth: few ? 1.2 : 0.01 });
        if (points.length) plot.select([...points], { preventEvent: true });
        else plot.deselect({ preventEvent: true });
      });
    },
    size(pixels) { size = pixels; plot.set({ pointSize: pixels }); opaque = 0; look(); },
    radius: () => Math.max(1, size * growth()) / 2,
    place: (i, to) => { to[0] = width / 2 + eye.right + half() * x[i]; to[1] = height / 2 + eye.down - half() * y[i]; return to; },
    /** The nearest point that is shown, at most so many pixels away, or -1. */
    at(px, py, reach) {
      const s = half(), cx = (px - width / 2 - eye.right) / s, cy = (height / 2 + eye.down - py) / s;
      let best = (reach / s) ** 2, found = -1;
      for (let i = 0; i < count; i++) {
        const dx = x[i] - cx, dy = y[i] - cy, d = dx * dx + dy * dy;
        if (d <= best && !(hidden && hidden[i])) { best = d; found = i; }
      }
      return found;
    },
    drag(dx, dy) { eye.all = false; eye.right += dx; eye.down += dy; look(); },
    turn(dx, dy) { cloud.drag(dx, dy); },
    zoom(factor, px = width / 2, py = height / 2) {
      const to = Math.min(5000, Math.max(0.2, eye.scale * factor)), f = to / eye.scale;
      eye.right = px - width / 2 - f * (px - width / 2 - eye.right);
      eye.down = py - height / 2 - f * (py - height / 2 - eye.down);
      eye.scale = to;
      eye.all = false;
      look();
    },
    /** Shows some points, or all, as large as they go. */
    fit(points, gliding = true) {
      let [x0, x1, y0, y1] = [1, -1, 1, -1];
      const take = i => { x0 = Math.min(x0, x[i]); x1 = Math.max(x1, x[i]); y0 = Math.min(y0, y[i]); y1 = Math.max(y1, y[i]); };
      if (points && points.length) points.forEach(take);
      else { [x0, x1] = bulk(x); [y0, y1] = bulk(y); }
      const w = Math.max(x1 - x0, points ? 0.06 : 0.01), h = Math.max(y1 - y0, points ? 0.06 : 0.01), from = { ...eye };
      const scale = Math.min(40, 0.9 * Math.min(width / w, height / h) / (height / 2));
      const right = -scale * height / 2 * (x0 + x1) / 2, down = scale * height / 2 * (y0 + y1) / 2;
      eye.all = !points;
      return glide(gliding ? 380 : 0, t => {
        eye.scale = from.scale * (scale / from.scale) ** t;
        const share = Math.abs(scale - from.scale) < 1e-6 ? t : (eye.scale - from.scale) / (scale - from.scale);
        eye.right = from.right + (right - from.right) * share;
        eye.down = from.down + (down - from.down) * share;
        look();
      });
    },
    /** Moves all points to where another view has them. */
    async move([newX, newY]) {
      [x, y] = [newX, newY];
      for (let i = 0; i < count; i++) { rows[i][0] = x[i]; rows[i][1] = y[i]; }
      await redraw(calm.matches ? {} : { transition: true, transitionDuration: 650 });
      moved();
    },
    redraw() { plot.redraw(); },
  };
  return cloud;
}
