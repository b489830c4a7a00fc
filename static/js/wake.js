// A button that the upstream asked to wait with: it sleeps for [data-wake-in] seconds, says how long, and wakes.
// Without script it can be pressed at once, and the server says how long to wait.
"use strict";

{
  const words = (seconds) => {
    if (seconds > 7200) return `in ${Math.ceil(seconds / 3600)} h`;
    return seconds > 120 ? `in ${Math.ceil(seconds / 60)} min` : `in ${seconds} s`;
  };

  const lull = (button) => {
    const due = Date.now() + Number(button.dataset.wakeIn) * 1000;
    const left = document.createElement("span");
    button.removeAttribute("data-wake-in");
    button.append(left);
    const tick = () => {
      const seconds = Math.ceil((due - Date.now()) / 1000);
      button.disabled = seconds > 0;
      if (seconds > 0) {
        left.textContent = words(seconds);
        setTimeout(tick, 1000);
      } else {
        left.remove();
      }
    };
    tick();
  };
  const lullAll = (root) => root.querySelectorAll("[data-wake-in]").forEach(lull);

  document.addEventListener("htmx:load", (event) => lullAll(event.target));
  lullAll(document);
}
