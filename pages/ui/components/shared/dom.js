// What every component needs of the document. Text that a document or a person wrote becomes a text
// node, never markup.

const KEPT = new WeakMap();

export function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

export function button(className, text, action) {
  const node = make("button", className, text);
  node.type = "button";
  node.addEventListener("click", action);
  return node;
}

// Streamlit calls a component at every change of its data or of the theme, with the same element:
// what was made for that element lives on.
export function kept(Kind, root) {
  if (!KEPT.has(root)) KEPT.set(root, new Kind(root));
  return KEPT.get(root);
}
