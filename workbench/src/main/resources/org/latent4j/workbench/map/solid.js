// ---- A cloud in space: it is turned, points behind are smaller and paler. Drawn with WebGL as it is.
/** The cloud about the middle of most of it, which it is turned about, and so large that the farthest point stays before the eye. */
function framed(axes) {
  const FAR = 1.4, ends = axes.map(bulk), middle = ends.map(([low, high]) => (low + high) / 2);
  let half = Math.max(1e-6, ...ends.map(([low, high]) => (high - low) / 2));
  axes.forEach((axis, d) => axis.forEach(v => { half = Math.max(half, Math.abs(v - middle[d]) / FAR); }));
  return axes.map((axis, d) => axis.map(v => (v - middle[d]) / half));
}
function solidCloud(canvas, axes, moved) {
  let [x, y, z] = framed(axes);
  const gl = canvas.getContext('webgl', { antialias: true, preserveDrawingBuffer: true });
  if (!gl) throw new Error('WebGL');
  const AWAY = 3.2; // from the eye to the middle, in half-widths of the cloud
  const eye = { scale: 1, right: 0, down: 0, whole: 1, all: false, turn: new Float64Array([1, 0, 0, 0, 1, 0, 0, 0, 1]) };
  let width = 1, height = 1, size = 4, hidden = null, ground = [255, 255, 255], asked = false, slots = new Uint8Array(count), palette = [[128, 128, 128]];
  const marked = new Uint8Array(count);
  let any = false;

  const compiled = (kind, source) => { const shader = gl.createShader(kind); gl.shaderSource(shader, source); gl.compileShader(shader); return shader; };
  const program = gl.createProgram();
  gl.attachShader(program, compiled(gl.VERTEX_SHADER, `
    attribute vec3 place; attribute vec4 colour;
    uniform mat3 turn; uniform vec2 shift; uniform vec2 stretch; uniform float size; uniform vec3 ground;
    varying vec4 shade;
    void main() {
      vec3 p = turn * place;
      float near = ${AWAY.toFixed(1)} / (${AWAY.toFixed(1)} - p.z);
      gl_Position = vec4(p.xy * near * stretch + shift, -p.z * 0.4, 1.0);
      gl_PointSize = max(1.5, size * near * (colour.a > 0.9 ? 1.5 : 1.0));
      if (colour.a == 0.0) gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
      float pale = colour.a < 0.4 ? 0.86 : colour.a > 0.9 ? 0.0 : clamp(0.30 - 0.28 * p.z, 0.0, 0.62);
      shade = vec4(mix(colour.rgb, ground, pale), 1.0);
    }`));
  gl.attachShader(program, compiled(gl.FRAGMENT_SHADER, `
    precision mediump float; varying vec4 shade;
    void main() { vec2 c = gl_PointCoord * 2.0 - 1.0; if (dot(c, c) > 1.0) discard; gl_FragColor = shade; }`));
  gl.linkProgram(program);
  gl.useProgram(program);
  const uniform = name => gl.getUniformLocation(program, name);
  const uniforms = { turn: uniform('turn'), shift: uniform('shift'), stretch: uniform('stretch'), size: uniform('size'), ground: uniform('ground') };
  function attribute(name, data, parts, type, usage) {
    const buffer = gl.createBuffer(), at = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, data, usage);
    gl.enableVertexAttribArray(at);
    gl.vertexAttribPointer(at, parts, type, type === gl.UNSIGNED_BYTE, 0, 0);
    return buffer;
  }
  const packed = new Float32Array(3 * count), tints = new Uint8Array(4 * count);
  const pack = () => { for (let i = 0; i < count; i++) { packed[3 * i] = x[i]; packed[3 * i + 1] = y[i]; packed[3 * i + 2] = z[i]; } };
  pack();
  const placeBuffer = attribute('place', packed, 3, gl.FLOAT, gl.STATIC_DRAW);
  const tintBuffer = attribute('colour', tints, 4, gl.UNSIGNED_BYTE, gl.DYNAMIC_DRAW);
  gl.enable(gl.DEPTH_TEST);

  /** The fourth part tells how a point is drawn: not at all, in the background, as usual, in front. */
  function tint() {
    for (let i = 0; i < count; i++) {
      const c = palette[slots[i]];
      tints[4 * i] = c[0]; tints[4 * i + 1] = c[1]; tints[4 * i + 2] = c[2];
      tints[4 * i + 3] = hidden && hidden[i] ? 0 : !any ? 180 : marked[i] ? 255 : 60;
    }
    gl.bindBuffer(gl.ARRAY_BUFFER, tintBuffer);
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, tints);
  }
  function paint() {
    asked = false;
    gl.viewport(0, 0, canvas.width, canvas.height);
    gl.clearColor(ground[0] / 255, ground[1] / 255, ground[2] / 255, 1);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const t = eye.turn;
    gl.uniformMatrix3fv(uniforms.turn, false, [t[0], t[3], t[6], t[1], t[4], t[7], t[2], t[5], t[8]]);
    gl.uniform2f(uniforms.shift, eye.right / (width / 2), -eye.down / (height / 2));
    gl.uniform2f(uniforms.stretch, 2 * unit() / width, 2 * unit() / height);
    gl.uniform1f(uniforms.size, size * devicePixelRatio * growth());
    gl.uniform3f(uniforms.ground, ground[0] / 255, ground[1] / 255, ground[2] / 255);
    gl.drawArrays(gl.POINTS, 0, count);
  }
  const unit = () => 0.44 * Math.min(width, height) * eye.scale; // pixels to one half-width in the middle
  const growth = () => Math.max(0.6, Math.sqrt(eye.scale / eye.whole)); // points grow as one comes nearer than where all are shown
  const redraw = () => { if (!asked) { asked = true; requestAnimationFrame(paint); } };
  const look = () => { redraw(); moved(); };
  const drawn = () => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  function rotate(a, b, angle) { // in the plane of two axes of the picture
    const [c, s, t] = [Math.cos(angle), Math.sin(angle), eye.turn];
    for (let i = 0; i < 3; i++) {
      const [u, v] = [t[3 * a + i], t[3 * b + i]];
      t[3 * a + i] = c * u - s * v;
      t[3 * b + i] = s * u + c * v;
    }
  }
  rotate(0, 2, -0.5);
  rotate(1, 2, -0.35);
  const cloud = {
    async start() { redraw(); await drawn(); },
    resize(w, h) {
      [width, height] = [w, h];
      canvas.width = Math.max(1, Math.floor(w * devicePixelRatio));
      canvas.height = Math.max(1, Math.floor(h * devicePixelRatio));
      if (eye.all) cloud.fit(null, false); else look();
    },
    async colour(newSlots, colours, newGround) { slots = newSlots; palette = colours.map(rgb); ground = rgb(newGround); tint(); redraw(); await drawn(); },
    async show(hide) { hidden = hide; tint(); redraw(); await drawn(); },
    async mark(points) { marked.fill(0); for (const i of points) marked[i] = 1; any = points.length > 0; tint(); redraw(); },
    size(pixels) { size = 1.25 * pixels; look(); },
    radius: () => Math.max(1.5, size * growth()) / 2,
    place(i, to) {
      const t = eye.turn, near = AWAY / (AWAY - (t[6] * x[i] + t[7] * y[i] + t[8] * z[i])), s = unit() * near;
      to[0] = width / 2 + eye.right + s * (t[0] * x[i] + t[1] * y[i] + t[2] * z[i]);
      to[1] = height / 2 + eye.down - s * (t[3] * x[i] + t[4] * y[i] + t[5] * z[i]);
      return to;
    },
    /** Of the points within reach the foremost. */
    at(px, py, reach) {
      const to = [0, 0], t = eye.turn;
      let found = -1, best = -Infinity;
      for (let i = 0; i < count; i++) {
        if (hidden && hidden[i]) continue;
        cloud.place(i, to);
        const d = (to[0] - px) ** 2 + (to[1] - py) ** 2;
        if (d > reach * reach) continue;
        const rank = t[6] * x[i] + t[7] * y[i] + t[8] * z[i] - Math.sqrt(d) / reach;
        if (rank > best) { best = rank; found = i; }
      }
      return found;
    },
    drag(dx, dy) { eye.all = false; eye.right += dx; eye.down += dy; look(); },
    turn(dx, dy) { rotate(0, 2, -dx / 160); rotate(1, 2, dy / 160); look(); },
    zoom(factor, px = width / 2, py = height / 2) {
      const to = Math.min(60 * eye.whole, Math.max(0.2, eye.scale * factor)), f = to / eye.scale;
      eye.right = px - width / 2 - f * (px - width / 2 - eye.right);
      eye.down = py - height / 2 - f * (py - height / 2 - eye.down);
      eye.scale = to;
      eye.all = false;
      look();
    },
    /** Shows some points, or all as they are turned now, as large as they go. */
    fit(points, gliding = true) {
      const from = { scale: eye.scale, right: eye.right, down: eye.down }, some = points && points.length, shown = some ? points.length : count;
      const across = new Float32Array(shown), along = new Float32Array(shown), to = [0, 0];
      for (let n = 0; n < shown; n++) [across[n], along[n]] = cloud.place(some ? points[n] : n, to);
      const ends = axis => some ? [axis.reduce((a, b) => Math.min(a, b)), axis.reduce((a, b) => Math.max(a, b))] : bulk(axis);
      const [x0, x1] = ends(across), [y0, y1] = ends(along), floor = some ? 40 : 1e-6;
      const f = Math.min((some ? 8 * eye.whole : 60) / eye.scale, (some ? 0.8 : 0.9) * Math.min(width / Math.max(floor, x1 - x0), height / Math.max(floor, y1 - y0)));
      const scale = eye.scale * f, right = -f * ((x0 + x1) / 2 - width / 2 - eye.right), down = -f * ((y0 + y1) / 2 - height / 2 - eye.down);
      eye.all = !some;
      if (!some) eye.whole = scale;
      return glide(gliding ? 380 : 0, t => {
        eye.scale = from.scale + (scale - from.scale) * t;
        eye.right = from.right + (right - from.right) * t;
        eye.down = from.down + (down - from.down) * t;
        look();
      });
    },
    async move(axes) {
      const to = framed(axes), from = [x, y, z], now = [new Float32Array(count), new Float32Array(count), new Float32Array(count)];
      await glide(650, t => {
        for (let d = 0; d < 3; d++) for (let i = 0; i < count; i++) now[d][i] = from[d][i] + (to[d][i] - from[d][i]) * t;
        [x, y, z] = t < 1 ? now : to;
        pack();
        gl.bindBuffer(gl.ARRAY_BUFFER, placeBuffer);
        gl.bufferSubData(gl.ARRAY_BUFFER, 0, packed);
        look();
      });
    },
    redraw,
  };
  return cloud;
}
