// The table by keyboard: / searches, arrows or j and k walk the rows, c ticks for Compare, ? lists the keys. Enter is the
// link's own. But for the arrow down in the search box never while somebody types, never with Ctrl, Alt or Meta, and not at all where they were switched off.
"use strict";

{
  const STORED = "windrose-table-keys";
  const line = document.querySelector("[data-keys]");
  const panel = document.querySelector("[data-keys-panel]");
  const said = document.querySelector("[data-keys-said]");
  const choice = document.querySelector("[data-keys-on]");
  const stored = () => { try { return localStorage.getItem(STORED); } catch { return null; } };
  const isOn = () => choice.checked;

  const links = () => [...document.querySelectorAll("[data-rows] th a")];
  const rowOf = (element) => element.closest && element.closest("[data-rows] tr");
  const isTyping = (element) =>
    element.isContentEditable || element.matches("select, textarea, input:not([type=checkbox], [type=radio], [type=submit], [type=button])");

  const walk = (step) => {
    const all = links();
    if (!all.length) return;
    const row = rowOf(document.activeElement);
    const here = row ? all.indexOf(row.querySelector("th a")) : -1;
    const next = here < 0 ? 0 : Math.min(Math.max(here + step, 0), all.length - 1);
    all[next].focus();
    all[next].closest("tr").scrollIntoView({ block: "nearest" });
  };
  const tick = () => {
    const row = rowOf(document.activeElement);
    const box = row && row.querySelector("input[type=checkbox][name=model]");
    if (!box) return false;
    const before = box.checked;
    box.click();
    if (box.checked === before) return true; // a seventh tick was refused, and the sentence beside the button says so
    said.textContent = `${row.querySelector("th a").textContent} ${box.checked ? "is ticked" : "is no longer ticked"} for Compare.`;
    return true;
  };
  // The arrows scroll the page or a box elsewhere; here they walk only from a row, or from where nothing else is in focus.
  // From the search box the arrow down leads to the first row: a line of text has no use for it.
  const mayWalk = () => document.activeElement === document.body || document.activeElement.id === "content" || rowOf(document.activeElement);

  const ACTS = {
    "/": () => { const search = document.querySelector("[data-search]"); search.focus(); search.select(); return true; },
    "?": () => { panel.showModal(); return true; },
    j: () => { walk(1); return true; },
    k: () => { walk(-1); return true; },
    ArrowDown: () => { if (!mayWalk()) return false; walk(1); return true; },
    ArrowUp: () => { if (!mayWalk()) return false; walk(-1); return true; },
    c: tick,
  };

  document.addEventListener("keydown", (event) => {
    if (!isOn() || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (panel.open) return;
    if (event.key === "ArrowDown" && event.target.matches("[data-search]") && !event.shiftKey && !event.isComposing) {
      if (links().length) { walk(1); event.preventDefault(); }
      return;
    }
    if (isTyping(event.target)) return;
    const act = Object.hasOwn(ACTS, event.key) ? ACTS[event.key] : null;
    if (act && act()) event.preventDefault();
  });

  // New rows take the place of the old ones while somebody stands on one: after a quick word and the arrow down.
  let wasOnRow = false;
  document.addEventListener("htmx:beforeSwap", () => { wasOnRow = Boolean(rowOf(document.activeElement)); });
  document.addEventListener("htmx:afterSettle", () => {
    if (wasOnRow && document.activeElement === document.body) walk(1);
    wasOnRow = false;
  });

  document.querySelector("[data-keys-open]").addEventListener("click", () => panel.showModal());
  choice.checked = stored() !== "off";
  choice.addEventListener("change", () => {
    try { localStorage.setItem(STORED, isOn() ? "on" : "off"); } catch { /* without storage it holds for this page */ }
    line.classList.toggle("off", !isOn());
  });
  line.classList.toggle("off", !isOn());
  line.hidden = false;
}
