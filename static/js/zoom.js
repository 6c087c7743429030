// Zoom and pan: the drawn time becomes wider than its place and is moved in it by two custom properties.

const MOST = 64;

export class Zoom {
  /** `axis` and `left` tell where time is drawn and where its place begins; `changed` is called after each change. */
  constructor(root, { axis, left, changed }) {
    Object.assign(this, { root, axis, left, changed, factor: 1, pan: 0, moved: false });
    const asked = Number(new URLSearchParams(location.search).get("zoom"));
    if (asked > 1) this.factor = Math.min(asked, MOST);
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-zoom]");
      if (button) this.press(button.dataset.zoom);
    });
    root.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    root.addEventListener("pointerdown", (event) => this.drag(event));
    root.addEventListener("scroll", (event) => this.scrolled(event), true);
  }

  press(what) {
    if (what === "fit") this.to(1, 0);
    else this.by(what === "in" ? 2 : 0.5, this.middle());
  }

  /** The moment in the middle of what is seen, as a fraction of the axis. */
  middle() {
    return (this.pan + 0.5) / this.factor;
  }

  /** Zoom so that `fraction` of the axis stays where it is seen, or comes into view. */
  by(times, fraction) {
    const factor = Math.min(MOST, Math.max(1, this.factor * times));
    const seenAt = fraction * this.factor - this.pan;
    const keep = seenAt >= 0 && seenAt <= 1 ? seenAt : 0.5;
    this.to(factor, fraction * factor - keep);
  }

  /** Show the axis from one fraction to another. */
  between(from, to) {
    const factor = Math.min(MOST, Math.max(1, 1 / Math.max(to - from, 1 / MOST)));
    this.to(factor, from * factor);
  }

  /** Pan so that `fraction` is seen. */
  show(fraction) {
    const place = fraction * this.factor - this.pan;
    if (this.factor > 1 && (place < 0.04 || place > 0.96)) this.to(this.factor, fraction * this.factor - 0.5);
  }

  to(factor, pan) {
    this.factor = factor;
    this.pan = Math.min(Math.max(0, pan), factor - 1);
    this.refresh();
    this.changed(factor);
  }

  refresh() {
    const { root, factor, pan } = this;
    root.classList.toggle("is-zoomed", factor > 1);
    root.style.setProperty("--zoom", factor);
    root.style.setProperty("--pan", pan);
    const bar = document.getElementById("pan");
    if (bar) {
      bar.hidden = factor === 1;
      const place = Math.round(pan * bar.clientWidth);
      if (Math.abs(bar.scrollLeft - place) > 1) bar.scrollLeft = place;
    }
    const words = document.getElementById("zoom-value");
    const axis = document.getElementById("axis");
    if (words && axis) {
      const { begin, finish } = document.getElementById("so-far-lines").dataset;
      words.textContent = said(Math.min(finish - begin, (axis.dataset.to - axis.dataset.from) / factor) / 1000);
    }
    const out = root.querySelector('[data-zoom="out"]');
    if (out) out.disabled = factor === 1;
  }

  wheel(event) {
    if (!event.target.closest(".tl-body, .tl-axis")) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const box = this.axis();
      this.by(Math.exp(-event.deltaY / 240), Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)));
    } else if (this.factor > 1 && (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey)) {
      event.preventDefault();
      this.to(this.factor, this.pan + ((event.deltaX || event.deltaY) / this.axis().width) * this.factor);
    }
  }

  drag(event) {
    this.moved = false;
    if (this.factor === 1 || event.button || !event.target.closest(".tl-body, .tl-axis") || event.target.closest(".tl-card, .tl-who, .brush")) return;
    const from = { x: event.clientX, pan: this.pan };
    const cell = this.axis().width / this.factor;
    const move = (next) => {
      const way = next.clientX - from.x;
      if (Math.abs(way) > 4) this.moved = true;
      if (!this.moved) return;
      this.root.classList.add("is-dragging");
      this.to(this.factor, from.pan - way / cell);
    };
    const stop = () => {
      removeEventListener("pointermove", move);
      for (const end of ["pointerup", "pointercancel"]) removeEventListener(end, stop);
      this.root.classList.remove("is-dragging");
    };
    addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) addEventListener(end, stop);
  }

  scrolled(event) {
    if (event.target.id !== "pan") return;
    const pan = event.target.scrollLeft / event.target.clientWidth;
    if (Math.abs(pan - this.pan) > 0.004) this.to(this.factor, pan);
  }
}

/** A length in words: "50 min", "2 min 30 s", "45 s". */
const said = (seconds) => {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 600 && Math.round(seconds) % 60) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return minutes < 100 ? `${minutes} min` : `${(minutes / 60).toFixed(1).replace(".0", "")} h`;
};
