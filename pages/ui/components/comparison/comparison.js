// The board: two lists, the lane between them, and what a person does with them.
import { button, make } from "../shared/dom.js";
import { modified, stepInList } from "../shared/keys.js";
import { calm, Look, movesLegend, show } from "../shared/look.js";
import { draw } from "../shared/svg.js";
import { cardNode, clampTexts } from "./cards.js";
import { newest, PART } from "./part.js";
import { drawLines } from "./lines.js";

// What a person opened, by comparison: survives a rerun, and a visit to another page.
const MEMORY = new Map();
const MEMORY_SIZE = 20;
const TRAVEL_MS = 700;
const QUESTION = 'input[aria-label="Ask your documents"]';

function remembered(id) {
  const kept = MEMORY.get(id) ?? { opened: new Set(), all: false, fresh: true, current: [0, 0] };
  MEMORY.delete(id);
  MEMORY.set(id, kept);
  if (MEMORY.size > MEMORY_SIZE) MEMORY.delete(MEMORY.keys().next().value);
  return kept;
}

function eased(part) {
  return 1 - (1 - part) ** 3;
}

class Board extends Look {
  constructor(root) {
    super(root);
    this.shown = [new Map(), new Map()];
    this.items = [];
    this.svg = root.querySelector("svg");
    this.lists = [...root.querySelectorAll(".column")];
    this.hear = () => this.own && this.update(this.own, this.send);
    this.enter = (event) => this.fromQuestion(event);
    this.listen();
  }

  // `own` is what this element was drawn with; a newer part of the same comparison may be there.
  update(own, send) {
    this.own = own;
    return super.update({ ...newest(own), grades: own.grades }, send);
  }

  attach() {
    super.attach();
    document.addEventListener(PART, this.hear);
    document.addEventListener("keydown", this.enter);
  }

  leave() {
    super.leave();
    document.removeEventListener(PART, this.hear);
    document.removeEventListener("keydown", this.enter);
  }

  listen() {
    this.root.addEventListener("pointerover", (event) => this.light(this.itemOf(event.target)));
    this.root.addEventListener("pointerleave", () => this.light(this.focused()));
    this.root.addEventListener("focusin", (event) => this.onFocus(event));
    this.root.addEventListener("focusout", () => this.light(null));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
  }

  renew() {
    this.kept = remembered(this.view.id);
    const { settled } = this.view;
    const travel = settled && this.kept.fresh && !calm();
    if (settled) this.kept.fresh = false;
    this.root.classList.toggle("waiting", !settled);
    this.drawFrame();
    this.drawCards(); // last: it measures what is drawn, once
    if (travel) this.travel();
  }

  // ---- drawing

  drawFrame() {
    const { columns, cut, moves } = this.view;
    columns.forEach((column, side) => {
      const title = this.root.querySelector(`.title[data-side="${side}"]`);
      title.replaceChildren(make("span", "name", column.title), make("bdi", "maker", column.maker));
      this.lists[side].setAttribute("aria-label", column.title);
    });
    this.root.querySelector(".edge").replaceChildren(make("span", "", cut), make("span", "", cut));
    this.root.querySelector(".edge").lastChild.setAttribute("aria-hidden", "true");
    this.root.querySelector(".grading").hidden = !this.view.grades;
    this.drawLegend(moves);
    this.root.querySelector(".legend").style.visibility = this.view.settled ? "" : "hidden";
    this.drawSwitch(".sides", "side", columns.map((column, side) => [String(side), column.short]));
    this.drawSwitch(".sizes", "size", [["cards", "Cards"], ["rows", "Overview"]]);
  }

  drawLegend(moves) {
    const ends = { rose: "M1,9L33,1", fell: "M1,1L33,9", same: "M1,5L33,5" };
    const entries = movesLegend(moves, (move) => {
      const svg = draw("svg", { width: 34, height: 10, "aria-hidden": "true" });
      const group = draw("g", {}, `join sample ${move}`);
      group.append(draw("path", { d: ends[move] }, "way"));
      svg.append(group);
      return svg;
    });
    this.root.querySelector(".legend").replaceChildren(...entries);
  }

  drawSwitch(selector, name, choices) {
    const nodes = choices.map(([value, text]) => {
      const node = button("", text, () => {
        this.choose(selector, name, value);
        this.settle();
      });
      node.dataset.value = value;
      return node;
    });
    this.root.querySelector(selector).replaceChildren(...nodes);
    this.choose(selector, name, this.root.dataset[name]);
  }

  choose(selector, name, value) {
    this.root.dataset[name] = value;
    for (const node of this.root.querySelector(selector).children) {
      node.setAttribute("aria-pressed", String(node.dataset.value === value));
    }
  }

  drawCards() {
    const focus = this.focused();
    const count = this.kept.all ? Infinity : this.view.visible;
    this.items = [];
    this.shown = this.view.columns.map((column, side) => this.drawColumn(column, side, count));
    const rows = Math.max(0, ...this.items.map((item) => item.entry.rank));
    this.root.querySelector(".board").style.setProperty("--rows", String(rows + 1));
    const edge = this.root.querySelector(".edge");
    edge.style.gridRow = String(this.view.top_n + 2);
    edge.hidden = rows <= this.view.top_n;
    this.drawMore(count);
    this.settle();
    if (focus) this.shown[focus.side].get(focus.passage)?.card.focus({ preventScroll: true });
  }

  drawColumn(column, side, count) {
    const shown = new Map();
    for (const entry of column.cards.slice(0, count)) {
      const item = cardNode(this.view, side, entry, this.actionsFor(side, entry));
      shown.set(entry.passage, item);
      this.items.push(item);
    }
    const items = [...shown.values()];
    this.lists[side].replaceChildren(...items.map((item) => item.place));
    if (items.length) this.reach(items[Math.min(this.kept.current[side], items.length - 1)]);
    return shown;
  }

  drawMore(count) {
    const longest = Math.max(...this.view.columns.map((column) => column.cards.length));
    const more = this.root.querySelector(".more");
    more.replaceChildren();
    if (longest <= this.view.visible) return;
    const text = this.kept.all ? `Show the first ${this.view.visible}` : `Show all ${longest}`;
    more.append(button("all", text, () => this.showAll(count !== Infinity)));
  }

  showAll(all) {
    this.kept.all = all;
    this.drawCards();
  }

  // Everything that depends on sizes. Called at every change of size, of text or of fonts.
  settle() {
    if (!this.kept || !this.root.isConnected) return;
    clampTexts(this.items, this.kept.opened);
    this.drawLane();
  }

  drawLane() {
    const shift = (item) => this.shiftOf(item);
    drawLines(this.svg, this.view, this.shown, shift);
    this.light(this.lit);
  }

  // ---- the new order arrives: right cards travel from the places the bi-encoder gave them

  travel() {
    const tops = (side) => [...this.shown[side].values()].map((i) => i.place.offsetTop);
    const left = tops(0);
    const below = this.lists[0].offsetHeight;
    for (const item of this.shown[1].values()) {
      const from = item.entry.twin ? (left[item.entry.twin - 1] ?? below) : item.place.offsetTop;
      item.away = from - item.place.offsetTop;
    }
    this.part = 0;
    this.place();
    this.move(TRAVEL_MS, () => this.place());
  }

  place() {
    for (const item of this.shown[1].values()) {
      const away = this.shiftOf(item);
      item.card.style.transform = away ? `translateY(${away}px)` : "";
    }
    this.drawLane();
  }

  shiftOf(item) {
    return this.part < 1 ? (item.away ?? 0) * (1 - eased(this.part)) : 0;
  }

  // ---- light

  itemOf(node) {
    const join = node.closest?.(".join[data-passage]");
    if (join) return this.anyOf(Number(join.dataset.passage));
    const card = node.closest?.(".card");
    return card ? this.items.find((item) => item.card === card) : this.focused();
  }

  anyOf(passage) {
    return this.shown[0].get(passage) ?? this.shown[1].get(passage) ?? null;
  }

  focused() {
    const active = this.root.getRootNode().activeElement;
    return this.items.find((item) => item.card.contains(active)) ?? null;
  }

  light(item) {
    this.lit = item && this.items.includes(item) ? item : null;
    const passage = this.lit?.passage;
    this.root.classList.toggle("has-lit", this.lit !== null);
    for (const other of this.items) {
      other.card.classList.toggle("lit", other.passage === passage);
    }
    for (const join of this.svg.children) {
      const on = join.dataset.passage === String(passage);
      join.classList.toggle("lit", on);
    }
  }

  // ---- hands

  actionsFor(side, entry) {
    const id = this.view.passages[entry.passage].id;
    const key = `${side}/${entry.passage}`;
    return {
      open: () => this.send({ chunk_id: id, quote: false }),
      openQuote: () => this.send({ chunk_id: id, quote: true }),
      why: () => this.send({ chunk_id: id, quote: false, why: true }),
      toggle: () => this.toggle(key),
      twin: () => this.goToTwin(side, entry),
      grade: (grade) => this.send({ chunk_id: id, quote: false, grade }),
    };
  }

  toggle(key) {
    if (!this.kept.opened.delete(key)) this.kept.opened.add(key);
    this.settle();
  }

  goToTwin(side, entry) {
    if (!entry.twin) return;
    if (!this.shown[1 - side].has(entry.passage)) this.showAll(true);
    if (this.root.querySelector(".sides").offsetParent) {
      this.choose(".sides", "side", String(1 - side));
      this.settle();
    }
    this.goTo(this.shown[1 - side].get(entry.passage));
  }

  goTo(item) {
    if (!item) return;
    item.card.focus({ preventScroll: true });
    item.card.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  }

  // Down, in the box of the question, goes to the first passage of the list that answers.
  fromQuestion(event) {
    if (event.key !== "ArrowDown" || modified(event) || !event.target.matches?.(QUESTION)) return;
    event.preventDefault();
    this.goTo(this.items.find((item) => item.side === 1) ?? this.items[0]);
  }

  // One card of each list, with its buttons, is in the tab order; arrows move that place.
  reach(item) {
    const list = this.lists[item.side];
    for (const node of list.querySelectorAll('[tabindex="0"]')) node.tabIndex = -1;
    item.card.tabIndex = 0;
    for (const node of item.card.querySelectorAll("button")) node.tabIndex = 0;
    this.kept.current[item.side] = item.entry.rank - 1;
  }

  onFocus(event) {
    const item = this.itemOf(event.target);
    if (!item) return;
    this.reach(item);
    this.light(item);
  }

  onKey(event) {
    const item = this.items.find((one) => one.card === event.target);
    if (!item || modified(event)) return;
    const list = this.items.filter((one) => one.side === item.side);
    const step = stepInList(event.key, list, list.indexOf(item));
    const steps = {
      ArrowRight: () => item.side === 0 && this.goToTwin(0, item.entry),
      ArrowLeft: () => item.side === 1 && this.goToTwin(1, item.entry),
      Enter: () => this.actionsFor(item.side, item.entry).open(),
    };
    if (this.view.grades && /^[0-3]$/.test(event.key)) {
      steps[event.key] = () => this.actionsFor(item.side, item.entry).grade(Number(event.key));
    }
    if (step) steps[event.key] = () => this.goTo(step.item);
    if (!steps[event.key]) return;
    event.preventDefault();
    steps[event.key]();
  }
}

export default function (component) {
  return show(Board, ".look", component);
}
