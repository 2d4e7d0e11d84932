// Forms that only the server can answer say so while there is no network, and keep what was typed.

for (const form of document.querySelectorAll("[data-needs-network]")) {
  const told = form.querySelector("[data-no-network]");
  form.addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopPropagation(); // nothing is on its way, so that the button works again
    told.hidden = false;
  });
  window.addEventListener("online", () => (told.hidden = true));
}
