"use strict";
const root = document.documentElement;
if ("followBrowser" in root.dataset) {
  root.lang = (navigator.languages || []).find((one) => /^(de|en)\b/.test(one))?.slice(0, 2) || root.lang;
}
for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => { root.lang = button.dataset.language; });
}
const shown = (cell) => cell.dataset.value ?? cell.innerText;
const order = new Intl.Collator("de", { numeric: true }).compare;
for (const heading of document.querySelectorAll("th")) {
  heading.querySelector("button").addEventListener("click", () => {
    const up = heading.getAttribute("aria-sort") !== "ascending";
    for (const other of heading.parentNode.children) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", up ? "ascending" : "descending");
    const body = heading.closest("table").tBodies[0];
    const place = heading.cellIndex;
    const rows = [...body.rows].map((row) => [shown(row.cells[place]), row]);
    rows.sort(([one], [other]) => (up ? order(one, other) : order(other, one)));
    body.append(...rows.map(([, row]) => row));
  });
}
let folded = [];
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const one of folded) one.open = true;
});
addEventListener("afterprint", () => {
  for (const one of folded) one.open = false;
});
