// Says on the button how many are ticked. Without it the button names the deed alone.

for (const form of document.querySelectorAll("form[data-counts]")) {
  const boxes = [...form.querySelectorAll(`input[type=checkbox][name="${form.dataset.counts}"]`)];
  const button = form.querySelector("[data-many]");
  if (!boxes.length || !button) continue;
  const tell = () => {
    const picked = boxes.filter((box) => box.checked).length;
    const words = picked === 0 ? button.dataset.none : picked === 1 ? button.dataset.one : button.dataset.many;
    button.textContent = words.replace("{n}", picked);
  };
  form.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
  tell();
}
