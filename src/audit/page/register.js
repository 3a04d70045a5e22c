"use strict";
(() => {
  const tools = document.querySelector(".tools");
  const search = document.getElementById("search");
  const shown = document.querySelector(".shown");
  const clear = document.getElementById("clear");
  const nothing = document.querySelector(".nothing");
  const chips = [...document.querySelectorAll(".chip")];
  const bodies = [...document.querySelectorAll(".register tbody")];
  const rows = bodies.flatMap((body) => {
    const owner = body.querySelector(".group .owner")?.textContent.toLowerCase() ?? "";
    const table = body.querySelector(".group .name").textContent.toLowerCase();
    return [...body.querySelectorAll("tr:not(.group)")].map((row) => ({
      row,
      body,
      text: table + "." + row.textContent.toLowerCase() + " " + owner,
      is: row.dataset.is.split(" "),
    }));
  });
  const pressed = (kind) => chips.filter((chip) => chip.dataset[kind] && chip.ariaPressed === "true");

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const effects = pressed("effect").map((chip) => chip.dataset.effect);
    const is = pressed("is").map((chip) => chip.dataset.is);
    let count = 0;
    const full = new Set();
    for (const one of rows) {
      const fits =
        words.every((word) => one.text.includes(word)) &&
        (effects.length === 0 || effects.includes(one.row.dataset.effect)) &&
        is.every((name) => one.is.includes(name));
      one.row.hidden = !fits;
      if (fits) {
        count += 1;
        full.add(one.body);
      }
    }
    for (const body of bodies) body.hidden = !full.has(body);
    const all = count === rows.length;
    shown.textContent = all ? rows.length + " columns" : count + " of " + rows.length + " columns";
    clear.hidden = all && words.length === 0 && effects.length === 0 && is.length === 0;
    nothing.hidden = count > 0;
  };

  const reset = () => {
    search.value = "";
    for (const chip of chips) chip.ariaPressed = "false";
    filter();
  };
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
      filter();
    });
  }
  search.addEventListener("input", filter);
  clear.addEventListener("click", reset);
  // A way to a table or a column leads there whatever is filtered.
  for (const link of document.querySelectorAll(".tables a, a.place")) link.addEventListener("click", reset);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      reset();
    }
  });
  window.addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details")) one.open = true;
  });
  tools.hidden = false;
  document.documentElement.classList.add("script");
  filter();
})();
