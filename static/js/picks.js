// Keeps the ticked models of the table while filters change, and says on the Compare button how many there are.
(() => {
  const picked = new Set();
  const boxes = () => document.querySelectorAll("#models input[name=model]");

  const show = () => {
    const button = document.querySelector("[data-picks]");
    if (!button) return;
    button.textContent = picked.size ? `Compare (${picked.size})` : "Compare";
    button.form.querySelectorAll("[data-kept]").forEach((input) => input.remove());
    const here = new Set([...boxes()].map((box) => box.value));
    for (const id of picked) {
      if (here.has(id)) continue;
      const input = Object.assign(document.createElement("input"), { type: "hidden", name: "model", value: id });
      input.dataset.kept = "";
      button.form.append(input);
    }
  };
  const restore = () => {
    boxes().forEach((box) => { if (picked.has(box.value)) box.checked = true; });
    show();
  };

  document.addEventListener("change", (event) => {
    if (!event.target.matches("#models input[type=checkbox][name=model]")) return;
    picked[event.target.checked ? "add" : "delete"](event.target.value);
    show();
  });
  document.addEventListener("htmx:afterSettle", restore);
  window.addEventListener("pageshow", () => {
    boxes().forEach((box) => { if (box.checked) picked.add(box.value); });
    show();
  });
})();
