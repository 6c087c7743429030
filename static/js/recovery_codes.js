// Recovery codes are shown once: to be copied or printed.
const [copy, print] = [document.getElementById("copy-codes"), document.getElementById("print-codes")];

// Browsers copy only on pages that come by HTTPS, or from this machine.
if (navigator.clipboard) {
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    const codes = [...document.querySelectorAll("#codes li")].map((code) => code.textContent).join("\n");
    let words = "Copied";
    try {
      await navigator.clipboard.writeText(codes);
    } catch {
      words = "The browser does not copy; print or write them down";
    }
    document.getElementById("copied").textContent = words;
    copy.querySelector("span").textContent = words;
  });
}
print.hidden = false;
print.addEventListener("click", () => window.print());
