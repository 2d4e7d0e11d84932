// What stands under the viewfinder: which camera, its light, sound, whether the next guest comes by itself, and whether
// the badge of whoever came in does.

import { cameras, chosen, hasLight, reasonOf, runs, setLight, start, stayAwake, stop } from "./camera.js";
import { fill } from "./screen.js";
import { unlock } from "./signals.js";

const OFF_AT_FIRST = ["print"];

export const settings = {
  get: (name) => (localStorage.getItem(`door.${name}`) ?? (OFF_AT_FIRST.includes(name) ? "off" : "on")) === "on",
  set: (name, on) => localStorage.setItem(`door.${name}`, on ? "on" : "off"),
};

/** The tools of the scanner `root`; `changed(name, on)` hears of a switch. Gives { begin }, which starts the camera. */
export function makeTools(root, { screen, said, changed }) {
  const words = root.dataset;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const video = part("video");
  const choice = part("camera");

  async function begin() {
    screen.hint(words.wordStarting);
    try {
      await start(video);
      delete part("finder").dataset.blind;
      part("light").hidden = !hasLight(video);
      part("light").setAttribute("aria-pressed", "false");
      await offerCameras();
      screen.hint(words.wordReady);
      part("bycode").open = false;
    } catch (error) {
      const word = { denied: words.wordDenied, missing: words.wordMissing, busy: words.wordBusy }[reasonOf(error)];
      part("finder").dataset.blind = "";
      screen.hint(word, true);
      part("bycode").open = true;
    }
  }

  async function offerCameras() {
    const found = await cameras(video);
    choice.closest("label").hidden = found.length < 2;
    const options = found.map((each, number) => {
      const name = each.name || fill(said.camera, { number: number + 1 });
      return new Option(name, each.id, each.used, each.used);
    });
    choice.replaceChildren(...options);
  }

  function switchOf(name, deed) {
    const button = part(name);
    button.addEventListener("click", async () => {
      const on = await deed(button.getAttribute("aria-pressed") !== "true");
      button.setAttribute("aria-pressed", String(on));
    });
    return button;
  }

  for (const name of ["sound", "auto", "print"].filter(part)) {
    const button = switchOf(name, (on) => {
      settings.set(name, on);
      changed(name, on);
      return on;
    });
    button.setAttribute("aria-pressed", String(settings.get(name)));
  }
  switchOf("light", (on) => setLight(video, on));
  choice.addEventListener("change", () => {
    chosen.set(choice.value);
    begin();
  });
  part("tools").hidden = false;
  part("start").addEventListener("click", begin);
  document.addEventListener("pointerdown", unlock);
  document.addEventListener("keydown", unlock);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    if (!runs(video)) begin();
    stayAwake();
  });
  window.addEventListener("pagehide", () => stop(video));
  stayAwake();
  return { begin };
}
