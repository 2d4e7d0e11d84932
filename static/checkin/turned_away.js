// The page of a phone that scans no more: nothing stays on it but what the server has not taken yet.

import { leave } from "./leaving.js";

const AGAIN = 5000; // milliseconds
const root = document.getElementById("turned-away");
const setup = { event: root.dataset.event, scope: root.dataset.scope, scans: root.dataset.scans };

async function go() {
  const waiting = await leave(setup);
  const left = root.querySelector("[data-left]");
  left.hidden = waiting === 0;
  left.querySelector("b").textContent = waiting;
  root.dataset.state = waiting === 0 ? "empty" : "waiting";
  if (waiting > 0) setTimeout(go, AGAIN);
}

go();
