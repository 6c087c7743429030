// The timeline: crosshair, tips, detail cards, keys, zoom and pan. The server draws everything; this moves about in it.
import { Zoom } from "./zoom.js";
import { watch } from "./live.js";
import { copiedLinks } from "./copied_links.js";
import { overview } from "./overview.js";
import { rule } from "./ruler.js";
import { runLanes } from "./run_lanes.js";

const root = document.querySelector(".tl");
const $ = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 760px)");

// ── Time and place ──────────────────────────────────────────────────────────────────────────────

const wall = new Intl.DateTimeFormat("en-GB", {
  timeZone: root.dataset.zone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});
const clock = (at) => wall.format(at);
const axis = () => $("axis")?.dataset;
const share = (at) => (at - axis().from) / (axis().to - axis().from);
const instant = (fraction) => Math.round(+axis().from + fraction * (axis().to - axis().from));
const iso = (at) => new Date(at).toISOString();
const percent = (fraction) => `${fraction * 100}%`;

/** The left edge and width of the drawn time, in pixels of the window, however zoomed. */
const drawn = () => $("axis").getBoundingClientRect();
/** The part of it that is seen. */
const seen = () => $("frame").getBoundingClientRect();
const left = () => seen().left + (phone.matches ? 0 : document.querySelector(".tl-axis .tl-who").offsetWidth);
const fractionAt = (x) => Math.min(1, Math.max(0, (x - drawn().left) / drawn().width));

// ── The address ─────────────────────────────────────────────────────────────────────────────────

const MINE = { drawing: ["q", "sort", "trouble", "view", "lanes", "whole", "part", "person", "lane", "at"], table: ["by", "page", "open", "figure"] };

/** The address with some parameters changed; null takes one away. */
const address = (changes) => {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url;
};
const remember = (changes) => history.replaceState(history.state, "", address(changes));

// A link was drawn when the rest of the page stood otherwise: what the other half asks for is taken from the address.
document.addEventListener("htmx:configRequest", (event) => {
  const half = event.detail.target?.id;
  if (!(half in MINE)) return;
  const [path, query] = event.detail.path.split("?");
  const asked = new URLSearchParams(query);
  const now = new URLSearchParams(location.search);
  for (const [id, names] of Object.entries(MINE)) {
    if (id === half) continue;
    for (const name of names) {
      asked.delete(name);
      if (event.detail.elt.matches("form")) event.detail.parameters.delete(name);
      for (const value of now.getAll(name)) asked.append(name, value);
    }
  }
  if (now.has("zoom")) asked.set("zoom", now.get("zoom"));
  event.detail.path = asked.size ? `${path}?${asked}` : path;
});

// A search leaves out what is empty, so that the address stays short.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.id === "find-person" && !$("find-words").value.trim()) event.detail.parameters.delete("q");
});

// ── Crosshair ───────────────────────────────────────────────────────────────────────────────────

let at = null; // where the crosshair is held: the moment of the address, or where the keys went

const cross = (moment) => {
  const [line, pill] = [$("cross"), $("pill")];
  if (!line || !pill) return;
  const off = moment === null;
  line.classList.toggle("is-off", off);
  pill.classList.toggle("is-off", off);
  const fraction = off ? 0 : share(moment);
  if (!off) {
    for (const end of ["x1", "x2"]) line.firstElementChild.setAttribute(end, percent(fraction));
    pill.setAttribute("x", percent(fraction));
    pill.querySelector("text").textContent = clock(moment);
  }
  const room = off ? -1 : 56 / drawn().width;
  for (const label of $("axis").querySelectorAll("text")) {
    label.toggleAttribute("opacity", Math.abs(parseFloat(label.getAttribute("x")) / 100 - fraction) < room);
    if (label.hasAttribute("opacity")) label.setAttribute("opacity", "0");
  }
};
const hold = (moment) => {
  at = moment;
  cross(at);
};

// ── Rows ────────────────────────────────────────────────────────────────────────────────────────

const rows = () => [...root.querySelectorAll(".tl-row[data-key]")];
const rowOf = (element) => element?.closest?.(".tl-row[data-key]");
const who = (row) => row.querySelector(".tl-who");
const moments = (row) =>
  [...row.querySelectorAll("[data-at]")]
    .filter((mark) => !mark.closest(".tl-card"))
    .map((mark) => ({ at: +mark.dataset.at, words: mark.querySelector("title")?.textContent ?? "" }))
    .sort((one, other) => one.at - other.at);

/** What a lane shows at a moment, read off its shapes. */
const STRIPS = { "p-mic": "microphone open", "p-cam": "camera on", "p-scr": "screen shared" };
const stateAt = (row, fraction) => {
  const covers = (shape) => {
    const x = parseFloat(shape.getAttribute("x"));
    return fraction * 100 >= x && fraction * 100 < x + parseFloat(shape.getAttribute("width"));
  };
  const on = (name) => [...row.querySelectorAll(`.tl-plot .${name}`)].some(covers);
  if (!on("p-bar")) return "not there";
  const words = Object.entries(STRIPS).filter(([name]) => on(name)).map(([, text]) => text);
  return ["present", ...words].join(", ");
};

const say = (words) => {
  if ($("say")) $("say").textContent = words;
};

/** One stop for the tab key: the row last used, else the first. */
const rove = (row) => {
  for (const other of rows()) who(other).tabIndex = other === row ? 0 : -1;
};

// ── The card ────────────────────────────────────────────────────────────────────────────────────

const place = () => {
  const card = $("card");
  const row = rowOf(card);
  if (!row) return;
  card.style.left = "";
  card.classList.remove("is-above");
  if (phone.matches) return;
  const box = row.getBoundingClientRect();
  const begin = left() - box.left;
  const width = card.offsetWidth;
  const end = seen().right - box.left;
  let x = begin + 16;
  if (card.dataset.at) {
    const middle = drawn().left - box.left + share(+card.dataset.at) * drawn().width;
    // On the side that covers fewer marks, if there is room for it.
    const marks = [...root.querySelectorAll(".tl-body use")].map((mark) => mark.getBoundingClientRect().left - box.left);
    const covered = (from) => marks.filter((mark) => mark > from && mark < from + width).length;
    const sides = [middle - 16 - width, middle + 16].filter((from) => from >= begin && from + width <= end);
    x = sides.sort((one, other) => covered(one) - covered(other))[0] ?? Math.min(Math.max(begin, middle + 16), end - width);
  }
  card.style.left = `${Math.max(0, x)}px`;
  const below = document.documentElement.scrollHeight - (window.scrollY + box.bottom);
  card.classList.toggle("is-above", below < card.offsetHeight + 16 && box.top > card.offsetHeight);
};

let turn = 0; // of what was asked for: a card that comes late, after something else was, is not wanted any more
const close = ({ focus = true } = {}) => {
  turn += 1;
  const row = rowOf($("card"));
  const name = $("card")?.closest(".tl-row")?.querySelector(".tl-who");
  $("card")?.remove();
  for (const other of root.querySelectorAll(".tl-row.is-at, .tl-row.has-card")) {
    if (!other.parentElement.classList.contains("found") || other === row) other.classList.remove("is-at");
    other.classList.remove("has-card");
  }
  if (focus) name?.focus({ preventScroll: true });
  hold(null);
  remember({ person: null, lane: null, at: null });
};

const open = async (row, moment, { focus = false } = {}) => {
  const mine = ++turn;
  const url = new URL(root.dataset.card, location.href);
  url.search = address({ person: row.dataset.key, lane: null, at: moment === null ? null : iso(moment) }).search;
  let html;
  try {
    const answer = await fetch(url, { headers: { "HX-Request": "true" } });
    if (answer.status !== 200 || answer.redirected) throw new Error(answer.statusText);
    html = await answer.text();
  } catch {
    if (mine === turn) say("The details could not be loaded. Please try again.");
    return;
  }
  if (mine !== turn) return;
  if (!row.isConnected) row = rows().find((other) => other.dataset.key === row.dataset.key);
  if (!row) return;
  close({ focus: false });
  row.insertAdjacentHTML("beforeend", html);
  row.classList.add("is-at", "has-card");
  remember({ person: row.dataset.key, lane: null, at: moment === null ? null : iso(moment) });
  hold(moment);
  if (moment !== null) zoom.show(share(moment));
  place();
  rove(row);
  const card = $("card");
  say(`${card.getAttribute("aria-label")}: ${card.querySelector(".lead").innerText.trim()}`);
  if (focus) card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
};

/** The mark under or near the pointer, else the moment itself. */
const nearest = (row, x) => {
  const reach = 10;
  for (const mark of row.querySelectorAll(".tl-plot use")) {
    const box = mark.getBoundingClientRect();
    if (x >= box.left - 2 && x <= box.right + 2) return +(mark.closest("[data-at]") ?? mark).dataset.at;
  }
  const close = moments(row).find((one) => Math.abs(drawn().left + share(one.at) * drawn().width - x) < reach / 4);
  return close ? close.at : instant(fractionAt(x));
};

// ── Pointer ─────────────────────────────────────────────────────────────────────────────────────

const tip = document.createElement("div");
tip.className = "tl-tip is-off";
tip.setAttribute("aria-hidden", "true");
document.body.append(tip);

const thinPerson = (block, y) => {
  const people = block.querySelector("template[data-people]").content.children;
  const box = block.querySelector("svg").getBoundingClientRect();
  return people[Math.min(people.length - 1, Math.max(0, Math.floor(((y - box.top) / box.height) * people.length)))];
};

let waiting = 0;
root.addEventListener("pointermove", (event) => {
  if (event.pointerType === "touch" || root.classList.contains("is-dragging") || waiting) return;
  waiting = requestAnimationFrame(() => {
    waiting = 0;
    const inPlot = event.target.isConnected && event.target.closest(".tl-body") && event.clientX > left() && !event.target.closest(".tl-card");
    if (!inPlot || !axis()) return leave();
    const fraction = fractionAt(event.clientX);
    cross(instant(fraction));
    const row = rowOf(event.target);
    const thin = event.target.closest(".tl-thin");
    const mark = event.target.closest(".tl-plot use")?.querySelector("title")?.textContent;
    const run = event.target.closest("[data-tip]");
    const words = run ? runs.tip(run, fraction) : row ? mark ?? stateAt(row, fraction) : thin ? thinPerson(thin, event.clientY).textContent : "";
    tip.textContent = words;
    tip.classList.toggle("is-off", !words);
    tip.classList.toggle("is-long", words.length > 48);
    const across = event.clientX + 14 + tip.offsetWidth > innerWidth ? event.clientX - 14 - tip.offsetWidth : event.clientX + 14;
    tip.style.transform = `translate(${across}px, ${event.clientY + 18}px)`;
  });
});
const leave = () => {
  tip.classList.add("is-off");
  if (axis()) cross(at);
};
root.addEventListener("pointerleave", leave);
addEventListener("scroll", () => tip.classList.add("is-off"), { passive: true });

root.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (event.target.closest("#card-close")) {
    event.preventDefault();
    return close();
  }
  const card = event.target.closest(".tl-card");
  if (card) {
    const moment = event.target.closest(".card-marks a");
    if (moment) {
      event.preventDefault();
      open(rowOf(card), +moment.dataset.at, { focus: true });
    }
    return;
  }
  if (zoom.moved) return; // the end of a drag
  const row = rowOf(event.target);
  if (row && event.target.closest(".tl-who")) {
    event.preventDefault();
    return open(row, null);
  }
  if (row && event.target.closest(".tl-plot")) return open(row, nearest(row, event.clientX));
  const thin = event.target.closest(".tl-thin");
  if (thin && event.target.closest("svg")) {
    const person = thinPerson(thin, event.clientY).dataset.key;
    const moment = iso(instant(fractionAt(event.clientX)));
    redraw(address({ person, lane: null, at: moment }));
  }
});

/** Draw the timeline anew under another address. */
const redraw = (url) => {
  turn += 1;
  history.pushState(history.state, "", url);
  return htmx.ajax("GET", url.pathname + url.search, { target: "#drawing", swap: "innerHTML" });
};

// ── Keys ────────────────────────────────────────────────────────────────────────────────────────

const step = (row, forward) => {
  const all = moments(row);
  const from = at ?? (forward ? -Infinity : Infinity);
  const next = forward ? all.find((one) => one.at > from) : all.findLast((one) => one.at < from);
  if (!next) return;
  hold(next.at);
  zoom.show(share(next.at));
  say(next.words || `Joined at ${clock(next.at)}`);
  if ($("card")) open(row, next.at, { focus: document.activeElement === $("card") });
};
const edge = (last) => {
  const { begin, finish } = $("so-far-lines").dataset;
  const moment = +(last ? finish : begin);
  hold(moment);
  zoom.show(share(moment));
  say(`${last ? "End" : "Start"}, ${clock(moment)}`);
};

root.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, summary")) return;
  const row = rowOf(event.target);
  const inCard = event.target.closest(".tl-card");
  const done = () => event.preventDefault();
  if (event.key === "/" && $("find-words")) {
    event.stopPropagation(); // the page's own search stays where it is
    done();
    $("find-words").focus();
    return $("find-words").select();
  }
  if (event.key === "+" || event.key === "=") return done(), zoom.by(2, at === null ? 0.5 : share(at));
  if (event.key === "-") return done(), zoom.by(0.5, at === null ? 0.5 : share(at));
  if (!row) return;
  if (event.key === "ArrowLeft" || event.key === "ArrowRight") return done(), step(row, event.key === "ArrowRight");
  if (inCard) return;
  const all = rows();
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    done();
    const next = all[all.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    rove(next);
    who(next).focus();
    who(next).scrollIntoView({ block: "nearest" });
  }
  if (event.key === "Home" || event.key === "End") return done(), edge(event.key === "End");
  if (event.key === "Enter") return done(), open(row, at, { focus: true });
});

// A card opened by the mouse leaves the focus where it was, so Escape is heard on the whole page.
document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.closest?.("input, select, textarea, dialog, details[data-menu][open]");
  if (event.key !== "Escape" || elsewhere || event.defaultPrevented) return;
  turn += 1; // a card still on its way is not wanted any more either
  if (!$("card")) return;
  event.preventDefault();
  close();
});

// ── Beginning, and after every swap ─────────────────────────────────────────────────────────────

const zoom = new Zoom(root, {
  axis: drawn,
  left,
  changed: (factor) => {
    remember({ zoom: factor > 1 ? +factor.toFixed(2) : null });
    rule(zoom, clock);
    cross(at);
    place();
    overview.refresh?.();
  },
});

const runs = runLanes(root, { clock, instant, fractionAt, zoom });
copiedLinks(say);

const settle = () => {
  for (const hidden of document.querySelectorAll("#zoom, [data-copy][hidden]")) hidden.hidden = false;
  if (!axis()) return;
  zoom.refresh();
  rule(zoom, clock);
  const row = rowOf($("card")) ?? rowOf(document.activeElement) ?? rows()[0];
  if (row) rove(row);
  at = $("card")?.dataset.at ? +$("card").dataset.at : at;
  const asked = new URLSearchParams(location.search).get("at");
  if (at === null && asked && !Number.isNaN(Date.parse(asked))) at = Date.parse(asked);
  if (at !== null && asked) zoom.show(share(at));
  cross(at);
  place();
  overview.start(root, zoom);
};
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target?.id === "drawing") {
    at = null;
    settle();
    const lane = document.querySelector(".run-card");
    if (lane) say(`${lane.getAttribute("aria-label")}: ${lane.querySelector(".lead").innerText.trim()}`);
    $("card")?.scrollIntoView({ block: "nearest" });
  }
});
addEventListener("resize", () => {
  if (axis()) zoom.refresh(), rule(zoom, clock), cross(at), place();
});
watch(() => {
  if (!axis()) return;
  const row = rowOf(document.activeElement) ?? rowOf($("card"));
  if (row) rove(row);
  else if (!root.querySelector('.tl-who[tabindex="0"]') && rows()[0]) rove(rows()[0]);
  for (const other of rows()) if (other !== row && who(other).tabIndex === 0 && row) who(other).tabIndex = -1;
  zoom.refresh();
  rule(zoom, clock);
  cross(at);
  place();
});
settle();
// A link to a moment: the browser goes to its anchor first, so the card is brought into view after that.
addEventListener("load", () => requestAnimationFrame(() => $("card")?.scrollIntoView({ block: "center" })));
