// What the scans of one place at one list tell: who came in first in each window, and who is inside. A story is
// { windows: { key: { key, first, device, id, entries, inside, entered } }, marks: { "device id": [state, key] } }, a
// passage { at, device, id, type, forced } of somebody who was let in or out. Twin of partnering/checkin/story.py.

import { windowOf } from "./rules.js";
import { lastTime, MINUTE } from "./zone.js";

const compared = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** Passages in the order in which they count, whatever the order in which they became known. */
export function inOrder(passages) {
  return [...passages].sort(
    (one, other) => compared(one.at, other.at) || compared(one.device, other.device) || compared(one.id, other.id),
  );
}

/** The story that these passages tell, after what `windows` told before all of them. */
export function told(door, passages, windows = {}) {
  const story = { windows: { ...windows }, marks: {} };
  for (const each of inOrder(passages)) tell(door, story, each);
  return story;
}

/** Go on with a story; nobody in it came after `passage`. */
export function tell(door, story, passage) {
  const name = `${passage.device} ${passage.id}`;
  if (passage.type === "exit") {
    const window = lastWindow(story.windows);
    if (window) story.windows[window.key] = { ...window, inside: false };
    story.marks[name] = ["counted", window ? window.key : ""];
    return;
  }
  const { at, device, id } = passage;
  const key = windowOf(door, at);
  const window = story.windows[key];
  if (!window) {
    story.windows[key] = { key, first: at, device, id, entries: 1, inside: true, entered: at };
    story.marks[name] = ["counted", key];
    return;
  }
  const again = passage.forced || whyNotAgain(door, window, at) === null;
  story.windows[key] = { ...window, entries: window.entries + (again ? 1 : 0), inside: true, entered: at };
  story.marks[name] = [again ? "counted" : "duplicate", key];
}

/** The window in which a guest came in last, or null. */
export function lastWindow(windows) {
  const found = Object.values(windows).sort(
    (one, other) => compared(other.entered, one.entered) || compared(other.key, one.key),
  );
  return found[0] ?? null;
}

/** Whether who came in is in at a moment: not gone out, and not counted as gone out since at the hour for it. */
export function stillInside(door, window, at) {
  if (!window.inside || door.exit_all === null) return window.inside;
  return lastTime(door.zone, door.exit_all, at) <= window.entered;
}

/** Why a list does not let in a ticket once more in a window ("rules", "already_in"), or null. */
export function whyNotAgain(door, window, at) {
  if (door.entries === "single" || (door.entries === "reentry" && stillInside(door, window, at))) return "already_in";
  if (door.most !== null && window.entries >= door.most) return "rules";
  if (door.least !== null && at - window.entered < door.least * MINUTE) return "rules";
  return null;
}
