"""Meetings by video: the link of the call, and what clocks show where those are who are not at the event."""

from collections.abc import Iterable
from datetime import datetime

from babel import dates

from .. import clock
from ..delegates.models import Delegate
from ..i18n import _, day, locale, span
from .models import Meeting

ZONES = (
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/Mexico_City",
    "America/New_York",
    "America/Toronto",
    "America/Bogota",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires",
    "Atlantic/Reykjavik",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Vienna",
    "Europe/Zurich",
    "Europe/Amsterdam",
    "Europe/Brussels",
    "Europe/Copenhagen",
    "Europe/Madrid",
    "Europe/Oslo",
    "Europe/Paris",
    "Europe/Prague",
    "Europe/Rome",
    "Europe/Stockholm",
    "Europe/Warsaw",
    "Europe/Athens",
    "Europe/Bucharest",
    "Europe/Helsinki",
    "Europe/Kyiv",
    "Europe/Tallinn",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "Asia/Jerusalem",
    "Europe/Istanbul",
    "Asia/Riyadh",
    "Asia/Dubai",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "Asia/Ho_Chi_Minh",
    "Asia/Hong_Kong",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Taipei",
    "Australia/Perth",
    "Asia/Seoul",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)
"""Where guests by video may be, from west to east."""


def link_of(meeting: Meeting) -> str:
    """The link of a meeting by video: of the room it has, else the invitee's own, the requester's, anybody's.

    "" for one at a table, or as long as nobody has a link.
    """
    if not meeting.virtual:
        return ""
    place = meeting.appointment.location if meeting.appointment is not None else None
    if place is not None and place.url:
        return place.url
    invitee_id = meeting.high_id if meeting.requester_id == meeting.low_id else meeting.low_id
    people = {each.id: each for each in sitting(meeting)}
    order = [invitee_id, meeting.requester_id, *people]
    return next((people[each].video_url for each in order if each in people and people[each].video_url), "")


def zones_of(people: Iterable[Delegate], home: str) -> list[str]:
    """The zones, other than `home`, in which those of these people are who take part by video, each once."""
    found = [each.zone for each in people if each.remote and each.zone and each.zone != home]
    return list(dict.fromkeys(found))


def sitting(meeting: Meeting) -> list[Delegate]:
    """Everybody who will come to a meeting."""
    return [seat.delegate for seat in meeting.delegates if seat.vacant_since is None]


def times_of(meeting: Meeting, home: str) -> list[str]:
    """When a meeting by video is, at the venue (in the zone called `home`) and where its other people are.

    Empty where all of them read the same clock, and as long as it has no time.
    """
    at = meeting.appointment
    zones = zones_of(sitting(meeting), home) if meeting.virtual and at is not None else []
    if at is None or not zones:
        return []
    return [elsewhere(at.starts_at, at.ends_at, zone, home) for zone in (home, *zones)]


def elsewhere(starts_at: datetime, ends_at: datetime, zone: str, home: str) -> str:
    """ "22:00–22:20 in Tokyo", with the day where it is another one there than in the zone called `home`."""
    words = _("%(time)s in %(place)s", time=span(starts_at, ends_at, zone), place=city(zone))
    if clock.in_zone(starts_at, zone).date() == clock.in_zone(starts_at, home).date():
        return words
    return f"{day(starts_at, 'short', zone)}, {words}"


def city(zone: str) -> str:
    """What a zone is called after, in the language in force."""
    named: str = dates.get_timezone_location(zone, return_city=True, locale="de_DE" if locale() == "de" else "en_GB")
    return named
