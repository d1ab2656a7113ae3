// The pages work without this; with it the keyboard is quicker.
"use strict";

// A number that is typed takes the place of the one that stands there.
for (const field of document.querySelectorAll("[data-whole]")) {
  field.addEventListener("focus", () => field.select());
  if (document.activeElement === field) field.select();
}

// What belongs to one choice opens with it.
for (const part of document.querySelectorAll("[data-for]")) {
  const choice = document.getElementById("manner");
  choice.addEventListener("change", () => { part.open = choice.value === part.dataset.for; });
}

function typing(target) {
  return target.matches("input, textarea, select");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
  if (event.key === "/") {
    const field = document.getElementById("asked");
    event.preventDefault();
    if (field) field.focus();
    else window.location.assign("/pharmacy");
    return;
  }
  if (event.key === "?") {
    const keys = document.getElementById("keys");
    if (keys) { keys.open = !keys.open; keys.querySelector("summary").focus(); }
    return;
  }
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (found) found.click();
  else if (event.key === "w") window.location.assign("/pharmacy");
});
