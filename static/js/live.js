// A running session: every few seconds the page says which parts it has, and swaps in place those that changed.

export const watch = (settle) => {
  document.addEventListener("htmx:configRequest", (event) => {
    const part = event.detail.elt;
    if (part.id !== "live") return;
    for (const [name, value] of new URLSearchParams(location.search)) event.detail.parameters.append(name, value);
    const have = [...document.querySelectorAll("[data-part]")].map((held) => `${held.id}.${held.dataset.part}`);
    event.detail.parameters.set("have", have.join(" "));
    event.detail.parameters.set("shape", part.dataset.shape);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.elt.id !== "live" || !event.detail.successful) return;
    settle();
  });
};
