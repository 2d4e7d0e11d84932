// The organisers' counts, asked anew every five seconds while somebody looks. They are not announced.

const EVERY = 5000;
const live = document.getElementById("live");

async function refresh() {
  const stale = live.querySelector("[data-stale]");
  try {
    const response = await fetch(live.dataset.numbers, {
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(EVERY),
    });
    if (!response.ok) throw new Error(`answer ${response.status}`);
    const now = await response.json();
    for (const door of now.doors) {
      const tile = live.querySelector(`[data-door="${CSS.escape(door.id)}"]`);
      if (!tile) continue;
      tile.querySelector("[data-count]").textContent = door.count;
      const of = tile.querySelector("[data-of]");
      of.textContent = of.dataset.words.replace("{number}", door.of);
    }
    const last = live.querySelector("[data-last]");
    if (last) last.textContent = now.last;
    stale.hidden = true;
  } catch {
    stale.hidden = false;
  }
}

if (live) {
  setInterval(() => {
    if (!document.hidden) refresh();
  }, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) refresh();
  });
}
