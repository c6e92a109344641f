/** Curves as SVG, the same bytes for the same numbers. */

import { scaleLog, scalePoint } from "d3-scale";
import { line } from "d3-shape";

const SIZE = { width: 820, height: 440 };
const MARGIN = { top: 64, right: 190, bottom: 52, left: 64 };
const INSIDE = {
  left: MARGIN.left,
  right: SIZE.width - MARGIN.right,
  top: MARGIN.top,
  bottom: SIZE.height - MARGIN.bottom,
};
/** Okabe and Ito's, which people tell apart whose eyes mix up others; on white. */
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#a07000", "#56b4e9", "#404040"];
const LABEL_HEIGHT = 15;

/**
 * A chart of several curves. `x.values` are words, or numbers on a logarithmic scale; `y.ticks` are on a logarithmic scale, and none is
 * below or above the first and last. A point of a curve is `[x, y]`; where y is Infinity the curve ends, with a cross at the last point.
 */
export function drawChart({ title, x, y, curves }) {
  const across = xScale(x);
  const up = scaleLog([y.ticks[0], y.ticks.at(-1)], [INSIDE.bottom, INSIDE.top]);
  const drawn = curves.map((curve, at) => placeCurve(curve, { across, up, colour: COLOURS[at] }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${escape(title)}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${SIZE.width}" height="${SIZE.height}" fill="#fff"/>`,
    text(16, 26, title, { size: 15, weight: 600 }),
    ...horizontal(y, up),
    ...vertical(x, across),
    ...drawn.flatMap(({ marks }) => marks),
    ...labels(drawn),
    "</svg>\n",
  ].join("\n");
}

function xScale({ values }) {
  const range = [INSIDE.left + 12, INSIDE.right - 12];
  const areWords = typeof values[0] === "string";
  return areWords ? scalePoint(values, range) : scaleLog([values[0], values.at(-1)], range);
}

function horizontal({ ticks, label }, up) {
  const lines = ticks.flatMap((tick) => [
    `<line x1="${INSIDE.left}" x2="${INSIDE.right}" y1="${fixed(up(tick))}" y2="${fixed(up(tick))}" stroke="#ddd"/>`,
    text(INSIDE.left - 8, up(tick) + 4, tick.toLocaleString("en-US"), { anchor: "end" }),
  ]);
  return [...lines, text(16, INSIDE.top - 12, label)];
}

function vertical({ values, ticks = values, label }, across) {
  const middle = (INSIDE.left + INSIDE.right) / 2;
  return [
    ...ticks.map((tick) =>
      text(across(tick), INSIDE.bottom + 20, tick.toLocaleString("en-US"), { anchor: "middle" }),
    ),
    text(middle, INSIDE.bottom + 42, label, { anchor: "middle" }),
  ];
}

/** Marks of a curve, and where its name belongs. */
function placeCurve({ name, points }, { across, up, colour }) {
  const end = points.findIndex(([, y]) => y === Infinity);
  if (end === 0) throw new Error(`The curve of ${name} has no point.`);
  const shown = (end === -1 ? points : points.slice(0, end)).map(([x, y]) => [across(x), up(y)]);
  const marks = [
    `<path d="${line().digits(1)(shown)}" fill="none" stroke="${colour}" stroke-width="2"/>`,
  ];
  for (const [x, y] of shown) {
    marks.push(`<circle cx="${fixed(x)}" cy="${fixed(y)}" r="3" fill="${colour}"/>`);
  }
  const [x, y] = shown.at(-1);
  const fails = end !== -1;
  if (fails) marks.push(cross(x, y, colour));
  return { name: fails ? `${name} ✕` : name, colour, marks, y, x };
}

function cross(x, y, colour) {
  const [left, right, top, bottom] = [x - 7, x + 7, y - 7, y + 7].map(fixed);
  return `<path d="M${left},${top}L${right},${bottom}M${left},${bottom}L${right},${top}" stroke="${colour}" stroke-width="2"/>`;
}

/** Names beside the ends of their curves, from the top downwards, none over another; a thin line leads there. */
function labels(drawn) {
  let free = INSIDE.top - LABEL_HEIGHT;
  return drawn
    .toSorted((a, b) => a.y - b.y)
    .flatMap(({ name, colour, x, y }) => {
      free = Math.max(free + LABEL_HEIGHT, y);
      const at = INSIDE.right + 14;
      const leader = `<path d="M${fixed(x + 4)},${fixed(y)}L${at - 4},${fixed(free)}" stroke="${colour}" stroke-opacity="0.35"/>`;
      return [leader, text(at, free + 4, name, { colour })];
    });
}

function text(x, y, words, { anchor = "start", size, weight, colour = "#333" } = {}) {
  const more = [size && ` font-size="${size}"`, weight && ` font-weight="${weight}"`].filter(
    Boolean,
  );
  return `<text x="${fixed(x)}" y="${fixed(y)}" text-anchor="${anchor}" fill="${colour}"${more.join("")}>${escape(words)}</text>`;
}

function fixed(number) {
  return Number(number.toFixed(1));
}

function escape(words) {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
