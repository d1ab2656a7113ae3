// What works without this works better with it: lists that refresh themselves, and buttons that copy.
"use strict";

const EVERY_MS = 2000;
let paused = false;

// A region is left alone while somebody works in it: focus or a selection would be lost.
function inUse(region) {
  const selection = document.getSelection();
  return region.contains(document.activeElement) || (!selection.isCollapsed && region.contains(selection.anchorNode));
}

function keysOf(region) {
  return new Set([...region.querySelectorAll("[data-key]")].map((row) => row.dataset.key));
}

const shown = new WeakMap();

async function refresh(region) {
  const response = await fetch(region.dataset.refresh, { credentials: "same-origin" });
  if (!response.ok) return;
  const text = await response.text();
  if (shown.get(region) === text || inUse(region)) return;
  const known = keysOf(region);
  const parsed = new DOMParser().parseFromString(text, "text/html");
  if (known.size > 0) {
    for (const row of parsed.querySelectorAll("[data-key]")) {
      if (!known.has(row.dataset.key)) row.classList.add("is-new");
    }
  }
  region.replaceChildren(...parsed.body.childNodes);
  shown.set(region, text);
}

async function refreshAll(regions) {
  if (!paused && !document.hidden) {
    await Promise.allSettled(regions.map(refresh)); // a server that starts again is asked again
  }
  setTimeout(refreshAll, EVERY_MS, regions);
}

function offerPause(button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.textContent = paused ? button.dataset.resume : button.dataset.pause;
  });
}

function offerCopy(snippet) {
  const button = document.createElement("button");
  const lines = snippet.querySelector("pre");
  button.type = "button";
  button.className = "copy";
  button.textContent = snippet.dataset.copy;
  button.setAttribute("aria-describedby", lines.id);
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(lines.textContent.trim());
    button.textContent = snippet.dataset.copied;
    setTimeout(() => { button.textContent = snippet.dataset.copy; }, 2000);
  });
  snippet.append(button);
}

function offerPrint(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

const regions = [...document.querySelectorAll("[data-refresh]")];
if (regions.length > 0) setTimeout(refreshAll, EVERY_MS, regions);
document.querySelectorAll(".pause").forEach(offerPause);
document.querySelectorAll("[data-print]").forEach(offerPrint);
if (navigator.clipboard) document.querySelectorAll(".snippet").forEach(offerCopy);
