// The kiosk: reads codes with the tablet's camera, prints, and goes back to the start when nobody touches it.

import { look, runs, start } from "./camera.js";
import { makeReader } from "./decoder.js";

const AGAIN = 600000; // milliseconds after which an untouched start page is asked for anew

const page = document.querySelector("[data-start]");
const home = () => location.replace(page.dataset.start);

// Whatever the history brings back was somebody else's.
window.addEventListener("pageshow", (event) => event.persisted && home());

let timer = 0;
function wait() {
  clearTimeout(timer);
  timer = setTimeout(home, page.dataset.stays ? page.dataset.stays * 1000 : AGAIN);
}
for (const touch of ["pointerdown", "keydown", "input"]) document.addEventListener(touch, wait);
wait();

if (page.querySelector("[data-print-now]")) document.fonts.ready.then(() => window.print());

const form = document.getElementById("kiosk-code");
const finder = page.querySelector("[data-finder]");

async function watch() {
  const video = finder.querySelector("[data-video]");
  finder.hidden = false;
  try {
    await start(video, "user");
    const read = await makeReader({ module: finder.dataset.zxing, wasm: finder.dataset.wasm });
    let sent = false;
    look(video, read, () => !sent && runs(video), (text) => {
      sent = true;
      form.elements.code.value = text;
      form.elements.read.value = "1";
      form.requestSubmit();
    });
  } catch (error) {
    finder.hidden = true; // the field below works without it
    if (!(error instanceof DOMException)) console.warn("no reader", error);
  }
}

if (finder) watch();
