// Links to a moment: copied by a click, and opened by one with a key held.

/** Into the clipboard; the older way is for addresses without https, where the newer one is refused. */
const copy = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement("textarea"), { value: text, className: "sr" });
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  if (!done) throw new Error("refused");
};

/** `say` tells a screen reader what came of it. */
export const copiedLinks = (say) => {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-copy]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const url = link.matches("a") ? new URL(link.dataset.copy, location.href) : new URL(location.href);
    let words = "Link copied";
    try {
      await copy(url.href);
    } catch {
      words = "Copy it from the address bar";
    }
    say(words);
    const label = link.querySelector("span");
    if (label) label.textContent = words;
    else link.title = words;
  });
};
