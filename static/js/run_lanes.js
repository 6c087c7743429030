// Lanes of recordings and streams: where a recording's bar is pressed is where it is watched from.

/** `tip` says what the pointer is on. Without a pointer, or without this script, a bar leads to the recording's start. */
export const runLanes = (root, { clock, instant, fractionAt, zoom }) => {
  /** Seconds into the recording at a fraction of the axis, never before its start. */
  const secondsAt = (link, fraction) => Math.max(0, Math.floor((instant(fraction) - link.dataset.from) / 1000));

  const aim = (event) => {
    const link = event.target.closest?.("a[data-from]");
    if (!link) return;
    const address = link.getAttribute("href").split("?")[0];
    link.setAttribute("href", `${address}?t=${secondsAt(link, fractionAt(event.clientX))}`);
  };
  // Before the press becomes a click, so that a new tab and a copied address lead there too.
  root.addEventListener("pointerdown", aim);
  root.addEventListener("contextmenu", aim);
  root.addEventListener("click", (event) => {
    const link = event.target.closest(".run-bar");
    if (!link) return;
    if (zoom.moved) event.preventDefault(); // the end of a drag
    else if (event.detail === 0 && link.dataset.from) link.setAttribute("href", link.getAttribute("href").split("?")[0]);
  });
  root.addEventListener("dragstart", (event) => {
    if (event.target.closest?.(".run-bar")) event.preventDefault();
  });

  return {
    tip: (element, fraction) =>
      element.dataset.from ? `${element.dataset.tip}; watch from ${clock(instant(fraction))}` : element.dataset.tip,
  };
};
