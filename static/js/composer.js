// After Run: folds the form away, so that the answers are in view, and puts the address of what was sent into the browser's
// history, so that Back finds the form as it was. The server gives that address; nothing that was typed is kept in the browser.
"use strict";

{
  document.addEventListener("asked", (event) => {
    // Before htmx adds the board's address. A board that was asked from keeps its own.
    const form = document.getElementById("compose");
    if (location.pathname === new URL(form.action).pathname) {
      history.replaceState({ htmx: true }, "", event.detail.form);
    }
  });
  document.addEventListener("answered", () => {
    const composer = document.getElementById("composer");
    composer.querySelector(":scope > summary").hidden = false;
    composer.open = false;
  });
}
