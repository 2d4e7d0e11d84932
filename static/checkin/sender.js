// Sends what was scanned. A scan keeps its id until it is answered, so that sending again admits nobody twice.

const PATIENCE = 6000; // milliseconds until a silent network counts as none
const PAUSE = 2000; // before the next try

/** The server answered, but not with a verdict. `kind` is "reload", "often", "late" or "refused". */
export class Refused extends Error {
  constructor(kind) {
    super(kind);
    this.kind = kind;
  }
}

/** A name for one attempt. */
export function newScanId() {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  return [...octets].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** POST `body` as JSON once. Throws `Refused`, or whatever says that the network is away. */
export async function post(address, body, csrf) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify(body),
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (response.ok) return response.json();
  if (response.status >= 500) throw new Error(`the server answers ${response.status}`);
  if (response.status === 429) throw new Refused("often");
  if (response.status === 409) throw new Refused("late");
  if (response.status === 422) throw new Refused("refused");
  throw new Refused("reload"); // signed out, another form key, no longer crew
}

/** Send until it is answered. `away()` is told about each try that no network took; `stop` ends it (an AbortSignal). */
export async function insist(address, body, csrf, away, stop) {
  for (;;) {
    try {
      return await post(address, body, csrf);
    } catch (error) {
      if (error instanceof Refused || stop.aborted) throw error;
      away();
    }
    await pause(stop);
    if (stop.aborted) throw new DOMException("given up", "AbortError");
  }
}

function pause(stop) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      resolve();
    };
    const timer = setTimeout(done, PAUSE);
    window.addEventListener("online", done);
    stop.addEventListener("abort", done, { once: true });
  });
}
