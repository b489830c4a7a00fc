// Keeps the keyboard where the work is: on the answers after Run, on the first error, on a column that was replaced.
"use strict";

{
  const focus = (element) => element && element.focus({ preventScroll: true });

  document.addEventListener("htmx:afterSettle", (event) => {
    const swapped = event.detail.elt;
    if (swapped.id === "compose") {
      focus(swapped.querySelector("[aria-invalid='true']") ?? swapped.querySelector("[role='alert']"));
    } else if (swapped.id === "board") {
      focus(swapped.querySelector("[data-focus]"));
    }
  });

  let wasInside = false;
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const target = event.detail.target;
    wasInside = target.matches("article") && target.contains(document.activeElement);
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    if (wasInside) {
      wasInside = false;
      focus(document.getElementById(event.detail.target.id));
    }
  });
}
