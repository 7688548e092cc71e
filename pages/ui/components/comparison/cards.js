// Cards: a passage at its place in one list.
import { button, make } from "../shared/dom.js";
import { isQuote, runNode } from "../shared/passage.js";
import { hue } from "../shared/svg.js";

// The passage, with its best sentence in one element of its own.
function passageBody(runs, openQuote) {
  const body = make("div", "body");
  const before = make("span", "before");
  let quote = null;
  body.append(before);
  for (const run of runs) {
    if (!isQuote(run)) {
      (quote ? body : before).append(runNode(run));
      continue;
    }
    if (!quote) {
      quote = make("span", "quote");
      quote.title = "The best sentence. Click to open its page.";
      quote.addEventListener("click", openQuote);
      body.append(quote);
    }
    quote.append(runNode(run));
  }
  body.classList.toggle("quoted", quote !== null);
  return body;
}

function scoreNode(score) {
  const node = make("span", "score");
  node.title = `${score.kind} ${score.text}`;
  node.append(make("span", "kind", score.kind));
  if (score.bar !== null) {
    const bar = make("span", "meter");
    const filled = Math.max(0, Math.min(1, score.bar));
    bar.append(make("span", "filled"));
    bar.firstChild.style.width = `${filled * 100}%`;
    node.append(bar);
  }
  node.append(make("span", "value", score.text));
  return node;
}

function badgeNodes(entry) {
  return entry.badges.map((badge) => {
    const node = make("span", `badge ${badge.kind}`, badge.text);
    node.title = badge.hint;
    return node;
  });
}

function whereNode(passage) {
  const where = make("div", "where");
  const file = make("bdi", "document", passage.document);
  file.title = passage.document;
  if (passage.heading !== "") where.append(file); // else it is the title already
  where.append(make("span", "pages", passage.pages));
  return where;
}

function headNode(passage, entry, actions) {
  const head = make("div", "head");
  const heading = make("bdi", "heading", passage.heading || passage.document);
  heading.title = heading.textContent;
  const delta = button(`delta ${entry.move}`, entry.delta, actions.twin);
  delta.title = entry.twin ? `${entry.spoken}: go to rank ${entry.twin} in the other list` : "";
  delta.setAttribute("aria-label", delta.title || entry.spoken);
  delta.disabled = !entry.twin;
  delta.hidden = !entry.delta; // before the order is settled
  head.append(heading, delta);
  return head;
}

function gradeNodes(grade) {
  if (grade === undefined) return [];
  const node = make("span", "badge note", `Grade ${grade}`);
  node.title = "Your grade for this question. Keys 0 to 3 change it.";
  return [node];
}

function footNode(entry, passage, actions, grade) {
  const foot = make("div", "foot");
  const toggle = button("quiet toggle", "More", actions.toggle);
  toggle.setAttribute("aria-expanded", "false");
  const open = button("quiet open", "Open page", actions.open);
  open.hidden = !passage.pages; // a text without pages has nothing to open
  const why = button("quiet why", "Why", actions.why);
  why.setAttribute("aria-label", "Why this passage ranks here");
  why.hidden = !passage.pages; // nor has it a place in the library to explain it from
  const badges = make("span", "badges");
  badges.append(...gradeNodes(grade), ...badgeNodes(entry));
  foot.append(badges, toggle, why, open);
  return foot;
}

// One card: <li> keeps the place in the grid, <article> is what moves, lights up and has focus.
export function cardNode(view, side, entry, actions) {
  const passage = view.passages[entry.passage];
  const place = make("li", "place");
  place.style.gridRow = String(entry.rank <= view.top_n ? entry.rank : entry.rank + 1);
  const card = make("article", `card ${entry.move}`);
  card.tabIndex = -1;
  card.style.setProperty("--hue", hue(passage.tag));
  card.setAttribute("aria-label", entry.label);
  card.setAttribute("aria-describedby", "keys");
  const scores = make("div", "scores");
  scores.append(...entry.scores.map(scoreNode));
  const line = make("div", "line");
  line.append(whereNode(passage), scores);
  const text = make("div", "text");
  text.dir = "auto";
  text.append(passageBody(passage.runs, actions.openQuote));
  card.append(make("div", "rank", String(entry.rank)), headNode(passage, entry, actions));
  card.append(line, text, footNode(entry, passage, actions, view.grades?.[passage.id]));
  for (const node of card.querySelectorAll("button")) node.tabIndex = -1;
  place.append(card);
  return { place, card, entry, side, text, body: text.firstChild, passage: entry.passage };
}

// How many lines of text to leave out above, so that the best sentence is in view.
function linesAbove(quote, height, lineHeight, lines) {
  const first = Math.round(quote.top / lineHeight);
  const last = Math.round(quote.bottom / lineHeight);
  const all = Math.round(height / lineHeight);
  if (last < lines) return 0;
  const middle = Math.floor((first + last - lines) / 2);
  return Math.max(0, Math.min(last - first >= lines ? first : middle, all - lines));
}

function measureText(item, open) {
  const style = getComputedStyle(item.text);
  const box = item.body.getBoundingClientRect();
  const quote = item.body.querySelector(".quote")?.getBoundingClientRect();
  const lineHeight = parseFloat(style.lineHeight);
  const lines = Number(style.getPropertyValue("--lines"));
  const tall = box.height > lines * lineHeight + 1;
  const span = quote ? { top: quote.top - box.top, bottom: quote.bottom - box.top } : null;
  const skip = tall && !open && span ? linesAbove(span, box.height, lineHeight, lines) : 0;
  const clamped = tall && !open;
  const end = (skip + lines) * lineHeight;
  // a line of the best sentence is never paled, even where the text goes on
  const cutAbove = skip > 0 && span.top > (skip + 0.5) * lineHeight;
  const cutBelow = clamped && box.height > end + 1 && !(span && span.top < end && span.bottom > end - 0.5 * lineHeight);
  return { item, open, tall, skip, cutAbove, cutBelow, lineHeight };
}

// Show a window of a few lines around the best sentence, or the whole text.
export function clampTexts(items, opened) {
  const measured = items.map((item) => measureText(item, opened.has(textKey(item))));
  for (const { item, open, tall, skip, cutAbove, cutBelow, lineHeight } of measured) {
    item.card.classList.toggle("opened", open);
    item.text.classList.toggle("cut-above", cutAbove);
    item.text.classList.toggle("cut-below", cutBelow);
    item.body.style.transform = skip ? `translateY(${-skip * lineHeight}px)` : "";
    const toggle = item.card.querySelector(".toggle");
    toggle.hidden = !tall && !open;
    toggle.textContent = open ? "Less" : "More";
    toggle.setAttribute("aria-expanded", String(open));
  }
}

function textKey(item) {
  return `${item.side}/${item.passage}`;
}
