// The phones at the doors, asked anew every five seconds while somebody looks. They are not announced.

const EVERY = 5000;
const root = document.getElementById("devices");

function put(row, { state, tone, well, seen, waiting }) {
  const tag = row.querySelector("[data-state] .tag");
  if (tag && tag.textContent.trim() !== state) {
    if (row.tagName !== "TR") return location.reload(); // the page of a code says what comes next
    const dot = tag.querySelector(".well");
    tag.dataset.tone = tone;
    if (dot) dot.dataset.well = well;
    tag.replaceChildren(...(dot ? [dot] : []), ` ${state}`);
  }
  for (const [name, text] of Object.entries({ seen, waiting })) {
    const place = row.querySelector(`[data-${name}]`);
    if (place) place.textContent = text;
  }
  return undefined;
}

async function refresh() {
  const stale = root.querySelector("[data-stale]");
  try {
    const response = await fetch(root.dataset.now, {
      headers: { Accept: "application/json" },
      redirect: "manual",
      signal: AbortSignal.timeout(EVERY),
    });
    if (!response.ok) throw new Error(`answer ${response.status}`);
    for (const device of (await response.json()).devices) {
      const row = root.querySelector(`[data-device="${CSS.escape(device.id)}"]`);
      if (row) put(row, device);
    }
    if (stale) stale.hidden = true;
  } catch {
    if (stale) stale.hidden = false;
  }
}

if (root) {
  refresh();
  setInterval(() => document.hidden || refresh(), EVERY);
}
