// A comparison in four big steps. The step stays through reruns of the page.
import { kept, make } from "../shared/dom.js";
import { modified } from "../shared/keys.js";
const MOVES = { rose: "▲", fell: "▼", same: "=" };

function sized(element, text, long, endless) {
  element.classList.toggle("long", text.length > long && text.length <= endless);
  element.classList.toggle("endless", text.length > endless);
  return element;
}

class Stage {
  constructor(root) {
    this.root = root;
    this.step = 0;
    this.numbers = false;
    this.screen = root.querySelector(".screen");
    this.onKey = (event) => this.key(event);
    const hands = { back: () => this.go(-1), next: () => this.go(1), leave: () => this.close(), numbers: () => this.toggle() };
    for (const [name, act] of Object.entries(hands)) root.querySelector(`.${name}`).addEventListener("click", act);
  }

  update(data, send) {
    this.send = send;
    if (this.data?.question !== data.question) this.step = 0;
    this.data = data;
    this.draw(false);
  }

  close() {
    this.root.hidden = true; // at once: the page behind it may take a moment to be drawn
    this.leave();
    this.send("leave", true);
  }

  attach() {
    this.root.hidden = false;
    document.addEventListener("keydown", this.onKey, true);
    if (!this.root.contains(this.root.getRootNode().activeElement)) this.root.focus({ preventScroll: true });
  }

  leave() {
    document.removeEventListener("keydown", this.onKey, true);
  }

  key(event) {
    if (!this.root.isConnected) return this.leave(); // Streamlit took the presenter away
    if (modified(event)) return;
    const act = {
      ArrowRight: () => this.go(1), ArrowDown: () => this.go(1), PageDown: () => this.go(1),
      ArrowLeft: () => this.go(-1), ArrowUp: () => this.go(-1), PageUp: () => this.go(-1),
      Home: () => this.go(-99), End: () => this.go(99),
      n: () => this.toggle(), N: () => this.toggle(), Escape: () => this.close(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  go(by) {
    const last = this.data.steps.length - 1;
    const step = Math.max(0, Math.min(last, this.step + by));
    if (step === this.step) return;
    this.step = step;
    this.draw(true);
  }

  toggle() {
    this.numbers = !this.numbers;
    this.draw(false);
  }

  draw(fresh) {
    const step = this.data.steps[this.step];
    const parts = [];
    if (step.kind !== "question") parts.push(make("p", "asked", this.data.question));
    const title = make("h1", "", step.title);
    parts.push(step.kind === "question" ? sized(title, step.title, 70, 220) : title);
    parts.push(step.kind === "answer" ? sized(make("p", "answer", step.lead), step.lead, 150, 330) : make("p", "lead", step.lead));
    if (step.passages.length) {
      const list = make("ol", "list");
      list.append(...step.passages.map((passage, i) => this.passage(passage, i)));
      parts.push(list);
    }
    if (step.numbers) parts.push(this.figures("p", "figures", step.numbers));
    this.screen.dataset.kind = step.kind;
    this.screen.replaceChildren(...parts);
    this.screen.classList.remove("fresh");
    if (fresh) { void this.screen.offsetWidth; this.screen.classList.add("fresh"); }
    this.foot();
  }

  passage(view, index) {
    const item = make("li", index === 0 ? "passage top" : "passage");
    const body = make("div");
    const line = make("p", "line");
    line.append(make("span", "place", view.place), this.figures("span", "figure", view.numbers));
    body.append(make("p", "text", view.text), line);
    item.append(make("span", "rank", view.rank), body);
    const move = make("span", `move ${view.move}`, MOVES[view.move] ?? "");
    if (view.move) { move.setAttribute("role", "img"); move.setAttribute("aria-label", view.spoken); }
    item.append(move);
    return item;
  }

  figures(name, className, text) {
    return make(name, this.numbers ? className : `${className} hidden`, text);
  }

  foot() {
    const last = this.data.steps.length - 1;
    this.root.querySelector(".back").disabled = this.step === 0;
    this.root.querySelector(".next").disabled = this.step === last;
    this.root.querySelector(".numbers").setAttribute("aria-pressed", `${this.numbers}`);
    const dots = this.data.steps.map((_, i) => make("li", i === this.step ? "on" : ""));
    this.root.querySelector(".dots").replaceChildren(...dots);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const stage = kept(Stage, parentElement.querySelector(".stage"));
  stage.update(data, setTriggerValue);
  stage.attach();
  return () => stage.leave();
}
