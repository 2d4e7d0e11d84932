// Talks to the server. A scan keeps its id until it is answered, so that sending again admits nobody twice.

const PAUSE = 2000; // milliseconds before the next try
const SILENCE = 15_000; // milliseconds without a single octet after which a long answer counts as lost

/**
 * The server answered, but not with what was asked for. `kind` is "revoked" (this phone was let go), "gone" (signed out,
 * or no crew any more), "reload" (the page's key is an old one), "often", "late" or "refused".
 */
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

/** POST `body` as JSON once, with so much patience (milliseconds). Throws `Refused`, or what says that no network is there. */
export async function post(address, body, csrf, patience = 6000) {
  const response = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify(body),
    redirect: "manual",
    signal: AbortSignal.timeout(patience),
  });
  await check(response);
  return response.json();
}

/**
 * GET JSON, however long it takes as long as something comes. `waiting` scans are told of, `progress` hears from 0 to 1.
 * Answers { answer, began, answered }, moments as { wall, steady }.
 */
export async function get(address, waiting, progress = () => {}) {
  const began = moment();
  const stopped = new AbortController();
  let timer = setTimeout(() => stopped.abort(), SILENCE);
  try {
    const response = await fetch(address, {
      headers: { Accept: "application/json", "X-Door-Waiting": String(waiting) },
      redirect: "manual",
      cache: "no-store",
      signal: stopped.signal,
    });
    const answered = moment();
    await check(response);
    const whole = Number(response.headers.get("X-Door-Octets")) || Infinity;
    const pieces = [];
    let size = 0;
    for (const reader = response.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      clearTimeout(timer);
      timer = setTimeout(() => stopped.abort(), SILENCE);
      pieces.push(value);
      size += value.length;
      progress(Math.min(1, size / whole));
    }
    return { answer: JSON.parse(await new Blob(pieces).text()), began, answered };
  } finally {
    clearTimeout(timer);
  }
}

/** Now by the clock on the wall, and by one that nobody sets. */
export const moment = () => ({ wall: Date.now(), steady: performance.now() });

async function check(response) {
  if (response.ok) return;
  if (response.status >= 500) throw new Error(`the server answers ${response.status}`);
  if (response.status === 401 && (await response.json().catch(() => ({}))).revoked) throw new Refused("revoked");
  const kinds = { 400: "reload", 409: "late", 413: "refused", 422: "refused", 429: "often" };
  throw new Refused(kinds[response.status] ?? "gone");
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
