// Wall clocks of the event's zone, as the server tells them: [[since, offset], …] in milliseconds, the first since ever.
// Nothing here trusts what the phone believes of time zones. Twin of partnering/checkin/zones.py.

export const DAY = 86_400_000;
export const MINUTE = 60_000;

const down = (value, by) => Math.floor(value / by);
const rest = (value, by) => value - down(value, by) * by;

/** What the wall clock shows at a moment: { day (since the epoch), minute (of the day) }. */
export function wall(zone, ms) {
  let offset = zone[0][1];
  for (const [since, each] of zone.slice(1)) {
    if (ms < since) break;
    offset = each;
  }
  const local = ms + offset;
  return { day: down(local, DAY), minute: down(rest(local, DAY), MINUTE) };
}

/** The moment at which a day's wall clock shows a minute; of a doubled one the first, a skipped one is moved. */
export function instant(zone, day, minute) {
  const local = day * DAY + minute * MINUTE;
  let offset = zone[0][1];
  for (const [since, each] of zone.slice(1)) {
    if (local < since + Math.max(offset, each)) break;
    offset = each;
  }
  return local - offset;
}

/** The latest moment, up to `ms`, at which a minute of the day came; once each day, whatever clocks do. */
export function lastTime(zone, minute, ms) {
  const { day } = wall(zone, ms);
  const today = instant(zone, day, minute);
  return today <= ms ? today : instant(zone, day - 1, minute);
}

/** A day, counted since the epoch, as "2027-10-13". */
export function iso(day) {
  return new Date(day * DAY).toISOString().slice(0, 10);
}
