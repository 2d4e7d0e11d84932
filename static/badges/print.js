// One badge at the door: prints itself once, then leads back to where the next guest is awaited.

const page = document.querySelector(".one-badge");
const next = page.querySelector("[data-next]");
const came = document.referrer && new URL(document.referrer).origin === location.origin ? document.referrer : "";
if (came && new URL(came).pathname !== location.pathname) next.href = came;

if ("printNow" in page.dataset) {
  // Coming back through the history, or reloading, prints nothing: the address forgets that it was to print.
  history.replaceState(null, "", location.pathname);
  window.addEventListener("afterprint", () => location.assign(next.href), { once: true });
  document.fonts.ready.then(() => window.print());
}
