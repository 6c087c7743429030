// The cockpit: swaps what changed, keeps the focus where it is, and puts rows in order while nobody is in them.
import { watch } from "./live.js";

const table = () => document.querySelector("table[data-people]");

// A row that changed group or place moves there; not while somebody has the focus in the table.
const settle = () => {
  const people = table();
  if (!people || people.contains(document.activeElement)) return;
  for (const row of people.querySelectorAll("tr[data-g]")) {
    const group = document.getElementById(`t-${row.dataset.g}`);
    if (group && row.parentElement !== group) group.append(row);
  }
  for (const group of people.querySelectorAll("tbody[id]")) {
    const rows = [...group.children];
    const sorted = rows.toSorted((a, b) => (a.dataset.o < b.dataset.o ? -1 : 1));
    if (sorted.some((row, index) => row !== rows[index])) group.append(...sorted);
  }
};

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "live") event.detail.parameters.set("stage", event.detail.elt.dataset.stage);
});

// Swapped in place, a row would lose the focus of whoever stands on one of its links: it is given back. Anything else in
// use, such as an open menu, is left as it is; the page still says that it lacks the change, so it comes again.
let stood = null;
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target } = event.detail;
  const inUse = target.contains(document.activeElement);
  if (target.matches("tr")) {
    const links = [...target.querySelectorAll("a")];
    if (inUse) stood = { id: target.id, index: links.indexOf(document.activeElement) };
  } else if (inUse || target.querySelector("details[open]")) {
    // A group that gets new rows keeps those it has, and the focus among them.
    if (!target.matches("tbody")) event.detail.shouldSwap = false;
  }
});
document.addEventListener("htmx:oobAfterSwap", () => {
  if (!stood) return;
  document.getElementById(stood.id)?.querySelectorAll("a")[stood.index]?.focus({ preventScroll: true });
  stood = null;
});

watch(settle);
