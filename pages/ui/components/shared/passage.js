// The text of a passage: pieces, each with a style.
import { make } from "./dom.js";

const MARK = 1;
const QUOTE = 2;

export function isQuote([, style]) {
  return Boolean(style & QUOTE);
}

export function runNode([text, style]) {
  return style & MARK ? make("mark", "", text) : document.createTextNode(text);
}
