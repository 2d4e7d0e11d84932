// What a page says by itself while somebody looks at it: a meeting begins, a request on the spot, one has moved.

const EVERY = 60000;
const FIRST = 2000;
const place = document.querySelector("[data-notices]");
const MEMORY = "notices.closed";

let version = "";
let last = 0;

function closed() {
  try {
    return JSON.parse(sessionStorage.getItem(MEMORY) ?? "[]");
  } catch {
    return [];
  }
}

function close(id) {
  sessionStorage.setItem(MEMORY, JSON.stringify([...closed(), id].slice(-50)));
  place.querySelector(`[data-notice="${CSS.escape(id)}"]`)?.remove();
}

function row(notice) {
  const made = place.querySelector("template").content.firstElementChild.cloneNode(true);
  made.dataset.notice = notice.id;
  const link = made.querySelector("a");
  link.href = notice.url;
  link.textContent = notice.text;
  made.querySelector("button").addEventListener("click", () => close(notice.id));
  return made;
}

/** Show what is new, and take away what no longer holds; what stands already is not announced again. */
function show(notices) {
  const list = place.querySelector("[data-list]");
  const unread = (notice) => !closed().includes(notice.id) && notice.url !== location.pathname;
  const wanted = notices.filter(unread);
  const ids = new Set(wanted.map((notice) => notice.id));
  for (const item of [...list.children]) if (!ids.has(item.dataset.notice)) item.remove();
  const known = new Set([...list.children].map((item) => item.dataset.notice));
  for (const notice of wanted) if (!known.has(notice.id)) list.append(row(notice));
}

async function ask() {
  last = Date.now();
  try {
    const headers = { Accept: "application/json", ...(version && { "If-None-Match": version }) };
    const answer = await fetch(place.dataset.notices, { headers, redirect: "manual", cache: "no-store" });
    if (answer.status === 304) return;
    version = answer.headers.get("ETag") ?? "";
    if (answer.status === 204) show([]);
    else if (answer.ok) show((await answer.json()).notices);
  } catch {
    // without network the page stays as it is, and the next try comes in a minute
  }
}

if (place) {
  setTimeout(ask, FIRST);
  setInterval(() => {
    if (!document.hidden) ask();
  }, EVERY);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && Date.now() - last > EVERY) ask();
  });
}
