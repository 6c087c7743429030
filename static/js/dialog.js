// The one dialog of a page: what htmx puts into it is shown; Esc and [data-close] close it and give the focus back.
(() => {
  const dialog = document.getElementById("dialog");
  if (!dialog) return;
  let opener = null;

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === dialog && !dialog.open) opener = event.detail.elt;
  });

  // The same form stands on a page of its own too: there it is sent as any form, and the next page takes its place.
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("form[hx-target='#dialog']") || dialog.contains(form)) return;
      if (new URL(form.getAttribute("action"), location.href).pathname === location.pathname) event.stopPropagation();
    },
    true,
  );

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog) return;
    if (!dialog.innerHTML.trim()) {
      dialog.close();
      return;
    }
    if (!dialog.open) dialog.showModal();
    // A refusal comes first; otherwise what the part itself asks for, which for a dangerous act is the safe answer.
    const refused = dialog.querySelector("[aria-invalid=true], [role=alert]");
    const first = refused ?? dialog.querySelector("[autofocus], input:not([type=hidden]), select, textarea, button");
    if (refused && !refused.matches("input, select, textarea")) refused.tabIndex = -1;
    first?.focus();
  });

  dialog.addEventListener("click", (event) => {
    // A click on the backdrop is one on the dialog itself; what was typed must not go by it.
    if (event.target.closest("[data-close]")) {
      event.preventDefault();
      dialog.close();
    }
  });

  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    if (opener?.isConnected) opener.focus();
    opener = null;
  });

  // A link that opens the dialog says so; without htmx it leads to the same as a page.
  for (const link of document.querySelectorAll("[hx-target='#dialog']")) link.setAttribute("aria-haspopup", "dialog");
})();
