// Adds the reader's own hour to a moment that is told in the event's zone, where it is another one.

for (const at of document.querySelectorAll("time[data-instant]")) {
  const moment = new Date(at.dateTime);
  const offset = /([+-])(\d\d):(\d\d)$/.exec(at.dateTime);
  if (Number.isNaN(moment.getTime()) || !offset) continue;
  const there = (offset[1] === "-" ? -1 : 1) * (Number(offset[2]) * 60 + Number(offset[3]));
  if (there === -moment.getTimezoneOffset()) continue;
  const here = moment.toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  at.append(` (${at.dataset.words.replace("{}", here)})`);
}
