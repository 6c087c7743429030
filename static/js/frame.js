// What every page does: "/" searches, menus close, live parts rest while nobody looks and say when they are late.
(() => {
  const typing = (element) => element.matches("input, select, textarea, [contenteditable]");

  // After an act the next page begins with what came of it: a reader of the screen hears it, and Tab goes on from there.
  const said = document.querySelector(".messages");
  if (said?.childElementCount && document.activeElement === document.body) {
    said.tabIndex = -1;
    said.focus();
  }

  // On a phone the tabs of a page are wider than the screen: the one that is open is brought into view.
  const open = document.querySelector(".tabs [aria-current]");
  if (open) {
    const tabs = open.parentElement;
    tabs.scrollLeft = open.offsetLeft - tabs.offsetLeft - (tabs.clientWidth - open.offsetWidth) / 2;
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !typing(event.target)) {
      const search = document.getElementById("top-search");
      if (!search?.offsetParent) return;
      event.preventDefault();
      search.select();
    }
    if (event.key === "Escape") {
      const menu = event.target.closest?.("details[data-menu][open]");
      if (menu) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });

  // A live part asks again every few seconds: not in a hidden tab, and not while a menu or a row in it is in use. What
  // was asked before somebody began to use it is not shown: it would take the focus from under them. What asks only once
  // is asked and shown whatever: it would not come again.
  const polls = (part) => part.matches("[data-live][hx-trigger*='every']");
  const inUse = (part) => part.contains(document.activeElement) || part.querySelector("details[data-menu][open]");
  document.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.elt;
    if (polls(part) && (document.hidden || inUse(part))) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const part = event.detail.requestConfig.elt;
    if (polls(part) && inUse(part)) event.detail.shouldSwap = false;
  });

  // A live part says when nobody has touched the page since it asked last: then it does not keep the sign-in alive. The
  // wall is there to be looked at by people who touch nothing: it stays until a sign-in ends anyway.
  let touched = true;
  for (const sign of ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"]) {
    document.addEventListener(sign, () => { touched = true; }, { capture: true, passive: true });
  }
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.detail.elt.matches("[data-live]")) return;
    if (!touched && !event.detail.elt.matches("[data-attended]")) event.detail.headers["X-Unattended"] = "1";
    touched = false;
  });

  // A form on its way is not sent again by a second press: that is refused before htmx keeps it, to send it as soon as
  // the first is answered. Nor is it sent while the page that follows is awaited, which takes seconds: whoever stopped
  // that page still has the form before them.
  const AWAITED = 10_000;
  let sent = new WeakMap();
  const back = (form, xhr) => {
    if (sent.get(form) === xhr) sent.delete(form);
  };
  document.addEventListener("htmx:confirm", (event) => {
    if (sent.has(event.detail.elt)) event.preventDefault();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (elt.matches("form[hx-post]")) sent.set(elt, xhr);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { elt, xhr } = event.detail;
    if (xhr.getResponseHeader("HX-Redirect")) setTimeout(back, AWAITED, elt, xhr);
    else back(elt, xhr);
  });
  // What htmx stumbles over when it shows an answer has no afterRequest.
  document.addEventListener("htmx:onLoadError", (event) => back(event.detail.elt, event.detail.xhr));
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) sent = new WeakMap(); // come back to, the page is as it was left
  });

  const late = (event) => {
    if (!event.detail.elt.matches("[data-live]")) return;
    const stamp = document.getElementById("asof");
    if (!stamp || stamp.classList.contains("is-late")) return;
    stamp.classList.add("is-late");
    stamp.querySelector("span").prepend("late, ");
  };
  document.addEventListener("htmx:sendError", late);
  document.addEventListener("htmx:responseError", late);
})();
