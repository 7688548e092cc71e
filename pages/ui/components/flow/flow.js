// The flow: all lists of a question, every passage a path through them.
import { button, make } from "../shared/dom.js";
import { modified, stepInList } from "../shared/keys.js";
import { calm, Look, movesLegend, show } from "../shared/look.js";
import { isQuote, runNode } from "../shared/passage.js";
import { draw, hue } from "../shared/svg.js";
import {
  crossing, crossMark, CUT_ROOM, headShape, rowHeight, rowTops, TALL, wayPath, wayWidth,
} from "./geometry.js";

const SEEN = new Set(); // comparisons whose order has arrived already
const TRAVEL_MS = 950;

function eased(part) {
  return part < 0.5 ? 4 * part ** 3 : 1 - (2 - 2 * part) ** 3 / 2;
}

class Flow extends Look {
  constructor(root) {
    super(root);
    this.rows = [];
    this.ways = [];
    this.svg = root.querySelector(".ways");
    this.board = root.querySelector(".board");
    this.listen();
  }

  listen() {
    this.root.addEventListener("pointerover", (event) => this.point(event.target));
    this.root.addEventListener("pointerleave", () => this.light(this.focused()?.entry.passage));
    this.root.addEventListener("focusin", (event) => this.onFocus(event.target));
    this.root.addEventListener("focusout", () => this.light(null));
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.svg.addEventListener("click", (event) => this.open(this.passageOf(event.target)));
  }

  renew() {
    const fresh = !SEEN.has(this.view.id);
    SEEN.add(this.view.id);
    this.draw();
    return fresh && !calm() ? this.travel() : this.settle();
  }

  // ---- drawing

  draw() {
    const { columns, top_n: topN } = this.view;
    this.count = Math.max(1, ...columns.map((column) => column.rows.length));
    this.tops = rowTops(this.count, topN);
    this.height = this.tops[this.count + 1] + (columns.some((c) => c.missing) ? 40 : 8);
    this.root.dataset.columns = String(columns.length);
    this.root.querySelector(".narrow").hidden = columns.length < 4;
    this.drawLegend();
    this.drawHeads();
    this.drawColumns();
    this.drawWays();
    const cut = this.root.querySelector(".cut");
    cut.replaceChildren(make("span", "", this.view.cut));
    cut.hidden = this.count <= topN;
    cut.style.top = `${this.cutY()}px`;
    this.board.style.height = `${this.height}px`;
    this.describe(null);
  }

  cutY() {
    return this.tops[this.view.top_n + 1] - CUT_ROOM / 2;
  }

  drawLegend() {
    const entries = movesLegend(this.view.moves, (move) => {
      const svg = draw("svg", { width: 46, height: 16, "aria-hidden": "true" });
      const y = { rose: [13, 4], fell: [4, 13], same: [8, 8] }[move];
      const group = draw("g", {}, `way sample ${move}`);
      group.append(draw("path", { d: wayPath(2, y[0], 38, y[1]), "stroke-width": 2.5 }, "line"));
      group.append(draw("path", { d: headShape(move, 45, y[1], 2).d }, "head"));
      svg.append(group);
      return svg;
    });
    for (const [kind, word] of [["entered", "entered"], ["dropped", "dropped from"]]) {
      const item = make("li", "");
      const svg = draw("svg", { width: 18, height: 18, "aria-hidden": "true" });
      const mark = crossMark(kind);
      mark.setAttribute("transform", "translate(9,9)");
      svg.append(mark);
      item.append(svg, make("span", "", `${word} the top ${this.view.top_n}`));
      entries.push(item);
    }
    if (this.view.columns.some((column) => column.axis.noise_text)) {
      const item = make("li", "");
      item.append(make("i", "swatch"), make("span", "", "noise: scores that off-topic questions reach"));
      entries.push(item);
    }
    this.root.querySelector(".legend").replaceChildren(...entries);
  }

  drawHeads() {
    const heads = this.view.columns.map((column, at) => {
      const head = make("div", "head");
      head.dataset.at = String(at);
      const axis = make("div", "axis");
      axis.append(make("span", "low", column.axis.low), make("span", "kind", column.axis.kind));
      axis.append(make("span", "high", column.axis.high));
      head.append(make("div", "name", column.title), axis);
      return head;
    });
    this.root.querySelector(".heads").replaceChildren(...heads);
  }

  drawColumns() {
    for (const old of this.board.querySelectorAll(".list")) old.remove();
    this.lists = this.view.columns.map((column, at) => this.drawColumn(column, at));
    this.rows = this.lists.map((list) => list.rows);
    this.board.append(...this.lists.map((list) => list.node));
    for (const list of this.rows) if (list[0]) list[0].button.tabIndex = 0;
  }

  drawColumn(column, at) {
    const node = make("div", "list");
    node.dataset.at = String(at);
    const strip = draw("svg", { "aria-hidden": "true", height: this.height }, "strip");
    const list = make("ol", "rows");
    list.setAttribute("aria-label", column.title);
    const rows = column.rows.map((entry) => this.drawRow(column, at, entry));
    list.append(...rows.map((row) => row.item));
    node.append(list, strip);
    if (column.missing) {
      const rest = make("div", "missing", column.missing_text);
      rest.style.top = `${this.missingY(at) - 10}px`;
      node.append(rest);
    }
    return { node, strip, list, rows, column };
  }

  drawRow(column, at, entry) {
    const passage = this.view.passages[entry.passage];
    const item = make("li", "");
    const node = button("row", undefined, () => this.open(entry.passage));
    const tall = rowHeight(entry.place, this.count, this.view.top_n);
    node.classList.add(tall >= TALL ? "tall" : tall > 10 ? "small" : "thin");
    if (entry.mark) node.classList.add(entry.mark);
    if (entry.rank <= this.view.top_n) node.classList.add("in");
    node.tabIndex = -1;
    node.style.height = `${tall}px`;
    node.style.setProperty("--hue", hue(passage.tag));
    node.setAttribute("aria-label", entry.label);
    node.setAttribute("aria-describedby", "keys");
    if (tall > 10) {
      const title = make("bdi", "title", passage.title);
      node.append(make("span", "rank", String(entry.rank)), title, make("span", "page", passage.pages));
      if (at === this.view.columns.length - 1) {
        node.append(make("span", `delta ${passage.move}`, passage.delta));
      }
    }
    item.append(node);
    return { item, button: node, entry, at };
  }

  missingY(at) {
    return this.tops[this.view.columns[at].rows.length + 1] + 20;
  }

  drawWays() {
    const thinFirst = [...this.view.ways].sort((a, b) => a.size - b.size);
    this.ways = thinFirst.map((way) => {
      const group = draw("g", {}, `way ${way.move} ${way.mark}`);
      group.dataset.passage = String(way.passage);
      group.style.setProperty("--hue", hue(this.view.passages[way.passage].tag));
      const width = wayWidth(way.size, this.view.largest);
      const line = draw("path", { "stroke-width": width.toFixed(2) }, "line");
      const touch = draw("path", {}, "touch");
      const head = draw("path", {}, "head");
      group.append(touch, line, head);
      const cross = way.mark ? crossMark(way.mark) : null;
      if (cross) group.append(cross);
      return { way, group, line, touch, head, cross, width };
    });
    this.svg.replaceChildren(...this.ways.map((way) => way.group));
  }

  // ---- geometry: everything that depends on sizes or on the moment of the animation

  middle(at, place) {
    if (place === null) return this.missingY(at);
    return this.tops[place] + rowHeight(place, this.count, this.view.top_n) / 2;
  }

  rowY(row) {
    const y = this.middle(row.at, row.entry.place);
    if (this.part >= 1 || row.at < this.lists.length - 1) return y;
    return this.from(row.entry.passage, y) * (1 - eased(this.part)) + y * eased(this.part);
  }

  from(passage, y) {
    const before = this.last.get(passage)?.way.before;
    return before ? this.middle(this.lists.length - 2, before) : y;
  }

  settle() {
    if (!this.view || !this.root.isConnected || !this.root.offsetWidth) return;
    this.last = new Map(this.ways.filter((w) => w.way.gap === this.lists.length - 2)
      .map((w) => [w.way.passage, w]));
    const board = this.board.getBoundingClientRect();
    this.edges = this.lists.map(({ node }) => {
      const box = node.getBoundingClientRect();
      return { left: box.left - board.left, right: box.right - board.left, shown: box.width > 0 };
    });
    this.drawStrips();
    this.place(this.part < 1 ? this.sight(board) : null);
  }

  // What of the board can be seen, with some room: while it moves, nothing else is drawn.
  sight(board) {
    return [-board.top - 100, innerHeight - board.top + 100];
  }

  place(sight) {
    for (const rows of this.rows) {
      for (const row of rows) {
        const top = this.rowY(row) - row.button.offsetHeight / 2;
        row.button.style.transform = `translateY(${top.toFixed(1)}px)`;
      }
    }
    for (const way of this.ways) this.placeWay(way, sight);
  }

  placeWay({ way, group, line, touch, head, cross, width }, sight) {
    const [a, b] = [this.edges[way.gap], this.edges[way.gap + 1]];
    const y0 = this.middle(way.gap, way.before);
    let y1 = this.middle(way.gap + 1, way.after);
    if (this.part < 1 && way.gap === this.lists.length - 2) {
      y1 = y0 * (1 - eased(this.part)) + y1 * eased(this.part);
    }
    const hidden = !a.shown || !b.shown ||
      (sight && (Math.max(y0, y1) < sight[0] || Math.min(y0, y1) > sight[1]));
    group.style.display = hidden ? "none" : "";
    if (hidden) return;
    const [x0, x1] = [a.right + 2, b.left - 2];
    const shape = headShape(way.move, x1, y1, width);
    const d = wayPath(x0, y0, x1 - shape.r, y1);
    line.setAttribute("d", d);
    touch.setAttribute("d", d);
    head.setAttribute("d", shape.d);
    if (cross) this.placeCross(cross, x0, y0, x1 - shape.r, y1);
  }

  placeCross(cross, x0, y0, x1, y1) {
    const y = this.cutY();
    const crossed = (y0 - y) * (y1 - y) < 0;
    cross.style.display = crossed ? "" : "none";
    if (!crossed) return;
    const x = crossing(x0, y0, x1, y1, y);
    cross.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)})`);
  }

  drawStrips() {
    this.lists.forEach(({ strip, column }, at) => {
      const width = strip.getBoundingClientRect().width;
      if (!width) return;
      const x = (part) => 5 + part * (width - 10);
      const nodes = [0, 0.5, 1].map((part) =>
        draw("path", { d: `M${x(part)},0V${this.height}` }, "tick"));
      if (column.axis.noise !== null) nodes.push(this.noiseBand(column.axis, x));
      for (const row of column.rows) {
        const y = this.middle(at, row.place);
        if (row.x === null) continue;
        const dot = draw("circle", { cx: x(row.x).toFixed(1), cy: y.toFixed(1), r: 3 }, "dot");
        dot.dataset.passage = String(row.passage);
        dot.style.setProperty("--hue", hue(this.view.passages[row.passage].tag));
        dot.append(draw("title", {}));
        dot.firstChild.textContent = `${column.axis.kind} ${row.score}`;
        nodes.push(dot);
      }
      strip.replaceChildren(...nodes);
    });
    this.light(this.lit);
  }

  noiseBand(axis, x) {
    const size = { x: x(0) - 5, y: 0, width: x(axis.noise) - x(0) + 5, height: this.height };
    const band = draw("rect", size, "band");
    band.append(draw("title", {}));
    band.firstChild.textContent = `${axis.kind} ${axis.noise_text}: a score that off-topic questions reach`;
    return band;
  }

  // ---- the new order arrives

  travel() {
    this.part = 0;
    this.settle();
    this.move(TRAVEL_MS, () => {
      this.place(this.part < 1 ? this.sight(this.board.getBoundingClientRect()) : null);
    });
  }

  // ---- light

  passageOf(node) {
    const holder = node.closest?.("[data-passage]");
    return holder ? Number(holder.dataset.passage) : this.rowOf(node)?.entry.passage;
  }

  rowOf(node) {
    const found = node.closest?.(".row");
    return found ? this.rows.flat().find((row) => row.button === found) : null;
  }

  point(target) {
    const passage = this.passageOf(target);
    this.light(passage ?? this.focused()?.entry.passage);
  }

  focused() {
    const active = this.root.getRootNode().activeElement;
    return active ? this.rowOf(active) : null;
  }

  light(passage) {
    this.lit = passage ?? null;
    this.root.classList.toggle("has-lit", this.lit !== null);
    for (const { group, way } of this.ways) group.classList.toggle("lit", way.passage === this.lit);
    for (const row of this.rows.flat()) {
      row.button.classList.toggle("lit", row.entry.passage === this.lit);
    }
    for (const dot of this.board.querySelectorAll(".dot")) {
      dot.classList.toggle("lit", dot.dataset.passage === String(this.lit));
    }
    this.describe(this.lit);
  }

  describe(passage) {
    const detail = this.root.querySelector(".detail");
    detail.classList.toggle("full", passage !== null && passage !== undefined);
    if (passage === null || passage === undefined) {
      detail.replaceChildren(make("p", "hint",
        "Point at a passage to follow it through the lists. Click it to open its page."));
      return;
    }
    const shown = this.view.passages[passage];
    const head = make("div", "what");
    head.append(make("span", `delta ${shown.move}`, shown.story), make("bdi", "title", shown.title));
    head.append(make("bdi", "where", shown.where));
    const scores = make("div", "scores");
    scores.append(...shown.scores.map((text) => make("span", "", text)));
    const text = make("p", "text");
    text.dir = "auto";
    text.append(...shown.runs.map((run) => {
      if (!isQuote(run)) return runNode(run);
      const quote = make("span", "quote");
      quote.append(runNode(run));
      return quote;
    }));
    detail.replaceChildren(head, scores, text);
  }

  // ---- hands

  open(passage) {
    const shown = this.view.passages[passage];
    if (shown?.pages) this.send({ chunk_id: shown.id, quote: true });
  }

  onFocus(target) {
    const row = this.rowOf(target);
    if (!row) return;
    for (const other of this.rows[row.at]) other.button.tabIndex = other === row ? 0 : -1;
    this.light(row.entry.passage);
  }

  twin(row, step) {
    const next = this.rows[row.at + step];
    return next?.find((other) => other.entry.passage === row.entry.passage);
  }

  onKey(event) {
    const row = this.rowOf(event.target);
    if (!row || modified(event)) return;
    const list = this.rows[row.at];
    const sideways = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const step = stepInList(event.key, list, list.indexOf(row));
    if (!step && !sideways) return;
    event.preventDefault();
    const next = step ? step.item : this.twin(row, sideways);
    next?.button.focus({ preventScroll: true });
    next?.button.scrollIntoView({ block: "nearest", behavior: calm() ? "auto" : "smooth" });
  }
}

export default function (component) {
  return show(Flow, ".flow", component);
}
