// The theme: as the system, light or dark. Runs before the first paint, so that a chosen theme never flashes.
(() => {
  const KEY = "theme";
  const NEXT = { system: "light", light: "dark", dark: "system" };
  const WORDS = { system: "as the system", light: "light", dark: "dark" };

  // Storage may be refused (private windows); then the choice holds for this page only.
  const stored = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  let theme = stored() in NEXT ? stored() : "system";

  const show = () => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
      const words = `Theme: ${WORDS[theme]}`;
      const label = button.querySelector("span");
      if (label) label.textContent = words;
      else button.setAttribute("aria-label", words);
      button.title = words;
    }
  };

  show();
  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    theme = NEXT[theme];
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // shown, not kept
    }
    show();
  });
})();
