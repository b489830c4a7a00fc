// Says in words what a request that htmx made came to, where the page would otherwise stay silent.
"use strict";

{
  const WORDS = {
    403: "This page is out of date: you may have signed in or out elsewhere. Reload it and try again. Nothing was sent.",
    413: "This is too large to send. Shorten it and try again.",
    414: "This address has become too long. Take some filters away.",
    503: "The server is busy. Try again in a moment.",
  };
  const notice = document.getElementById("failure");
  const say = (words) => {
    notice.textContent = words;
    notice.hidden = false;
  };

  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    say(WORDS[status] || `The server answered with an error (${status}). Try again; if it stays, its log says why.`);
  });
  document.addEventListener("htmx:sendError", () => say("The server cannot be reached. What you typed is still here; try again."));
  document.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.xhr.status < 400) {
      notice.hidden = true;
    }
  });
}
