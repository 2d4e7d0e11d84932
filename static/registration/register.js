// Registering with a little help: the time left, the price of the choice, names left open. Every step works without it.

for (const place of document.querySelectorAll("[data-held-until]:not([data-offer])")) {
  const end = Date.parse(place.dataset.heldUntil);
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  const spoken = place.textContent;
  const tick = () => {
    const minutes = Math.ceil((end - Date.now()) / 60000);
    if (minutes > 0) {
      place.textContent = spoken.replace(/\d+/, String(minutes));
      place.title = words.format(minutes, "minute");
    } else {
      place.textContent = place.dataset.over;
      place.removeAttribute("title");
      window.clearInterval(timer);
    }
  };
  const timer = window.setInterval(tick, 15000);
  tick();
}

const bar = document.querySelector("[data-bar-price]");
const choices = document.querySelectorAll("input[name=ticket]");
for (const choice of choices) {
  choice.addEventListener("change", () => {
    if (bar) bar.textContent = choice.dataset.price;
  });
}

for (const person of document.querySelectorAll("[data-person]")) {
  const open = person.querySelector("[data-open]");
  const answers = person.querySelector("[data-answers]");
  const show = () => {
    answers.hidden = open.checked;
  };
  open.addEventListener("change", show);
  show();
}
