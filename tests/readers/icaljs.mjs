// Reads calendars with ical.js: a JSON list of texts on stdin, a JSON list of what it understood on stdout.
// Zones come from the VTIMEZONE in each file.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const SINGLE = [
  "uid", "sequence", "summary", "description", "location", "url", "status", "class", "transp", "dtstamp",
  "last-modified",
];

const { default: ICAL } = await import(pathToFileURL(process.argv[2]));

function moment(event, name) {
  const property = event.getFirstProperty(name);
  if (!property) return null;
  const time = property.getFirstValue();
  if (time.isDate) return time.toICALString();
  const tzid = property.getParameter("tzid");
  if (tzid ? time.zone?.component?.getFirstPropertyValue("tzid") !== tzid : time.zone !== ICAL.Timezone.utcTimezone) {
    return "unknown zone";
  }
  return time.toUnixTime();
}

function person(event, name) {
  return event.getAllProperties(name).map((one) => ({
    address: one.getFirstValue(),
    name: one.getParameter("cn") ?? "",
    partstat: one.getParameter("partstat") ?? "",
    rsvp: one.getParameter("rsvp") ?? "",
  }));
}

function read(text) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const value = (component, name) => component.getFirstPropertyValue(name)?.toString() ?? null;
  return {
    method: value(calendar, "method"),
    name: value(calendar, "name"),
    refresh: value(calendar, "refresh-interval"),
    components: calendar.getAllSubcomponents().map((one) => one.name),
    events: calendar.getAllSubcomponents("vevent").map((event) => ({
      start: moment(event, "dtstart"),
      end: moment(event, "dtend"),
      zone: event.getFirstProperty("dtstart").getParameter("tzid") ?? "",
      properties: event.getAllProperties().map((one) => one.name),
      inside: event.getAllSubcomponents().map((one) => one.name),
      attendees: person(event, "attendee"),
      organizers: person(event, "organizer"),
      categories: event.getAllProperties("categories").flatMap((one) => one.getValues()),
      ...Object.fromEntries(SINGLE.map((name) => [name.replace("-", "_"), value(event, name)])),
      alarms: event.getAllSubcomponents("valarm").map((one) => value(one, "trigger")),
    })),
  };
}

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(read)));
