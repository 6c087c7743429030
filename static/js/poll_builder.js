// Building a poll with scripts: questions and options are carried by their handle or by Alt and an arrow key, and
// what happened is said aloud. Their order on the page is their order in the form, so nothing else has to be kept.
const form = document.querySelector("[data-builder]");
const words = document.querySelector("[data-live-words]");

const say = (text) => {
  if (words) words.textContent = text;
};

const itemsOf = (list) => [...list.children].filter((child) => child.matches("[data-item]"));

// A part belongs to the nearest item around it: an option's numbers are not its question's.
const own = (item, selector) =>
  [...item.querySelectorAll(selector)].filter((part) => part.closest("[data-item]") === item);

const number = (list) => {
  const first = Number(list.dataset.first) || 1;
  itemsOf(list).forEach((item, place) => {
    for (const part of own(item, "[data-number]")) part.textContent = String(first + place);
  });
};

const settle = (item) => {
  const list = item.parentElement;
  number(list);
  dirty = true;
  const items = itemsOf(list);
  const name = list.dataset.list === "question" ? "Question" : "Option";
  say(`${name} “${textOf(item)}” is now number ${items.indexOf(item) + (Number(list.dataset.first) || 1)} of ${items.length}.`);
};

const textOf = (item) => own(item, "textarea, input[type=text]")[0]?.value.trim().slice(0, 80) || "without text";

const step = (item, by) => {
  const list = item.parentElement;
  const items = itemsOf(list);
  const to = items.indexOf(item) + by;
  if (to < 0 || to >= items.length) {
    say(by < 0 ? "It is the first already." : "It is the last already.");
    return;
  }
  const focused = document.activeElement;
  if (by < 0) list.insertBefore(item, items[to]);
  else list.insertBefore(item, items[to].nextElementSibling);
  if (item.contains(focused)) focused.focus();
  settle(item);
};

// The one thing that would be lost: what is typed and not saved.
let dirty = false;

const begin = () => {
  form.classList.add("has-script");

  form.addEventListener("input", () => {
    dirty = true;
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "do") return;
    dirty = false;
    // A second press would send it twice.
    for (const button of form.querySelectorAll(".builder-acts .btn.primary")) button.setAttribute("aria-disabled", "true");
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
  window.addEventListener("beforeunload", (event) => {
    if (dirty) event.preventDefault();
  });

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-step]");
    if (!button) return;
    event.preventDefault();
    step(button.closest("[data-item]"), Number(button.dataset.step));
  });

  form.addEventListener("keydown", (event) => {
    if (!event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    const item = event.target.closest("[data-item]");
    // Alt and an arrow open a list of choices; and a question of its own page has no place to go.
    if (!item || event.target.matches("select") || !item.querySelector(":scope [data-step]")) return;
    event.preventDefault();
    step(item, event.key === "ArrowUp" ? -1 : 1);
  });

  form.addEventListener("pointerdown", (event) => {
    const grip = event.target.closest("[data-grip]");
    if (grip && event.button === 0) carry(event, grip);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (!event.detail.target.closest("#builder")) return;
    dirty = true;
    const said = event.detail.target.querySelector("[data-said]")?.dataset.said;
    if (said) say(said);
  });

  form.querySelector("[data-problems]")?.focus();
};

const carry = (down, grip) => {
  down.preventDefault();
  const item = grip.closest("[data-item]");
  const list = item.parentElement;
  const was = itemsOf(list).indexOf(item);
  const top = grip.getBoundingClientRect().top;
  list.classList.add("is-sorting");
  item.classList.add("is-carried");
  // Folded, the page is shorter: the handle stays under the pointer where the page lets it.
  window.scrollBy(0, grip.getBoundingClientRect().top - top);
  const middle = (element) => {
    const box = element.getBoundingClientRect();
    return box.top + box.height / 2;
  };
  const start = middle(item) + window.scrollY;
  const from = down.clientY + window.scrollY;
  grip.setPointerCapture(down.pointerId);

  const move = (event) => {
    if (event.clientY < 96) window.scrollBy(0, -16);
    if (event.clientY > window.innerHeight - 96) window.scrollBy(0, 16);
    const at = start + (event.clientY + window.scrollY - from) - window.scrollY;
    const items = itemsOf(list);
    const place = items.indexOf(item);
    const before = items[place - 1];
    const after = items[place + 1];
    let moved = true;
    if (after && at > middle(after)) list.insertBefore(after, item);
    else if (before && at < middle(before)) list.insertBefore(before, after ?? null);
    else moved = false;
    if (moved) number(list);
  };
  const drop = (event) => {
    grip.removeEventListener("pointermove", move);
    grip.removeEventListener("pointerup", drop);
    grip.removeEventListener("pointercancel", drop);
    list.classList.remove("is-sorting");
    item.classList.remove("is-carried");
    if (event.type === "pointerup") item.scrollIntoView({ block: "nearest" });
    if (itemsOf(list).indexOf(item) !== was) settle(item);
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("pointerup", drop);
  grip.addEventListener("pointercancel", drop);
};

if (form) begin();
