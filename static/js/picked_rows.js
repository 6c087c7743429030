// Rows picked by their boxes: how many, all of the page at once, and a bar that shows only while some are picked.
(() => {
  const boxes = () => [...document.querySelectorAll("#rows input[form][type=checkbox]")];

  // The box that picks every row of the page stands in the empty head of their column; without scripts there is none.
  const everyBox = () => {
    const head = document.querySelector("#rows th.tight");
    if (!head || !boxes().length) return null;
    let every = head.querySelector("input");
    if (!every) {
      every = Object.assign(document.createElement("input"), { type: "checkbox", className: "box", autocomplete: "off" });
      every.setAttribute("aria-label", "Pick all on this page");
      head.replaceChildren(every);
    }
    return every;
  };

  const show = () => {
    const bar = document.querySelector("[data-picked]");
    if (!bar) return;
    const all = boxes();
    const picked = all.filter((box) => box.checked);
    for (const box of all) box.closest("tr").classList.toggle("is-picked", box.checked);
    bar.hidden = !picked.length;
    bar.querySelector("[data-picked-count]").textContent = `${picked.length} of ${all.length} on this page picked`;
    const every = everyBox();
    if (every) {
      every.checked = picked.length === all.length;
      every.indeterminate = picked.length > 0 && picked.length < all.length;
      every.classList.toggle("is-some", every.indeterminate);
    }
  };

  document.addEventListener("change", (event) => {
    if (!event.target.matches("#rows input[type=checkbox]")) return;
    if (event.target.closest("th")) for (const box of boxes()) box.checked = event.target.checked;
    show();
  });

  document.addEventListener("reset", (event) => {
    if (event.target.id === "several") setTimeout(show);
  });

  // New rows would come with empty boxes, also those that were asked for before the first was picked.
  const somePicked = () => boxes().some((box) => box.checked);
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id === "rows" && somePicked()) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig.elt.id === "rows" && somePicked()) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSwap", show);
  show();
})();
