// ---- From the data to the first picture, and then the rest of what was given
function resized() {
  const box = stage.getBoundingClientRect();
  if (cloud && box.width && box.height) cloud.resize(box.width, box.height);
}
function heading() {
  document.title = about.title + ' · latent map';
  $('title').textContent = about.title;
  const many = `${whole(count)} point${count === 1 ? '' : 's'}`;
  $('method').textContent = about.title.endsWith(many) ? about.method : `${about.method} · ${many}`;
  for (const [name, value] of about.provenance) { make('dt', $('provenance'), '', name); make('dd', $('provenance'), '', value); }
  if (!about.provenance.length) $('provenance').parentNode.hidden = true;
  const picker = $('colour');
  about.columns.forEach(({ name }, index) => { make('option', picker, '', shortened(name, 60)).value = index; });
  make('option', picker, '', 'nothing').value = -1;
  picker.value = about.colour;
  $('keys').textContent = `Keys: / searches, Esc forgets, arrows ${solid ? 'turn' : 'move'}, + and − zoom, 0 shows all.`
    + (solid ? ' Drag turns, with Ctrl it moves.' : '');
}
async function start() {
  heading();
  believe();
  hint();
  const system = matchMedia('(prefers-color-scheme: dark)');
  theme(system.matches ? 'dark' : 'light');
  system.addEventListener('change', () => theme(system.matches ? 'dark' : 'light'));
  buildViews();
  let failed = '';
  try {
    cloud = (solid ? solidCloud : flatCloud)($('cloud'), positions(0), () => { if (state.hovered >= 0 || state.focus >= 0 || over.firstChild) overlay(); point(); });
  } catch (error) {
    failed = document.createElement('canvas').getContext('webgl') ? error.message : 'WebGL';
  }
  if (failed) {
    $('waiting').textContent = `This browser has no ${failed}, which the map is drawn with. Search and lists need it too.`;
    return;
  }
  state.colouring = colouring(about.colour >= 0 ? await column(about.colour) : null);
  state.column = about.colour >= 0 ? await column(about.colour) : null;
  resized();
  cloud.size(Math.max(1, pixels()));
  cloud.fit(null, false);
  await paint();
  resized(); // the legend may have taken some of the width
  await new Promise(requestAnimationFrame);
  $('waiting').hidden = true;
  new ResizeObserver(resized).observe(stage);
  if (several) grid(true);
  performance.mark('drawn');
  await parsed;
  nameOf = await texts('names');
  if (about.texts) textOf = await texts('texts');
  known = await Promise.all(about.columns.map((_, index) => column(index)));
  document.documentElement.dataset.ready = 'yes';
  performance.mark('ready');
}
/** For whoever drives the page from outside: where a point is on the screen, and what is marked. */
window.latentMap = { place: i => { const box = stage.getBoundingClientRect(), [x, y] = cloud.place(i, [0, 0]); return [box.left + x, box.top + y]; }, state, csv };
start();
