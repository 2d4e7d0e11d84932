// Keeps what the scanner needs to open without network: pages without names, and static files. See worker.js.

const nameOf = (scope) => `door ${scope}`;

/** Keep everything, all or nothing, as it is now. Answers whether this browser can. */
export async function keepShell({ worker, scope, shells, files }) {
  if (!navigator.serviceWorker || !window.caches) return false;
  const registration = await navigator.serviceWorker.register(worker, { scope, type: "classic" });
  const cache = await caches.open(nameOf(scope));
  const wanted = [...shells.map((page) => `${page}${page.includes("?") ? "&" : "?"}shell=1`), ...files].map(ordered);
  const freshly = (address) => (/[?&]v=/.test(address) ? "default" : "no-cache");
  await cache.addAll(wanted.map((address) => new Request(address, { cache: freshly(address), redirect: "error" })));
  const now = new Set(wanted.map((address) => new URL(address, location.href).href));
  for (const request of await cache.keys()) if (!now.has(request.url)) await cache.delete(request);
  await active(registration);
  return true;
}

/** Forget it. */
export async function forgetShell(scope) {
  if (window.caches) await caches.delete(nameOf(scope));
  for (const each of (await navigator.serviceWorker?.getRegistrations()) ?? []) {
    if (new URL(each.scope).pathname === scope) await each.unregister();
  }
}

/** `shell` stands first in an address, where the service worker looks for it. */
function ordered(address) {
  const [path, search = ""] = address.split("?");
  if (!search.includes("shell=1") || search === "shell=1") return address;
  return `${path}?shell=1&${search.split("&").filter((each) => each !== "shell=1").join("&")}`;
}

function active(registration) {
  const next = registration.installing ?? registration.waiting;
  if (!next) return undefined;
  return new Promise((resolve) => {
    next.addEventListener("statechange", () => ["activated", "redundant"].includes(next.state) && resolve());
  });
}
