// A list of checkboxes that a word narrows: shows the filter field, which without script would be dead.
"use strict";

for (const picker of document.querySelectorAll("[data-picker]")) {
  const filter = picker.querySelector("[data-picker-filter]");
  const items = [...picker.querySelectorAll("[data-words]")];
  filter.hidden = items.length < 12;
  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) {
      item.hidden = !words.every((word) => item.dataset.words.includes(word));
    }
  });
  // Narrowing the list chooses nothing, so it must not ask for the fields again.
  filter.addEventListener("change", (event) => event.stopPropagation());
}
