// Asks before something that was typed and not sent is left: with the page, or by Back from a board to the form before it, which
// leaves no page. A draft in the browser's storage would outlive a prompt that is not to be stored, and would be found by whoever
// uses the browser next; a question keeps nothing.
"use strict";

{
  const QUESTION = "What you changed in the prompt was not sent, and is lost if you go. Go?";
  let isUnsent = false;
  let here = location.href;
  const hasText = () => [...document.querySelectorAll("#compose textarea")].some((field) => field.value.trim());

  document.addEventListener("input", (event) => {
    if (event.target.matches("#compose textarea")) isUnsent = true;
  });
  document.addEventListener("answered", () => { isUnsent = false; });
  document.addEventListener("htmx:historyRestore", () => { isUnsent = false; });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("#compose") && !event.defaultPrevented) isUnsent = false;
  });
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (!isUnsent || !event.detail.xhr.getResponseHeader("HX-Redirect")) return;
    const notice = document.getElementById("failure");
    notice.textContent = "You are signed out, so nothing was sent. What you typed is still here: copy it, and sign in again.";
    notice.hidden = false;
  });
  document.addEventListener("htmx:pushedIntoHistory", () => { here = location.href; });
  document.addEventListener("htmx:replacedInHistory", () => { here = location.href; });
  // Before htmx hears of it, which would put another form in place of this one.
  window.addEventListener("popstate", (event) => {
    const isElsewhere = location.href.split("#")[0] !== here.split("#")[0];
    if (isElsewhere && isUnsent && hasText() && !confirm(QUESTION)) {
      event.stopImmediatePropagation();
      history.pushState({ htmx: true }, "", here);
      return;
    }
    here = location.href;
  }, { capture: true });
  window.addEventListener("beforeunload", (event) => {
    if (isUnsent && hasText()) event.preventDefault();
  });
}
