// A stretch of a document without pages. All words of documents are set as text.
import { button, make } from "../shared/dom.js";

function line({ label, level, code, chunks, pieces }, before, send) {
  const kind = code ? " code" : level ? ` heading l${Math.min(level, 3)}` : "";
  const gap = Number(label) > Number(before) + 1 ? " gap" : ""; // blank lines of the source
  const node = make("div", `line${kind}${gap}`);
  const words = make(code ? "code" : "p", "words");
  for (const { id, number, chosen } of chunks) {
    const mark = button("chunk", number, () => send(id));
    mark.setAttribute("aria-label", `Chunk ${number}`);
    mark.setAttribute("aria-pressed", String(chosen));
    words.append(mark);
  }
  for (const [text, mark] of pieces) words.append(mark ? make("mark", mark, text) : text);
  node.append(make("span", "place", label), words);
  if (level) words.setAttribute("role", "heading");
  if (level) words.setAttribute("aria-level", String(Math.min(level + 2, 6)));
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const frame = parentElement.querySelector(".frame");
  const drawn = JSON.stringify(data.lines);
  frame.setAttribute("aria-label", data.alt);
  if (frame.dataset.drawn === drawn) return;
  frame.dataset.drawn = drawn;
  const send = (id) => setTriggerValue("chunk", id);
  frame.replaceChildren(...data.lines.map((one, at) => line(one, data.lines[at - 1]?.label, send)));
  const target = frame.querySelector(".quote") ?? frame.querySelector(".passage");
  frame.scrollTop = target ? target.offsetTop - frame.clientHeight / 3 : 0;
}
