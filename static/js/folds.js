// Keeps what was unfolded open when a part of the page is replaced, and closes a dropped panel on Escape or a click beside it.
"use strict";

{
  let open = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    open = [...event.detail.target.querySelectorAll("details[id][open]")].map((fold) => fold.id);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const id of open) {
      const fold = document.getElementById(id);
      if (fold && !fold.matches(".drop")) fold.open = true;
    }
  });

  const dropped = () => document.querySelectorAll("details:is(.drop, .menu)[open]");
  document.addEventListener("click", (event) => {
    for (const fold of dropped()) {
      if (!fold.contains(event.target)) fold.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const fold of dropped()) {
      const wasInside = fold.contains(document.activeElement);
      fold.open = false;
      if (wasInside) fold.querySelector("summary").focus();
    }
  });
}
