// Each sentence of a passage with what it is worth to both models. Texts become text nodes.
import { make } from "../shared/dom.js";

function shadeOf(node, part) {
  node.style.setProperty("--shade", Math.abs(part.shade).toFixed(3));
  node.classList.add(part.shade < 0 ? "against" : "for");
}

function wordNode(part) {
  const item = make("li", "word");
  shadeOf(item, part);
  item.append(make("bdi", "", part.text), make("span", "fall", part.fall || "–"));
  return item;
}

function fallNode(part) {
  const cell = make("div", "cell fallen");
  const bar = make("span", "bar");
  shadeOf(bar, part);
  bar.append(make("i", ""));
  cell.append(make("span", "fall", part.fall || "–"), bar);
  return cell;
}

function cosineNode(part) {
  const cell = make("div", "cell near");
  const bar = make("span", "bar plain");
  bar.append(make("i", ""));
  bar.firstChild.style.width = `${100 * part.cosine_bar}%`;
  cell.append(bar, make("span", "cosine", part.cosine));
  return cell;
}

function sentenceNode(part) {
  const item = make("li", part.strongest ? "sentence strongest" : "sentence");
  const text = make("p", "text", part.text);
  text.dir = "auto";
  shadeOf(text, part);
  const notes = make("div", "notes");
  if (part.strongest) notes.append(make("span", "note", "most important: the logit drops most without it"));
  if (part.nearest) notes.append(make("span", "note", "closest for the bi-encoder"));
  const middle = make("div", "middle");
  middle.append(text, notes);
  item.append(fallNode(part), middle, cosineNode(part));
  return item;
}

export default function (component) {
  const { data, parentElement } = component;
  const root = parentElement.querySelector(".why");
  root.querySelector(".words").replaceChildren(...data.words.map(wordNode));
  root.querySelector(".sentences").replaceChildren(...data.sentences.map(sentenceNode));
  const unread = root.querySelector(".unread");
  unread.hidden = !data.unread_note;
  unread.replaceChildren(make("p", "note", data.unread_note), make("p", "grey", data.unread));
  root.querySelector(".cost").textContent = data.cost;
}
