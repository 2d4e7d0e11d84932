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

// the price of what is chosen, and no question for a number where one ticket is all there is in an order
const bar = document.querySelector("[data-bar-price]");
const tickets = [...document.querySelectorAll("input[name=ticket]")];
const asked = document.querySelector("[data-quantity]");
const quantity = document.querySelector("#quantity");
const show = () => {
  const chosen = tickets.find((ticket) => ticket.checked);
  if (!chosen) return;
  const alone = chosen.dataset.most === "1" && (!quantity || !quantity.hasAttribute("aria-invalid"));
  if (asked) asked.hidden = alone;
  if (alone && quantity) quantity.value = "1";
  const count = Number(quantity?.value ?? "1");
  if (bar) bar.textContent = count > 1 && Number.isInteger(count) ? `${count} × ${chosen.dataset.price}` : chosen.dataset.price;
};
for (const ticket of tickets) ticket.addEventListener("change", show);
if (tickets.length && quantity) quantity.addEventListener("input", show);
if (tickets.length) show();

// on the waiting list, what is waited for is not what one would take instead
const others = [...document.querySelectorAll("input[name=others]")];
const choose = () => {
  const first = tickets.find((ticket) => ticket.checked);
  for (const other of others) {
    const same = other.value === first?.value;
    other.closest("label").hidden = same;
    if (same) other.checked = false;
  }
};
if (others.length) {
  for (const ticket of tickets) ticket.addEventListener("change", choose);
  choose();
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
