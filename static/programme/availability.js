// Half hours to tick: whole days, stretches with Shift, and arrow keys. Without it each box is ticked by itself.

const form = document.querySelector("[data-times]");
const boxes = [...form.querySelectorAll("input[name=times]")];
const columnOf = (box) => Number(box.dataset.column);
const inColumn = (column) => boxes.filter((box) => columnOf(box) === column);
let last = null;

form.querySelector(".when__all").hidden = false;
form.querySelector("[data-hint]").hidden = false;

form.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-all], button[data-none]");
  if (!button) return;
  const on = "all" in button.dataset;
  for (const box of inColumn(Number(on ? button.dataset.all : button.dataset.none))) box.checked = on;
});

form.addEventListener("click", (event) => {
  const box = event.target;
  if (!boxes.includes(box)) return;
  if (event.shiftKey && last && columnOf(last) === columnOf(box)) {
    const column = inColumn(columnOf(box));
    const [from, to] = [column.indexOf(last), column.indexOf(box)].sort((a, b) => a - b);
    for (const between of column.slice(from, to + 1)) between.checked = box.checked;
  }
  last = box;
});

form.addEventListener("keydown", (event) => {
  const box = event.target;
  if (!boxes.includes(box) || !event.key.startsWith("Arrow")) return;
  const column = inColumn(columnOf(box));
  const at = column.indexOf(box);
  const beside = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const next = beside
    ? box.closest("tr").querySelector(`input[data-column="${columnOf(box) + beside}"]`)
    : column[at + (event.key === "ArrowDown" ? 1 : -1)];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
