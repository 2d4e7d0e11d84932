// The screen in the foyer and the signs at the doors: asked anew while they hang, and true to the minute.
// What was read last stays when the network goes, and says of when it is.

const main = document.getElementById("main");
const EVERY = Number(main.dataset.every ?? 30000); // milliseconds
const clock = document.querySelector("[data-clock]");
const stale = document.querySelector("[data-stale]");
const still = matchMedia("(prefers-reduced-motion: reduce)");
const zone = clock.dataset.zone;
const inWords = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "numeric", minute: "2-digit", hourCycle: "h23", timeZone: zone });

let ahead = 0; // how far the server's clock is before ours, in milliseconds
let seen = null; // what stands here, as it was sent
let read = ""; // when the page was read last, as people read it

const now = () => new Date(Date.now() + ahead);
const said = (moment) => inWords.format(moment).replace(/^0(?=\d)/, "");

async function refresh() {
  try {
    if (!navigator.onLine) throw new Error("no network");
    const response = await fetch(location.href, { cache: "no-cache", redirect: "manual", signal: AbortSignal.timeout(10000) });
    if (!response.ok) throw new Error(`answer ${response.status}`);
    const sent = Date.parse(response.headers.get("Date") ?? "");
    if (sent) ahead = sent - Date.now();
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const news = page.getElementById("main");
    if (!news) throw new Error("another page");
    if (!seen?.isEqualNode(news)) {
      seen = news;
      main.replaceChildren(...document.importNode(news, true).childNodes);
    }
    read = said(now());
    stale.textContent = "";
  } catch {
    stale.textContent = stale.dataset.stale.replace("{time}", read || clock.textContent);
  }
  turn();
}

// Eight rooms at a time; every screen shows the same ones at the same moment. Without movement each stays longer.
function turn() {
  const board = main.querySelector("[data-rows]");
  clock.textContent = said(now());
  if (!board) return;
  const most = Number(board.dataset.rows);
  const rows = [...board.tBodies[0].rows];
  const pages = Math.ceil(rows.length / most);
  const page = Math.floor(now().getTime() / (still.matches ? 30000 : 12000)) % Math.max(pages, 1);
  rows.forEach((row, number) => {
    row.hidden = Math.floor(number / most) !== page;
  });
  const where = main.querySelector("[data-pages]");
  where.hidden = pages < 2;
  where.textContent = `${page + 1} / ${pages}`;
}

setInterval(turn, 1000);
setInterval(refresh, EVERY);
addEventListener("online", refresh);
refresh();
