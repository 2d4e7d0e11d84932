// The organisers' live view: asked anew every five seconds while somebody looks, and replaced part by part where it is
// different. It is not announced; who reads a table that was opened, or stands in a part, is not disturbed.

const EVERY = 5000;
const live = document.getElementById("live");
const stale = document.querySelector("[data-stale]");

let seen = ""; // the name of what stands here

const parts = (from) => new Map([...from.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));

// Whatever was opened stays open.
function keepOpen(old, news) {
  const before = [...old.querySelectorAll("details")];
  news.querySelectorAll("details").forEach((details, number) => {
    if (before[number]?.open) details.open = true;
  });
}

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const [old, news] = [parts(live), parts(page)];
  if ([...old.keys()].join() !== [...news.keys()].join()) {
    if (!live.contains(document.activeElement)) live.replaceChildren(...document.importNode(page.body, true).childNodes);
    return;
  }
  for (const [name, part] of news) {
    const now = old.get(name);
    keepOpen(now, part);
    if (!now.isEqualNode(part) && !now.contains(document.activeElement)) now.replaceWith(document.importNode(part, true));
  }
}

async function refresh() {
  try {
    const response = await fetch(live.dataset.now, {
      headers: seen ? { "If-None-Match": seen } : {},
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(EVERY),
    });
    if (response.status !== 304) {
      if (!response.ok) throw new Error(`answer ${response.status}`);
      show(await response.text());
      seen = response.headers.get("ETag") ?? "";
    }
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
