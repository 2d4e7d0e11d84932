// Ticks in tables: tick all rows, say how many are ticked. Without it rows are ticked one by one.

for (const form of document.querySelectorAll("form")) {
  const boxes = [...form.querySelectorAll("tbody .check")];
  if (!boxes.length) continue;
  const all = form.querySelector("[data-pick-all]");
  const everybody = form.querySelector("[data-everybody]");
  const said = form.querySelector("[data-picked]");

  const tell = () => {
    const picked = boxes.filter((box) => box.checked).length;
    if (said && everybody?.checked) said.firstElementChild.textContent = everybody.dataset.everybody;
    else if (said && picked) said.firstElementChild.textContent = `${picked} ${said.dataset.picked}`;
    if (!all) return;
    all.checked = picked === boxes.length;
    all.indeterminate = picked > 0 && picked < boxes.length;
  };

  if (all) {
    all.hidden = false;
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      tell();
    });
  }
  form.addEventListener("change", tell);
  tell();
}
