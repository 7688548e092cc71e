// The lane between the lists: one curve for each passage, from the middle of its card on the
// left to the middle of its card on the right, in pixels of the lane.
import { draw, hue } from "../shared/svg.js";

const LABEL_WIDTH = 26;
const LABEL_HEIGHT = 16;

function middle(item, top) {
  const box = item.place.getBoundingClientRect();
  return box.top + box.height / 2 - top;
}

function curve(from, to, width) {
  const bend = width * 0.5;
  return `M0,${from.toFixed(1)}C${bend},${from.toFixed(1)} ${width - bend},${to.toFixed(1)} ` +
    `${width},${to.toFixed(1)}`;
}

// A line whose other end is not shown runs down to the lower edge.
function runOut(side, y, x, bottom, width) {
  const start = side === 0 ? 0 : width;
  const knee = side === 0 ? Math.min(x, width * 0.5) : Math.max(x, width * 0.5);
  return `M${start},${y.toFixed(1)}C${knee},${y.toFixed(1)} ${x},${y.toFixed(1)} ` +
    `${x},${Math.min(bottom, y + 90).toFixed(1)}L${x},${bottom.toFixed(1)}`;
}

// Places at the lower edge for the ranks that are not shown: those of the left list in the left
// half, by rank, those of the right list in the right half; in as many rows as they need.
function stubs(entries, half, width) {
  const ordered = [...entries].sort((a, b) => a.rank - b.rank);
  const room = width / 2 - 8;
  const rows = Math.max(1, Math.ceil((ordered.length * LABEL_WIDTH) / room));
  const step = ordered.length > 1 ? room / ordered.length : room;
  return ordered.map((entry, i) => ({
    ...entry,
    x: (half === 0 ? 4 : width / 2 + 4) + step * (i + 0.5),
    row: i % rows,
    rows,
  }));
}

// What to join: pairs with both ends shown, and single ends with the rank they come from.
function joins(shown) {
  const [left, right] = shown;
  const pairs = [];
  const singles = [[], []];
  for (const [passage, item] of left) {
    const twin = right.get(passage);
    if (twin) pairs.push({ passage, from: item, to: twin });
    else if (item.entry.twin) singles[1].push({ item, passage, rank: item.entry.twin, side: 0 });
  }
  for (const [passage, item] of right) {
    if (left.has(passage) || !item.entry.twin) continue;
    singles[0].push({ item, passage, rank: item.entry.twin, side: 1 });
  }
  return { pairs, singles };
}

// Thin for a small move, wider with the root of its size; a passage that kept its place is thin.
function moveWidth(entry) {
  const size = entry.twin ? Math.abs(entry.rank - entry.twin) : 0;
  return 1.25 + Math.min(3, 0.5 * Math.sqrt(size));
}

function lineGroup(entry, passage, tag) {
  const weight = entry.badges.some((badge) => badge.kind !== "cut") ? "weighty" : "";
  const group = draw("g", {}, `join ${entry.move} ${weight}`);
  group.style.setProperty("--hue", hue(tag));
  group.style.setProperty("--wide", `${moveWidth(entry).toFixed(2)}px`);
  group.dataset.passage = String(passage);
  return group;
}

function dock(x, y) {
  return draw("circle", { cx: x, cy: y.toFixed(1), r: 4 }, "dock");
}

function pairLine(join, view, top, width, shift) {
  const from = middle(join.from, top);
  const to = middle(join.to, top) + shift(join.to);
  const group = lineGroup(join.to.entry, join.passage, view.passages[join.passage].tag);
  group.append(draw("path", { d: curve(from, to, width) }, "way"), dock(0, from), dock(width, to));
  return group;
}

function singleLine(stub, view, top, width, bottom, shift) {
  const y = middle(stub.item, top) + (stub.side === 1 ? shift(stub.item) : 0);
  const group = lineGroup(stub.item.entry, stub.passage, view.passages[stub.passage].tag);
  const labelY = bottom + LABEL_HEIGHT * (stub.row + 1);
  const label = draw("text", { x: stub.x.toFixed(1), y: labelY.toFixed(1) }, "stub");
  label.textContent = String(stub.rank);
  const end = labelY - LABEL_HEIGHT + 3;
  const d = runOut(stub.side, y, stub.x, end, width);
  group.append(draw("path", { d }, "way"), dock(stub.side === 0 ? 0 : width, y), label);
  return group;
}

// Draw all lines; `shift` says how far a card of the right list is from its place just now.
export function drawLines(svg, view, shown, shift) {
  const lane = svg.parentNode.getBoundingClientRect();
  const { pairs, singles } = joins(shown);
  const ends = [...stubs(singles[0], 0, lane.width), ...stubs(singles[1], 1, lane.width)];
  const rows = ends.length ? Math.max(...ends.map((end) => end.rows)) : 0;
  const room = rows ? rows * LABEL_HEIGHT + 10 : 0;
  const bottom = lane.height;
  svg.setAttribute("height", bottom + room);
  svg.replaceChildren(
    ...pairs.map((join) => pairLine(join, view, lane.top, lane.width, shift)),
    ...ends.map((end) => singleLine(end, view, lane.top, lane.width, bottom, shift)),
  );
  svg.closest(".board").style.paddingBottom = `${room}px`;
}
