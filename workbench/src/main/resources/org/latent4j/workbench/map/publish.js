// How regl-scatterplot tells what happens: of pub-sub-es, its companion, the part that it uses, without that one's channel to other pages.
var createPubSub = () => {
  const listeners = new Map();
  const of = event => { const name = event.toLowerCase(); if (!listeners.has(name)) listeners.set(name, []); return listeners.get(name); };
  const unsubscribe = (event, handler) => {
    const all = of(event), at = all.findIndex(it => it.handler === handler);
    if (at >= 0) all.splice(at, 1);
  };
  return {
    subscribe(event, handler, times = Infinity) { of(event).push({ handler, times }); return { event, handler }; },
    unsubscribe,
    publish(event, news) {
      for (const it of [...of(event)]) {
        it.times -= 1;
        if (it.times <= 0) unsubscribe(event, it.handler);
        it.handler(news);
      }
    },
    clear() { listeners.clear(); },
  };
};
