// What the board and the flow have in common: they are drawn anew when their data changed, settled
// at every change of size, and a new order arrives by moving. A look has `renew()` and `settle()`.

const LOOKS = new WeakMap();

function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

class Look {
  constructor(root) {
    this.root = root;
    this.calls = 0;
    this.lit = null;
    this.part = 1; // of the way to the new order: 0 to 1
    this.frame = 0;
    this.watcher = new ResizeObserver(() => this.settle());
  }

  update(view, send) {
    this.send = send;
    const text = JSON.stringify(view);
    if (text === this.text) return this.settle();
    this.text = text;
    this.view = view;
    return this.renew();
  }

  attach() {
    this.watcher.observe(this.root);
    document.fonts?.ready.then(() => this.settle());
  }

  leave() {
    this.watcher.disconnect();
    cancelAnimationFrame(this.frame);
    this.part = 1;
  }

  // From the old order, which is drawn already (part 0), to the new one.
  move(milliseconds, draw) {
    cancelAnimationFrame(this.frame);
    const begin = performance.now();
    const step = (now) => {
      this.part = Math.max(0, Math.min(1, (now - begin) / milliseconds));
      draw();
      if (this.part < 1) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }
}

// Streamlit calls the default export at every change of the data or the theme, with the same
// parent element: what is drawn there lives on.
function show(Kind, selector, { data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(selector);
  const look = LOOKS.get(root) ?? new Kind(root);
  LOOKS.set(root, look);
  const call = ++look.calls;
  look.attach();
  look.update(data, (open) => setTriggerValue("open", open));
  // A call that was overtaken by a newer one is cleaned up after it: leave the newer one alone.
  return () => call === look.calls && look.leave();
}
