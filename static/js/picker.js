// A list of checkboxes that a word narrows. Shows the filter field, which without script would be dead, also in a form that
// came later; what is typed there chooses nothing, so nothing else must hear of it.
"use strict";

{
  const narrow = (filter) => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of filter.closest("[data-picker]").querySelectorAll("[data-words]")) {
      item.hidden = !words.every((word) => item.dataset.words.includes(word));
    }
  };
  const prepare = (root) => {
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

  prepare(document);
  document.addEventListener("htmx:load", (event) => prepare(event.target.parentElement || document));
}
