// Reads the badge of whom one meets, with the camera of the scanner at the door. Without it the page has a field.

import { look, reasonOf, runs, start, stop } from "../checkin/camera.js";
import { makeReader } from "../checkin/decoder.js";

const root = document.getElementById("badge");
const words = root.dataset;
const part = (name) => root.querySelector(`[data-${name}]`);
const video = part("video");
const form = part("form");
const field = form.elements.code;

let sent = false;
let looking = false;

function hint(text) {
  part("hint").textContent = text;
}

function found(text) {
  if (sent) return;
  sent = true;
  field.value = text;
  stop(video);
  form.requestSubmit();
}

async function begin() {
  hint(words.wordStarting);
  try {
    await start(video);
  } catch (error) {
    hint({ denied: words.wordDenied, missing: words.wordMissing, busy: words.wordBusy }[reasonOf(error)]);
    return;
  }
  video.hidden = false;
  part("start").hidden = true;
  try {
    const read = await makeReader({ module: words.zxing, wasm: words.wasm });
    hint(words.wordReady);
    if (!looking) look(video, read, () => !sent, found);
    looking = true;
    root.dataset.reader = "ready";
  } catch (error) {
    console.warn("no reader", error);
    hint(words.wordReader);
  }
}

part("camera").hidden = !navigator.mediaDevices;
part("start").addEventListener("click", begin);
document.addEventListener("visibilitychange", () => {
  if (document.hidden || video.hidden || runs(video)) return;
  begin();
});
window.addEventListener("pagehide", () => stop(video));
