// An answer: sentences, and citations that open their page.
import { button, make } from "../shared/dom.js";

function citation(cite, open) {
  if (!cite.valid) {
    const mark = make("span", "invalid", `${cite.number}`);
    mark.title = cite.label;
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", cite.label);
    return mark;
  }
  const node = button("", `${cite.number}`, () => open(cite.index));
  node.setAttribute("aria-label", cite.label);
  const peek = cite.peek.length ? peekNode(cite) : null;
  for (const event of peek ? ["mouseenter", "focus"] : []) node.addEventListener(event, () => show(peek, node));
  for (const event of peek ? ["mouseleave", "blur"] : []) node.addEventListener(event, () => peek.remove());
  return node;
}

// The cited sentence in its passage, beside the citation that the pointer is on.
function peekNode(cite) {
  const [before, quote, after] = cite.peek;
  const node = make("div", "peek");
  node.setAttribute("role", "tooltip");
  node.append(make("b", "", cite.label), make("p"));
  node.lastChild.append(before, make("mark", "", quote), after);
  return node;
}

function show(peek, beside) {
  const root = beside.closest(".answer");
  root.append(peek);
  const [place, box] = [beside.getBoundingClientRect(), root.getBoundingClientRect()];
  peek.style.top = `${place.bottom - box.top + 4}px`;
  peek.style.left = `${Math.max(0, Math.min(place.left - box.left, box.width - peek.offsetWidth))}px`;
  const mark = peek.querySelector("mark");
  peek.lastChild.scrollTop = mark.offsetTop - peek.lastChild.offsetTop - 40;
}

function sentence(view, paragraphs, open) {
  let part = null;
  const place = () => {
    if (!part) {
      part = make("span", view.remark ? "unsupported" : "");
      paragraphs.at(-1).append(part);
    }
    return part;
  };
  for (const run of view.runs) {
    if (run.cites.length) {
      place().append(...run.cites.map((cite) => citation(cite, open)));
      continue;
    }
    run.text.split("\n").forEach((line, i) => {
      if (i > 0) { paragraphs.push(make("p")); part = null; }
      if (line) place().append(document.createTextNode(line));
    });
  }
  if (view.remark) paragraphs.at(-1).append(make("span", "remark", view.remark));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".answer");
  root.className = `answer ${data.state} ${data.quotes ? "quotes" : ""}`;
  const paragraphs = [make("p")];
  for (const view of data.sentences) sentence(view, paragraphs, (index) => setTriggerValue("cite", index));
  root.replaceChildren(...paragraphs.filter((paragraph) => paragraph.childNodes.length));
}
