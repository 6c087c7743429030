// Zoomed in, the clock above the lanes and the lines behind them get finer, as far as labels do not meet.

const SECOND = 1000;
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600].map((seconds) => seconds * SECOND);
const SVG = "http://www.w3.org/2000/svg";
const [SHORT, LONG] = [64, 86]; // pixels between "10:05" and the next, and between "10:05:02" and the next

const added = (parent, tag, attributes, words = "") => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries({ ...attributes, class: "fine" })) element.setAttribute(name, value);
  element.textContent = words;
  parent.append(element);
};

/** Labels for the stretch that `zoom` shows and as much on either side; `clock` writes "10:05:02". */
export const rule = (zoom, clock) => {
  const [axis, grid] = [document.getElementById("axis"), document.getElementById("grid")];
  if (!axis) return;
  for (const old of document.querySelectorAll("#axis .fine, #grid .fine")) old.remove();
  const { from, to, first, step: coarse } = Object.fromEntries(Object.entries(axis.dataset).map(([k, v]) => [k, +v]));
  const span = to - from;
  const pixels = axis.getBoundingClientRect().width / span;
  const step = STEPS.find((one) => coarse % one === 0 && one * pixels >= (one < 60 * SECOND ? LONG : SHORT));
  const finer = zoom.factor > 1 && first && step && step < coarse;
  axis.classList.toggle("is-fine", Boolean(finer));
  if (!finer) return;
  const begin = Math.max(from, from + (span * (zoom.pan - 1)) / zoom.factor);
  const end = Math.min(to, from + (span * (zoom.pan + 2)) / zoom.factor);
  for (let at = first + Math.ceil((begin - first) / step) * step; at <= end; at += step) {
    const x = `${((at - from) / span) * 100}%`;
    added(axis, "text", { x, y: 19 }, step < 60 * SECOND ? clock(at) : clock(at).slice(0, 5));
    if ((at - first) % coarse) added(grid, "line", { x1: x, x2: x, y1: 0, y2: "100%" });
  }
};
