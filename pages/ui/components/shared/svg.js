// Shapes, and the colour of a passage.

const SVG = "http://www.w3.org/2000/svg";

export function draw(tag, attributes, className) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (className) node.setAttribute("class", className);
  return node;
}

// Neighbouring candidates get hues far apart: the golden angle never repeats itself.
export function hue(tag) {
  return Math.round((255 + tag * 137.508) % 360);
}
