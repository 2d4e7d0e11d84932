// Arrow keys go from table to table, Page Up and Page Down to the time before and after. Without it Tab and links do.

const plate = document.querySelector("[data-plate]");
const KEPT = "plate-focus";
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const wellAt = (row, column) => row?.cells[column]?.querySelector("a");

const move = (link, [down, right]) => {
  const cell = link.closest("td");
  const rows = [...plate.querySelectorAll(".plate tbody tr")];
  if (right) {
    let column = cell.cellIndex + right;
    while (column > 0 && column < cell.parentElement.cells.length) {
      const next = wellAt(cell.parentElement, column);
      if (next) return next;
      column += right;
    }
    return null;
  }
  let at = rows.indexOf(cell.parentElement) + down;
  while (rows[at]) {
    const next = wellAt(rows[at], cell.cellIndex);
    if (next) return next;
    at += down;
  }
  return null;
};

if (plate) {
  const hint = plate.querySelector("[data-keys]");
  if (hint && plate.querySelector(".plate a")) hint.hidden = false;
  plate.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !event.target.matches("a, button")) return;
    const turn = { PageUp: "prev", PageDown: "next" }[event.key];
    if (turn) {
      const link = plate.querySelector(`a[rel~=${turn}]`);
      if (!link) return;
      event.preventDefault();
      const label = event.target.closest(".plate") && event.target.getAttribute("aria-label");
      sessionStorage.setItem(KEPT, label ? label.split(":")[0] : `rel ${turn}`);
      location.assign(link.href);
      return;
    }
    const step = STEPS[event.key];
    if (!step || !event.target.closest(".plate")) return;
    event.preventDefault();
    move(event.target, step)?.focus();
  });

  const kept = sessionStorage.getItem(KEPT);
  if (kept) {
    sessionStorage.removeItem(KEPT);
    const links = [...plate.querySelectorAll("a")];
    const rel = kept.startsWith("rel ") ? kept.slice(4) : "";
    const found = rel
      ? plate.querySelector(`a[rel~=${rel}]`) ?? plate.querySelector("a[rel]")
      : links.find((link) => link.getAttribute("aria-label")?.split(":")[0] === kept);
    found?.focus();
  }
}
