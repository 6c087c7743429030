// [data-copy] copies its value and says so; [data-print] prints the page. Works in the dialog too.
(() => {
  const say = (button, words) => {
    const label = button.querySelector("span");
    button.dataset.words ??= label.textContent;
    label.textContent = words;
    const status = document.getElementById("copied");
    if (status) status.textContent = words;
    clearTimeout(button.timer);
    button.timer = setTimeout(() => {
      label.textContent = button.dataset.words;
    }, 2500);
  };

  // Browsers copy only on pages that come by HTTPS, or from this machine: elsewhere the reader copies what is selected.
  const select = (button) => {
    const dialog = button.closest("dialog") ?? document.body;
    const place = [...dialog.querySelectorAll("textarea, .mono, .wrapped")].find(
      (element) => (element.value ?? element.textContent).trim() === button.dataset.copy,
    );
    if (!place) return false;
    if (place.select) place.select();
    else getSelection().selectAllChildren(place);
    return true;
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      say(button, "Copied");
    } catch {
      say(button, select(button) ? "Selected: Ctrl C" : "Cannot copy");
    }
  });

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
