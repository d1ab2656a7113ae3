// Medicines are offered while somebody types; without this the form offers them after it was sent.
"use strict";

const WAIT_MS = 120;

// A text field with a list below it: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
function offer(group) {
  const input = group.querySelector("input.field");
  const number = input.id.split("-")[1];
  const list = document.createElement("ul");
  let asked = 0;
  let at = -1;
  list.className = "offer-list";
  list.id = `${input.id}-offers`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", group.querySelector("label").textContent);
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) {
    input.setAttribute(name, value);
  }
  group.append(list);

  const options = () => [...list.querySelectorAll("[role=option]")];

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) point(-1);
  }

  function point(where) {
    at = where;
    options().forEach((one, place) => one.setAttribute("aria-selected", String(place === at)));
    const one = options()[at];
    if (!one) { input.removeAttribute("aria-activedescendant"); return; }
    input.setAttribute("aria-activedescendant", one.id);
    one.scrollIntoView({ block: "nearest" });
  }

  function choose(one) {
    input.value = one.dataset.label;
    group.querySelectorAll(".offers").forEach((old) => old.remove());
    let kept = group.querySelector("input[type=hidden]");
    if (!kept) {
      kept = document.createElement("input");
      kept.type = "hidden";
      kept.name = `chosen-${number}`;
      group.append(kept);
    }
    kept.value = one.dataset.value;
    show(false);
    asked += 1; // an answer that is still under way comes too late
  }

  async function ask() {
    const mine = ++asked;
    await new Promise((go) => { setTimeout(go, WAIT_MS); });
    if (mine !== asked) return;
    const response = await fetch(`${group.dataset.offers}?q=${encodeURIComponent(input.value)}`, { credentials: "same-origin" });
    if (mine !== asked || !response.ok) return;
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    const found = [...parsed.querySelectorAll("li")];
    found.forEach((one, place) => { one.id = `${list.id}-${place}`; });
    list.replaceChildren(...found);
    point(-1);
    show(found.length > 0);
  }

  input.addEventListener("input", ask);
  input.addEventListener("blur", () => show(false));
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const one = event.target.closest("[role=option]");
    if (one) choose(one);
  });
  input.addEventListener("keydown", (event) => {
    const many = options().length;
    if (list.hidden || many === 0) return;
    if (event.key === "ArrowDown") point((at + 1) % many);
    else if (event.key === "ArrowUp") point((at + many - 1) % many);
    else if (event.key === "Enter" && at >= 0) choose(options()[at]);
    else if (event.key === "Escape") show(false);
    else return;
    event.preventDefault();
  });
}

document.querySelectorAll("[data-offers]").forEach(offer);
