// One page picture with highlights. All words of documents are set as text or attribute values.
import { button, kept, make } from "../shared/dom.js";

const STEP = 1.25;
const SMALLEST = 0.25;
const LARGEST = 4;

function percent(part) {
  return `${Math.max(0, Math.min(1, part)) * 100}%`;
}

function placed(node, box) {
  node.style.left = percent(box.left);
  node.style.top = percent(box.top);
  node.style.width = percent(box.right - box.left);
  node.style.height = percent(box.bottom - box.top);
  return node;
}

class Viewer {
  constructor(root) {
    this.root = root;
    this.zoom = null; // null fits the width, a number is a part of the picture's own size
    this.frame = root.querySelector(".frame");
    this.sheet = root.querySelector(".sheet");
    this.picture = root.querySelector("img");
    this.marks = root.querySelector(".marks");
    this.picture.addEventListener("load", () => this.arrive());
    this.drawTools();
  }

  update({ picture, boxes, alt }, send) {
    this.send = send;
    const marks = JSON.stringify(boxes);
    const same = picture === this.shown && marks === this.drawn;
    this.picture.alt = alt;
    if (same) return;
    this.drawn = marks;
    this.drawBoxes(boxes);
    if (picture === this.shown) return void this.arrive();
    this.shown = picture;
    this.picture.src = `data:image/png;base64,${picture}`;
  }

  drawTools() {
    const tools = [
      ["Fit width", "fit", () => this.scale(null)],
      ["100 %", "full", () => this.scale(1)],
      ["−", "smaller", () => this.scale(this.part() / STEP)],
      ["+", "larger", () => this.scale(this.part() * STEP)],
    ];
    const words = { smaller: "Zoom out", larger: "Zoom in" };
    this.root.querySelector(".tools").replaceChildren(
      ...tools.map(([text, name, action]) => {
        const node = button(name, text, action);
        if (words[name]) node.setAttribute("aria-label", words[name]);
        return node;
      }),
    );
    this.state();
  }

  part() {
    return this.picture.naturalWidth ? this.sheet.offsetWidth / this.picture.naturalWidth : 1;
  }

  // Change the size, and keep what is in the middle of the frame in the middle.
  scale(zoom) {
    const { frame, sheet } = this;
    const x = (frame.scrollLeft + frame.clientWidth / 2) / sheet.offsetWidth;
    const y = (frame.scrollTop + frame.clientHeight / 2) / sheet.offsetHeight;
    this.zoom = zoom === null ? null : Math.max(SMALLEST, Math.min(LARGEST, zoom));
    this.state();
    frame.scrollLeft = x * sheet.offsetWidth - frame.clientWidth / 2;
    frame.scrollTop = y * sheet.offsetHeight - frame.clientHeight / 2;
  }

  state() {
    const width = this.zoom === null ? "100%" : `${this.picture.naturalWidth * this.zoom}px`;
    this.sheet.style.width = width;
    const press = (name, on) =>
      this.root.querySelector(`.${name}`).setAttribute("aria-pressed", String(on));
    press("fit", this.zoom === null);
    press("full", this.zoom === 1);
  }

  drawBoxes(boxes) {
    const labelled = new Set();
    const nodes = boxes.map((box) => {
      if (box.kind !== "chunk") return placed(make("div", `mark ${box.kind}`), box);
      const first = !labelled.has(box.id);
      labelled.add(box.id);
      return placed(this.chunkBox(box, first), box);
    });
    this.marks.replaceChildren(...nodes);
  }

  chunkBox(box, first) {
    const node = button("mark chunk", undefined, () => this.send(box.id));
    node.dataset.id = box.id;
    node.setAttribute("aria-label", `Chunk ${box.label}`);
    if (first && box.label) node.append(make("bdi", "label", box.label));
    if (!first) {
      node.tabIndex = -1;
      node.setAttribute("aria-hidden", "true");
    }
    const glow = (on) => () => this.glow(box.id, on);
    node.addEventListener("pointerenter", glow(true));
    node.addEventListener("pointerleave", glow(false));
    node.addEventListener("focus", glow(true));
    node.addEventListener("blur", glow(false));
    return node;
  }

  glow(id, on) {
    for (const node of this.marks.children) {
      if (node.dataset.id === id) node.classList.toggle("on", on);
    }
  }

  // Bring the first highlight into the upper third of the frame. The app itself does not scroll.
  arrive() {
    this.state();
    const target = this.marks.querySelector(".quote") ?? this.marks.firstElementChild;
    const top = target ? target.offsetTop : 0;
    const left = target ? target.offsetLeft : 0;
    this.frame.scrollTop = top - this.frame.clientHeight / 3;
    this.frame.scrollLeft = left - this.frame.clientWidth / 3;
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  kept(Viewer, parentElement.querySelector(".viewer")).update(data, (id) => setTriggerValue("chunk", id));
}
