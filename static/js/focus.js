// Keeps the keyboard where the work is: on the answers after Run, on the first error, where a part was replaced.
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

  // Of a part that is replaced: the same control again, else the answer that it belonged to, else the answers.
  let left = null;
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const target = event.detail.target;
    const active = document.activeElement;
    if (active === document.body || !target.contains(active)) return;
    left = { control: active.id, answer: target.closest("article")?.id ?? "" };
  });
  document.addEventListener("htmx:oobAfterSwap", () => {
    if (!left) return;
    const { control, answer } = left;
    left = null;
    if (document.activeElement !== document.body) return;
    const again = (control && document.getElementById(control)) || (answer && document.getElementById(answer));
    focus(again || document.querySelector("#board [data-focus]"));
  });
}
