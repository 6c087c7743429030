// A crowd: the strip of everybody beside the lanes (what is in view, drag to move), and the grips on people at once.

const $ = (id) => document.getElementById(id);

/** Follow the pointer from here on until it is let go. */
const follow = (event, move) => {
  event.preventDefault();
  const stop = () => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", stop);
    removeEventListener("pointercancel", stop);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", stop);
  addEventListener("pointercancel", stop);
  move(event);
};

export const overview = {
  start(root, zoom) {
    const [strip, groups, brush] = [$("overview"), $("groups"), $("at-once")];
    if (!strip || !groups) {
      overview.refresh = undefined;
      return;
    }

    overview.refresh = () => {
      const view = $("overview-view");
      const box = groups.getBoundingClientRect();
      const rows = strip.viewBox.baseVal.height;
      const from = Math.min(1, Math.max(0, -box.top / box.height));
      const to = Math.min(1, Math.max(0, (innerHeight - box.top) / box.height));
      view.classList.toggle("is-off", to <= from);
      view.setAttribute("y", from * rows);
      view.setAttribute("height", Math.max(0, (to - from) * rows));
      const [a, b] = [zoom.pan / zoom.factor, (zoom.pan + 1) / zoom.factor];
      $("brush-in")?.setAttribute("x", `${a * 100}%`);
      $("brush-in")?.setAttribute("width", `${(b - a) * 100}%`);
      $("grip-from")?.setAttribute("x", `${a * 100}%`);
      $("grip-to")?.setAttribute("x", `${b * 100}%`);
    };
    if (!overview.listening) {
      addEventListener("scroll", () => overview.refresh?.(), { passive: true });
      overview.listening = true;
    }

    strip.addEventListener("pointerdown", (event) =>
      follow(event, (now) => {
        const box = strip.getBoundingClientRect();
        const place = groups.getBoundingClientRect();
        const fraction = Math.min(1, Math.max(0, (now.clientY - box.top) / box.height));
        scrollTo({ top: scrollY + place.top + fraction * place.height - innerHeight / 2 });
      }),
    );

    brush?.querySelector(".tl-plot").addEventListener("pointerdown", (event) => {
      const box = event.currentTarget.getBoundingClientRect();
      const fraction = (now) => Math.min(1, Math.max(0, (now.clientX - box.left) / box.width));
      const [a, b] = [zoom.pan / zoom.factor, (zoom.pan + 1) / zoom.factor];
      const here = fraction(event);
      const near = 12 / box.width;
      // A grip moves its edge, the middle moves both, outside draws a new stretch.
      if (Math.abs(here - a) < near) follow(event, (now) => zoom.between(Math.min(fraction(now), b - 0.02), b));
      else if (Math.abs(here - b) < near) follow(event, (now) => zoom.between(a, Math.max(fraction(now), a + 0.02)));
      else if (zoom.factor > 1 && here > a && here < b)
        follow(event, (now) => zoom.to(zoom.factor, (a + fraction(now) - here) * zoom.factor));
      else follow(event, (now) => Math.abs(fraction(now) - here) > near && zoom.between(Math.min(here, fraction(now)), Math.max(here, fraction(now))));
    });
    overview.refresh();
  },
};
