// The player of a recording: controls of our own over <video>, which plays with its browser's own where no script runs.
// Whatever carries data-at (chapters, lines of the transcript) is a link to that place, and jumps there.

const player = document.getElementById("player");
const film = document.getElementById("film");
const byId = (id) => document.getElementById(id);

const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const [STEP, LEAP] = [5, 10]; // seconds: arrows, and J and L

export const clock = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
};

const parsed = (text) => {
  const parts = /^(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d+)?)$/.exec(text ?? "");
  return parts ? (+parts[1] || 0) * 3600 + (+parts[2] || 0) * 60 + +parts[3] : null;
};

if (player && film) {
  const scrub = byId("scrub");
  const [done, knob] = [scrub.querySelector(".c-done"), scrub.querySelector(".c-knob")];
  const zero = player.dataset.zero ? Number(player.dataset.zero) / 1000 : null; // milliseconds
  const wall = new Intl.DateTimeFormat("en-GB", {
    timeZone: player.dataset.zone,
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  const told = Number(scrub.getAttribute("aria-valuemax"));
  let wanted = parsed(player.dataset.at); // a place asked for before the film can jump

  // The length that 100ms told stands until the file says its own.
  const length = () => (Number.isFinite(film.duration) && film.duration > 0 ? film.duration : told);

  const seek = (seconds) => {
    const at = Math.min(Math.max(0, seconds), length() || seconds);
    [follows, sought] = [true, true];
    if (film.readyState < 1) {
      wanted = at;
      film.load();
    } else {
      film.currentTime = at;
    }
    show(at);
  };

  const current = (elements, at) => {
    let found = null;
    for (const element of elements) {
      if (Number(element.dataset.at) <= at + 0.05) found = element;
      else break;
    }
    return found;
  };

  const mark = (elements, chosen) => {
    for (const element of elements) {
      if (element === chosen) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    }
  };

  // The line that is said comes into view inside its own box, unless the reader is elsewhere in it.
  const follow = (line) => {
    const box = line?.closest(".lines");
    if (!box || box.matches(":hover, :focus-within")) return;
    const [outer, inner] = [box.getBoundingClientRect(), line.getBoundingClientRect()];
    if (inner.top < outer.top + 40 || inner.bottom > outer.bottom - 40) {
      box.scrollTop += inner.top - outer.top - outer.height / 3;
    }
  };

  // A long transcript is shown in parts. When the film leaves the one that is shown, that of its place is fetched,
  // unless the reader is at work in the panel: searches, is there with the keyboard or while the film plays on with the
  // pointer, or turned to another part by hand, which stays until the film is moved by hand or comes by. A finger that
  // tapped a line leaves focus and :hover behind, and is not there any more.
  let [follows, sought, fetching] = [true, false, false];
  const points = matchMedia("(hover: hover)");
  const works = (panel) =>
    byId("script-words")?.value ||
    panel.querySelector(":focus-visible") ||
    (!sought && points.matches && panel.matches(":hover"));
  const turn = (at) => {
    const part = byId("script-part");
    if (!part) return;
    const { begins, ends, partsUrl } = part.dataset;
    if (at >= Number(begins) && (!ends || at < Number(ends))) {
      [follows, sought] = [true, false];
      return;
    }
    if (!follows || fetching || works(byId("script"))) return;
    [follows, sought, fetching] = [false, false, true]; // once for each leaving, also where the answer is none
    const url = new URL(partsUrl, location.href);
    url.searchParams.set("t", at.toFixed(2));
    const target = { target: "#script-lines", swap: "innerHTML" };
    htmx.ajax("GET", url.pathname + url.search, target).finally(() => (fetching = false));
  };

  let last = null;
  const show = (at) => {
    const share = length() ? Math.min(1, at / length()) : 0;
    done.setAttribute("width", `${share * 100}%`);
    knob.setAttribute("cx", `${share * 100}%`);
    scrub.setAttribute("aria-valuenow", Math.floor(at));
    scrub.setAttribute("aria-valuetext", `${clock(at)} of ${clock(length())}`);
    byId("now").textContent = clock(at);
    if (zero !== null) {
      byId("class-time").textContent = wall.format(zero + at * 1000);
    }
    const chapters = [...document.querySelectorAll("#chapters [data-at]")];
    mark(chapters, current(chapters, at));
    const lines = [...document.querySelectorAll("#script-lines li[data-at]")];
    const line = current(lines, at);
    const over = line && line.dataset.until && Number(line.dataset.until) + 5 < at;
    mark(lines, over ? null : line);
    if (line !== last && !over) follow(line);
    last = line;
    turn(at);
    place(share, at);
    if (scrub.matches(":focus-visible") && !scrub.matches(":hover")) tell(at);
  };

  const place = (share, at) => {
    const needle = byId("class-now");
    if (needle) {
      const x = parseFloat(needle.dataset.from) + parseFloat(needle.dataset.width) * share;
      needle.setAttribute("x1", `${x}%`);
      needle.setAttribute("x2", `${x}%`);
    }
    if (zero !== null && player.dataset.session) {
      const moment = new Date(zero + Math.floor(at) * 1000).toISOString();
      for (const link of [byId("to-timeline"), byId("in-class")]) {
        if (link) link.href = `${player.dataset.session}?at=${moment}#timeline`;
      }
    }
    const copy = byId("copy-link");
    if (copy) {
      const url = new URL(location.href);
      url.searchParams.set("t", Math.floor(at));
      url.hash = "";
      copy.dataset.copy = url.href;
      copy.setAttribute("aria-label", `Copy link to ${clock(at)}`);
    }
  };

  const toggle = () => (film.paused ? film.play().catch(() => {}) : film.pause());

  const said = (button, words, pressed) => {
    button.setAttribute("aria-label", words);
    if (pressed !== undefined) button.setAttribute("aria-pressed", pressed);
  };

  const quicker = () => {
    film.playbackRate = SPEEDS[(SPEEDS.indexOf(film.playbackRate) + 1) % SPEEDS.length];
  };

  const track = film.textTracks[0];
  const showCaptions = (on) => {
    if (!track) return;
    track.mode = on ? "showing" : "hidden";
    said(byId("captions"), "Captions", on);
  };

  const whole = () => {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (player.requestFullscreen) player.requestFullscreen();
    else film.webkitEnterFullscreen?.(); // phones of one maker show a film whole, and nothing else
  };

  const acts = {
    " ": toggle,
    k: toggle,
    j: () => seek(film.currentTime - LEAP),
    l: () => seek(film.currentTime + LEAP),
    ArrowLeft: () => seek(film.currentTime - STEP),
    ArrowRight: () => seek(film.currentTime + STEP),
    m: () => (film.muted = !film.muted),
    c: () => showCaptions(track?.mode !== "showing"),
    f: whole,
  };

  // Letters are typed in fields, and a button that has the focus is pressed by the space bar.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const on = event.target;
    if (on.closest?.("input, textarea, select, dialog, details[open] .menu")) return;
    if (event.key === " " && on.closest?.("button, a, summary")) return;
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  scrub.addEventListener("keydown", (event) => {
    const to = { Home: 0, End: length(), PageUp: film.currentTime + 60, PageDown: film.currentTime - 60 };
    const step = { ArrowUp: film.currentTime + STEP, ArrowDown: film.currentTime - STEP };
    const at = { ...to, ...step }[event.key];
    if (at === undefined) return;
    event.preventDefault();
    seek(at);
  });

  const pointed = (event) => {
    const { left, width } = scrub.getBoundingClientRect();
    seek(((event.clientX - left) / width) * length());
  };
  // What lies under the pointer, or where the bar stands while it has the keyboard: its time and its chapter.
  const tip = byId("scrub-tip");
  const tell = (at) => {
    const chapter = current([...document.querySelectorAll("#chapters [data-at]")], at);
    const words = chapter?.querySelector(".cut").cloneNode(true);
    tip.replaceChildren(clock(at), ...(words ? ["\u2003", words] : []));
    tip.hidden = false;
    const [bar, box] = [scrub.getBoundingClientRect(), tip.parentElement.getBoundingClientRect()];
    const middle = bar.left - box.left + (length() ? at / length() : 0) * bar.width;
    const rightmost = box.width - tip.offsetWidth - 8;
    tip.style.left = `${Math.max(8, Math.min(middle - tip.offsetWidth / 2, rightmost))}px`;
  };
  scrub.addEventListener("pointermove", (event) => {
    const { left, width } = scrub.getBoundingClientRect();
    tell(Math.min(1, Math.max(0, (event.clientX - left) / width)) * length());
  });
  for (const name of ["pointerleave", "pointercancel", "blur"]) scrub.addEventListener(name, () => (tip.hidden = true));
  scrub.addEventListener("focus", () => scrub.matches(":focus-visible") && tell(film.currentTime));

  scrub.addEventListener("pointerdown", (event) => {
    scrub.setPointerCapture(event.pointerId);
    pointed(event);
  });
  scrub.addEventListener("pointermove", (event) => {
    if (scrub.hasPointerCapture(event.pointerId)) pointed(event);
  });

  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const on = event.target.closest("a[data-at], li[data-at]");
    // Who marks words to copy them does not want to be elsewhere.
    if (!on || (on.matches("li") && String(getSelection()))) return;
    event.preventDefault();
    seek(Number(on.dataset.at));
    if (on.closest("#chapters")) {
      const url = new URL(location.href);
      url.searchParams.set("t", on.dataset.at);
      history.replaceState(history.state, "", url);
    }
  });

  film.addEventListener("loadedmetadata", () => {
    byId("length").textContent = clock(length());
    scrub.setAttribute("aria-valuemax", Math.floor(length()));
    if (wanted !== null) {
      film.currentTime = Math.min(wanted, length());
      wanted = null;
    }
    show(film.currentTime);
  });
  for (const name of ["timeupdate", "seeking"]) film.addEventListener(name, () => show(film.currentTime));
  for (const name of ["play", "pause", "ended"]) {
    film.addEventListener(name, () => {
      player.classList.toggle("plays", !film.paused);
      said(byId("play"), film.paused ? "Play" : "Pause");
    });
  }
  film.addEventListener("volumechange", () => {
    player.classList.toggle("silent", film.muted);
    said(byId("mute"), "Mute", film.muted);
  });
  film.addEventListener("ratechange", () => {
    byId("speed").textContent = `${film.playbackRate}×`;
    said(byId("speed"), `Speed: ${film.playbackRate} times`);
  });
  film.addEventListener("error", () => {
    byId("player-trouble").hidden = false;
    for (const part of player.querySelectorAll(".deck, .scrub")) part.hidden = true;
  });
  film.addEventListener("click", toggle);
  film.addEventListener("dblclick", whole);
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.requestConfig?.elt?.closest(".pager")) follows = false;
    show(wanted ?? film.currentTime);
  });
  window.addEventListener("hashchange", () => {
    const at = parsed(/^#t=(.+)$/.exec(location.hash)?.[1]);
    if (at !== null) seek(at);
  });

  byId("play").addEventListener("click", toggle);
  byId("speed").addEventListener("click", quicker);
  byId("mute").addEventListener("click", () => acts.m());
  byId("captions").addEventListener("click", () => acts.c());
  byId("whole").addEventListener("click", whole);

  film.controls = false;
  for (const part of player.querySelectorAll(".deck, .scrub")) part.hidden = false;
  byId("captions").hidden = !track;
  const copy = byId("copy-link");
  if (copy) copy.hidden = false;
  const fromHash = parsed(/^#t=(.+)$/.exec(location.hash)?.[1]);
  if (fromHash !== null) wanted = fromHash;
  if (film.error) film.dispatchEvent(new Event("error"));
  else if (film.readyState >= 1) film.dispatchEvent(new Event("loadedmetadata"));
  else show(wanted ?? 0);
}
