// Keeps the ticked models of the table while filters change, says on the Compare button how many there are, and refuses in a
// sentence beside it the one that would be more than fit side by side.
"use strict";

{
  const MOST = 6;
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
  const say = (sentence) => {
    const place = document.querySelector("[data-picks-said]");
    if (place) place.textContent = sentence;
  };
  const restore = () => {
    boxes().forEach((box) => { if (picked.has(box.value)) box.checked = true; });
    show();
  };

  document.addEventListener("change", (event) => {
    const box = event.target;
    if (!box.matches("#models input[type=checkbox][name=model]")) return;
    const isTooMany = box.checked && picked.size >= MOST;
    if (isTooMany) box.checked = false;
    else picked[box.checked ? "add" : "delete"](box.value);
    say(isTooMany ? `${MOST} models fit side by side. Take a tick away first.` : "");
    show();
  });
  document.addEventListener("htmx:afterSettle", restore);
  window.addEventListener("pageshow", () => {
    boxes().forEach((box) => { if (box.checked) picked.add(box.value); });
    show();
  });
}
