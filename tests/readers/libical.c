/* Reads one calendar from stdin with libical and prints what it understood, one "name<TAB>hex" a line.
   Times are resolved with the VTIMEZONE in the file, never with the library's own tables. */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void say(const char *name, const char *value) {
    printf("%s\t", name);
    for (; value && *value; value++) printf("%02x", (unsigned char)*value);
    putchar('\n');
}

static void say_number(const char *name, long long value) {
    char text[32];
    snprintf(text, sizeof text, "%lld", value);
    say(name, text);
}

static void say_time(icalcomponent *calendar, icalcomponent *event, icalproperty_kind kind, const char *name) {
    icalproperty *property = icalcomponent_get_first_property(event, kind);
    if (!property) return;
    struct icaltimetype time = icalvalue_get_datetimedate(icalproperty_get_value(property));
    if (icaltime_is_date(time)) {
        say(name, icaltime_as_ical_string(time));
        return;
    }
    const char *tzid = icalproperty_get_parameter_as_string(property, "TZID");
    icaltimezone *zone = tzid ? icalcomponent_get_timezone(calendar, tzid) : icaltimezone_get_utc_timezone();
    if (!zone || (!tzid && !icaltime_is_utc(time))) {
        say(name, "unknown zone");
        return;
    }
    say_number(name, (long long)icaltime_as_timet_with_zone(time, zone));
}

int main(void) {
    size_t size = 0, room = 1 << 24;
    char *text = malloc(room);
    size = fread(text, 1, room - 1, stdin);
    text[size] = 0;
    icalcomponent *calendar = icalparser_parse_string(text);
    if (!calendar) return 1;
    say_number("errors", icalcomponent_count_errors(calendar));
    say_number("allowed", icalrestriction_check(calendar));
    for (icalproperty *p = icalcomponent_get_first_property(calendar, ICAL_METHOD_PROPERTY); p; p = NULL)
        say("method", icalproperty_get_value_as_string(p));
    for (icalcomponent *e = icalcomponent_get_first_component(calendar, ICAL_ANY_COMPONENT); e;
         e = icalcomponent_get_next_component(calendar, ICAL_ANY_COMPONENT))
        say("component", icalcomponent_kind_to_string(icalcomponent_isa(e)));
    for (icalcomponent *e = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT); e;
         e = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        say("event", "");
        say_time(calendar, e, ICAL_DTSTART_PROPERTY, "start");
        say_time(calendar, e, ICAL_DTEND_PROPERTY, "end");
        say("uid", icalcomponent_get_uid(e));
        say("summary", icalcomponent_get_summary(e));
        say("description", icalcomponent_get_description(e));
        say("location", icalcomponent_get_location(e));
        say_number("sequence", icalcomponent_get_sequence(e));
        for (icalproperty *p = icalcomponent_get_first_property(e, ICAL_ANY_PROPERTY); p;
             p = icalcomponent_get_next_property(e, ICAL_ANY_PROPERTY)) {
            const char *name = icalproperty_get_property_name(p);
            say("property", name);
            if (icalproperty_isa(p) == ICAL_STATUS_PROPERTY) say("status", icalproperty_get_value_as_string(p));
            if (icalproperty_isa(p) == ICAL_XLICERROR_PROPERTY) say("complaint", icalproperty_get_value_as_string(p));
            if (icalproperty_isa(p) == ICAL_URL_PROPERTY) say("url", icalproperty_get_url(p));
            if (icalproperty_isa(p) == ICAL_ATTENDEE_PROPERTY || icalproperty_isa(p) == ICAL_ORGANIZER_PROPERTY) {
                int mine = icalproperty_isa(p) == ICAL_ATTENDEE_PROPERTY;
                say(mine ? "attendee" : "organizer", icalproperty_get_value_as_string(p));
                icalparameter *cn = icalproperty_get_first_parameter(p, ICAL_CN_PARAMETER);
                say(mine ? "attendee_name" : "organizer_name", cn ? icalparameter_get_cn(cn) : "");
            }
        }
        for (icalcomponent *a = icalcomponent_get_first_component(e, ICAL_ANY_COMPONENT); a;
             a = icalcomponent_get_next_component(e, ICAL_ANY_COMPONENT))
            say("inside", icalcomponent_kind_to_string(icalcomponent_isa(a)));
    }
    return 0;
}
