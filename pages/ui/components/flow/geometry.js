// The geometry of the flow: where a row stands, and the curve of a passage between two lists.
// The height of a row depends on its place alone, so one place has one height in every list.
import { draw } from "../shared/svg.js";

const LEAD = 10; // the first rows are large enough to read in every comparison
export const TALL = 27;
export const CUT_ROOM = 22;
const MARGIN = 6;

export function rowHeight(place, count, topN) {
  if (place <= Math.max(LEAD, topN) || count <= 30) return TALL;
  return count <= 64 ? 18 : 7;
}

// Top of every place from 1, with the bottom of the last one at the end.
export function rowTops(count, topN) {
  const tops = [0, MARGIN];
  for (let place = 1; place <= count; place += 1) {
    const room = place === topN && count > topN ? CUT_ROOM : 0;
    tops.push(tops[place] + rowHeight(place, count, topN) + room);
  }
  return tops;
}

// A curve in two points with level ends.
export function wayPath(x0, y0, x1, y1) {
  const middle = ((x0 + x1) / 2).toFixed(1);
  const [a, b] = [y0.toFixed(1), y1.toFixed(1)];
  return `M${x0.toFixed(1)},${a}C${middle},${a} ${middle},${b} ${x1.toFixed(1)},${b}`;
}

// Where such a curve crosses a height: y runs as 3t^2 - 2t^3, solved by halving.
export function crossing(x0, y0, x1, y1, y) {
  const part = (y - y0) / (y1 - y0);
  let [low, high] = [0, 1];
  for (let i = 0; i < 30; i += 1) {
    const t = (low + high) / 2;
    if (3 * t * t - 2 * t * t * t < part) low = t;
    else high = t;
  }
  const t = (low + high) / 2;
  const bend = 1.5 * (1 - t) * t;
  return x0 + (x1 - x0) * (bend * (1 - t) + bend * t + t * t * t);
}

// Thin for a small move, wide for the largest of this comparison.
export function wayWidth(size, largest) {
  return size && largest ? 1.5 + 4 * Math.sqrt(size / largest) : 1;
}

// Rising ends in a full arrow head, falling in an open one, unchanged in a dot.
export function headShape(move, x, y, width) {
  const r = 3 + width * 0.55;
  if (move === "rose") return { d: `M${x - 2 * r},${y - r}L${x},${y}L${x - 2 * r},${y + r}Z`, r };
  if (move === "fell") return { d: `M${x - 1.6 * r},${y - r}L${x},${y}L${x - 1.6 * r},${y + r}`, r };
  return { d: `M${x - 4},${y}a2,2 0 1 0 4,0a2,2 0 1 0 -4,0Z`, r: 4 };
}

export function crossMark(kind) {
  const group = draw("g", {}, `cross ${kind}`);
  group.append(draw("circle", { r: 7 }));
  group.append(draw("path", { d: kind === "entered" ? "M-3.5,0H3.5M0,-3.5V3.5" : "M-3.5,0H3.5" }));
  return group;
}
