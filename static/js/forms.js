// What forms need on every page: one answer per click, dialogs, printing. Without it each form still works.

const restore = [];

// A form that is on its way is not sent twice. Forms that answer with a file say so with data-download.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || "download" in form.dataset) return;
  if (form.hasAttribute("data-sent")) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  form.setAttribute("data-sent", "");
  restore.push(() => form.removeAttribute("data-sent"));
  if (!button) return;
  const content = [...button.childNodes];
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) button.replaceChildren(button.dataset.busy);
  restore.push(() => {
    button.removeAttribute("aria-busy");
    button.replaceChildren(...content);
  });
});

// Coming back through the browser's history shows the page as it was left: make it usable again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) restore.splice(0).forEach((undo) => undo());
});

document.addEventListener("click", (event) => {
  const target = event.target.closest("button");
  if (!target) return;
  if (target.getAttribute("aria-disabled") === "true") {
    event.preventDefault();
  } else if (target.dataset.opens) {
    document.getElementById(target.dataset.opens)?.showModal();
  } else if ("confirms" in target.dataset) {
    event.preventDefault();
    target.form.querySelector("dialog").showModal();
  } else if ("closes" in target.dataset) {
    target.closest("dialog").close();
  } else if ("print" in target.dataset) {
    window.print();
  }
});

for (const button of document.querySelectorAll("[data-print]")) button.hidden = false;
