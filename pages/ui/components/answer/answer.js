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
  node.title = cite.label;
  node.setAttribute("aria-label", cite.label);
  return node;
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
  root.classList.toggle("quotes", data.quotes);
  const paragraphs = [make("p")];
  for (const view of data.sentences) sentence(view, paragraphs, (index) => setTriggerValue("cite", index));
  root.replaceChildren(...paragraphs.filter((paragraph) => paragraph.childNodes.length));
}
