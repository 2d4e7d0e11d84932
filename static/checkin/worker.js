// The service worker of one event's doors, limited to their addresses: opens the scanner when no network does. It keeps
// no guest and no answer of the server. Shells are pages without names, which the scanner puts here, and all else that
// is kept are static files.

const SCOPE = new URL(self.registration.scope).pathname;
const CACHE = `door ${SCOPE}`;
const PATIENCE = 2000; // milliseconds until a silent network counts as none
const AWAY = 20_000; // so long nobody asks it again for files that are kept

let awaySince = -Infinity;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== self.location.origin) return;
  if (request.method === "GET" && address.pathname.startsWith("/static/")) event.respondWith(file(request, address));
  else if (request.mode === "navigate" && address.pathname.startsWith(SCOPE)) event.respondWith(page(request, address));
});

/** A static file: one that carries its version from the cache at once, another one from the network if it answers. */
async function file(request, address) {
  const kept = await (await caches.open(CACHE)).match(request.url);
  if (kept && (address.search !== "" || performance.now() - awaySince < AWAY)) return kept;
  return kept ? orKept(request, () => kept) : fetch(request);
}

/** A page as the server gives it, or what was kept for the time without network; a form that was not sent says so. */
async function page(request, address) {
  if (request.method !== "GET") return orKept(request, () => Response.redirect(`${scanOf(address)}?unsent=1`, 303), 0);
  const kept = await shellOf(address);
  return kept ? orKept(request, () => kept) : fetch(request);
}

async function shellOf(address) {
  const cache = await caches.open(CACHE);
  const exit = address.searchParams.get("type") === "exit" ? "&type=exit" : "";
  for (const path of [address.pathname, scanOf(address)]) {
    const kept = (exit && (await cache.match(`${path}?shell=1${exit}`))) || (await cache.match(`${path}?shell=1`));
    if (kept) return kept;
  }
  return null;
}

/** The scanner of the door that a page belongs to. */
function scanOf(address) {
  const [list] = address.pathname.slice(SCOPE.length).split("/");
  return `${SCOPE}${list}/scan`;
}

/** The answer of the network, or, without one within `patience` (0: for ever), what `instead` gives. */
async function orKept(request, instead, patience = PATIENCE) {
  const stopped = new AbortController();
  const timer = patience ? setTimeout(() => stopped.abort(), patience) : 0;
  try {
    const answer = await (request.method === "GET"
      ? fetch(request.url, { credentials: "same-origin", redirect: "manual", signal: stopped.signal, headers: request.headers })
      : fetch(request));
    awaySince = -Infinity;
    return answer.status >= 500 ? instead() : answer;
  } catch {
    awaySince = performance.now();
    return instead();
  } finally {
    clearTimeout(timer);
  }
}
