// What the board and the flow have in common: they are drawn anew when their data changed, settled
// at every change of size, and a new order arrives by moving. A look has `renew()` and `settle()`.
import { kept, make } from "./dom.js";

export function calm() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

export class Look {
  constructor(root) {
    this.root = root;
    this.calls = 0;
    this.lit = null;
    this.part = 1; // of the way to the new order: 0 to 1
    this.frame = 0;
    this.watcher = new ResizeObserver(() => this.size() !== this.seen && this.fit());
  }

  update(view, send) {
    this.send = send;
    const text = JSON.stringify(view);
    if (text === this.text) return this.fit();
    this.text = text;
    this.view = view;
    this.renew();
    this.seen = this.size(); // else the watcher's first call would settle again
  }

  size() {
    return `${this.root.offsetWidth} ${this.root.offsetHeight}`;
  }

  fit() {
    this.settle();
    this.seen = this.size();
  }

  attach() {
    this.watcher.observe(this.root);
    if (document.fonts?.status === "loading") document.fonts.ready.then(() => this.settle());
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

// What a component of a look does at every call.
export function show(Kind, selector, { data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(selector);
  const look = kept(Kind, root);
  const call = ++look.calls;
  look.attach();
  look.update(data, (open) => setTriggerValue("open", open));
  // A call that was overtaken by a newer one is cleaned up after it: leave the newer one alone.
  return () => call === look.calls && look.leave();
}

// How many rose, fell and stayed, each with a sample of its line.
export function movesLegend(moves, sampleOf) {
  const words = { rose: "rose", fell: "fell", same: "kept their rank" };
  return Object.entries(words).map(([move, word]) => {
    const item = make("li", "");
    item.append(sampleOf(move), make("b", "", String(moves[move])), make("span", "", ` ${word}`));
    return item;
  });
}
