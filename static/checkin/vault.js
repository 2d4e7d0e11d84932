// What a phone keeps for the time without network, in IndexedDB: everything but ids is encrypted with AES-GCM under keys
// that the browser does not let out. Whoever throws away a key throws away all that lies under it.
//
// Two keys: "guests" goes when the device is let go, its lease ends or its crew signs out; "scans" when all are handed in.

const STORES = ["keys", "guests", "state", "log", "scans"];
const OF_GUESTS = ["guests", "state", "log"];
const PREFIX = "door ";

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });

/** The piece, 0 to 255, that a hash in base64 belongs to: guests lie in pieces, so that one change rewrites one piece. */
export const pieceOf = (hash) => atob(hash.slice(0, 4)).charCodeAt(0);

/** Every vault of this browser, by the id of its event. */
export async function vaultsHere() {
  const all = (await indexedDB.databases?.()) ?? [];
  return all.filter(({ name }) => name.startsWith(PREFIX)).map(({ name }) => name.slice(PREFIX.length));
}

/** Open the vault of an event; it is made where there is none. */
export async function openVault(event) {
  const name = PREFIX + event;
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => STORES.forEach((store) => opening.result.createObjectStore(store));
  const db = await asked(opening);
  db.onversionchange = () => db.close();

  const read = (store, key) => asked(db.transaction(store).objectStore(store).get(key));

  async function write(stores, change) {
    const transaction = db.transaction(stores, "readwrite");
    change((store) => transaction.objectStore(store));
    await done(transaction);
  }

  const keyOf = (use) => read("keys", use);

  /** The key for a use; made where there is none, whichever tab of this browser comes first. */
  async function makeKey(use) {
    const kept = await keyOf(use);
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const transaction = db.transaction("keys", "readwrite");
    const twin = await asked(transaction.objectStore("keys").get(use));
    if (!twin) transaction.objectStore("keys").put(made, use);
    await done(transaction);
    return twin ?? made;
  }

  async function seal(key, value) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(value));
    return { iv, sealed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain) };
  }

  /** What was sealed; null where its key is gone, or another one has taken its place. */
  async function unseal(key, kept) {
    if (!kept || !key) return null;
    try {
      const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv }, key, kept.sealed);
      return JSON.parse(new TextDecoder().decode(plain));
    } catch {
      return null;
    }
  }

  async function unsealAll(use, store, most = undefined) {
    const key = await keyOf(use);
    const kept = await asked(db.transaction(store).objectStore(store).getAll(null, most));
    return (await Promise.all(kept.map((each) => unseal(key, each)))).filter((each) => each !== null);
  }

  return {
    /** What the server told beside its guests, or null. */
    told: async () => unseal(await keyOf("guests"), await read("state", "told")),

    /** Every guest that is kept, as rows. */
    guests: async () => (await unsealAll("guests", "guests")).flat(),

    /**
     * Keep what the server told, and rows: `rows` is a Map from hash to row of everything known, of which the pieces
     * in the Set `touched` are written (null: all, and nothing else stays). All of it, or nothing.
     */
    async keep(told, rows, touched) {
      const pieces = new Map();
      for (const [hash, row] of rows) {
        const piece = pieceOf(hash);
        if (touched && !touched.has(piece)) continue;
        if (pieces.has(piece)) pieces.get(piece).push(row);
        else pieces.set(piece, [row]);
      }
      const key = await makeKey("guests");
      const sealed = [];
      for (const [piece, held] of pieces) sealed.push([piece, await seal(key, held)]);
      const state = await seal(key, told);
      await write(["guests", "state"], (store) => {
        if (!touched) store("guests").clear();
        for (const [piece, held] of sealed) store("guests").put(held, piece);
        store("state").put(state, "told");
      });
    },

    /** Note what was decided here, as long as there is a key for guests; `id` is that of the scan. */
    async note(id, entry) {
      const key = await keyOf("guests");
      if (!key) return;
      const sealed = await seal(key, entry);
      await write("log", (store) => store("log").put(sealed, id));
    },

    /** Everything that was noted, in no order. */
    noted: () => unsealAll("guests", "log"),

    /** Forget what was noted about these scans. */
    forget: (ids) => write("log", (store) => ids.forEach((id) => store("log").delete(id))),

    /** Keep a scan until it is handed in. */
    async keepScan(scan) {
      const sealed = await seal(await makeKey("scans"), scan);
      await write("scans", (store) => store("scans").put(sealed, scan.scan_id));
    },

    /** A scan that waits, or null. */
    scan: async (id) => unseal(await keyOf("scans"), await read("scans", id)),

    /** Scans that wait, at most so many. */
    scans: (most) => unsealAll("scans", "scans", most),

    /** How many scans wait. */
    waiting: () => asked(db.transaction("scans").objectStore("scans").count()),

    /** Scans that were handed in. */
    drop: (ids) => write("scans", (store) => ids.forEach((id) => store("scans").delete(id))),

    /** Forget every guest, and the key that opens them. What waits to be handed in stays. */
    forgetGuests: () =>
      write(["keys", ...OF_GUESTS], (store) => {
        store("keys").delete("guests");
        OF_GUESTS.forEach((each) => store(each).clear());
      }),

    /** Forget everything, and that there was a vault. */
    async destroy() {
      db.close();
      await asked(indexedDB.deleteDatabase(name));
    },
  };
}

/** What stands in for a vault where a browser keeps nothing: scans wait as long as the page is open. */
export function vaultOfThisPage() {
  const scans = new Map();
  const nothing = async () => undefined;
  return {
    told: async () => null,
    guests: async () => [],
    noted: async () => [],
    keep: nothing,
    note: nothing,
    forget: nothing,
    forgetGuests: nothing,
    keepScan: async (scan) => void scans.set(scan.scan_id, scan),
    scan: async (id) => scans.get(id) ?? null,
    scans: async (most) => [...scans.values()].slice(0, most),
    waiting: async () => scans.size,
    drop: async (ids) => ids.forEach((id) => scans.delete(id)),
    destroy: nothing,
  };
}
