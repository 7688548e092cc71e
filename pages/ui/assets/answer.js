// Text arrives as data and becomes text nodes only; nothing is ever parsed as HTML.
function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function citation(cite, open) {
  if (!cite.valid) {
    const mark = element("span", "invalid", `${cite.number}`);
    mark.title = cite.label;
    mark.setAttribute("role", "img");
    mark.setAttribute("aria-label", cite.label);
    return mark;
  }
  const button = element("button", "", `${cite.number}`);
  button.type = "button";
  button.title = cite.label;
  button.setAttribute("aria-label", cite.label);
  button.onclick = () => open(cite.index);
  return button;
}

function sentence(view, paragraphs, open) {
  let part = null;
  const place = () => {
    if (!part) {
      part = element("span", view.supported ? "" : "unsupported");
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
      if (i > 0) { paragraphs.push(element("p")); part = null; }
      if (line) place().append(document.createTextNode(line));
    });
  }
  if (!view.supported) paragraphs.at(-1).append(element("span", "remark", "no passage cited"));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".answer");
  root.classList.toggle("quotes", data.quotes);
  const paragraphs = [element("p")];
  for (const view of data.sentences) sentence(view, paragraphs, (index) => setTriggerValue("cite", index));
  root.replaceChildren(...paragraphs.filter((paragraph) => paragraph.childNodes.length));
}
