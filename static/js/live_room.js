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
  if (event.detail.elt.id === "live") event.detail.parameters.set("active", event.detail.elt.dataset.active);
});

// Swapped in place, a row would lose the focus of whoever stands on one of its links.
let stood = null;
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const row = event.detail.target.closest?.("tr[id]");
  if (!row?.contains(document.activeElement)) return;
  stood = { id: row.id, index: [...row.querySelectorAll("a")].indexOf(document.activeElement) };
});
document.addEventListener("htmx:oobAfterSwap", () => {
  if (!stood) return;
  document.getElementById(stood.id)?.querySelectorAll("a")[stood.index]?.focus({ preventScroll: true });
  stood = null;
});

watch(settle);
