// A list of checkboxes that a word narrows, and of which only so many may be ticked: then the others rest, and a line says why.
// Shows the filter field, which without script would be dead, also in a form that came later; what is typed there chooses
// nothing, so nothing else must hear of it.
"use strict";

{
  const narrow = (filter) => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const picker = filter.closest("[data-picker]");
    let shown = 0;
    for (const item of picker.querySelectorAll("[data-words]")) {
      item.hidden = !words.every((word) => item.dataset.words.includes(word));
      shown += item.hidden ? 0 : 1;
    }
    const none = picker.querySelector("[data-picker-none]");
    if (none) none.hidden = shown > 0;
  };
  const count = (picker) => {
    const most = Number(picker.dataset.picker);
    const boxes = [...picker.querySelectorAll("input[name=model]")];
    const chosen = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.disabled = chosen >= most && !box.checked;
    const said = picker.querySelector("[data-picker-most]");
    said.hidden = chosen < most;
    said.classList.toggle("error", chosen > most);
    said.textContent = chosen > most
      ? `${chosen} are chosen, and up to ${most} can be asked at once: take ${chosen - most} away.`
      : chosen === most ? `${most} are chosen, which is the most. Take one away to choose another.` : "";
  };
  const prepare = (root) => {
    for (const picker of root.querySelectorAll("[data-picker]")) count(picker);
    for (const filter of root.querySelectorAll("[data-picker-filter]")) {
      if (filter.dataset.isReady) continue;
      filter.dataset.isReady = "yes";
      filter.hidden = filter.closest("[data-picker]").querySelectorAll("[data-words]").length < 12;
      for (const type of ["input", "change"]) {
        filter.addEventListener(type, (event) => {
          event.stopPropagation();
          narrow(filter);
        });
      }
      filter.addEventListener("keydown", (event) => {
        if (event.key === "Enter") event.preventDefault();
      });
    }
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-picker] input[name=model]")) count(event.target.closest("[data-picker]"));
  });
  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.target.parentElement || document));
}
