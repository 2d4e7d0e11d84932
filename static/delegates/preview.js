// The card others will see, kept current while the profile is being written. The server draws it; without this file a
// button does the same.

const form = document.querySelector("form[data-preview]");
const place = document.querySelector(form.dataset.preview);
for (const button of form.querySelectorAll("[data-refresh]")) button.remove();

let waiting;
let running;

async function refresh() {
  running?.abort();
  running = new AbortController();
  const answers = new FormData(form);
  answers.set("preview", "1");
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: answers,
      headers: { "X-Preview": "1" },
      signal: running.signal,
    });
    if (!answer.ok || answer.redirected) return;
    const card = new DOMParser().parseFromString(await answer.text(), "text/html");
    place.replaceChildren(...card.body.childNodes);
  } catch (error) {
    if (error.name !== "AbortError") console.info("the card could not be refreshed");
  }
}

form.addEventListener("input", () => {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(refresh, 300);
});
