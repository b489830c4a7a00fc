// Reveals each [data-copy] button and lets it copy the text of the element it names.
(() => {
  if (!navigator.clipboard) return;
  const reveal = (root) => root.querySelectorAll("[data-copy][hidden]").forEach((button) => { button.hidden = false; });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const word = button.textContent;
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select and copy by hand";
    }
    setTimeout(() => { button.textContent = word; }, 1600);
  });
  document.addEventListener("htmx:load", (event) => reveal(event.target));
  reveal(document);
})();
