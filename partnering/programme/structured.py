"""What search engines read of an event and its sessions: schema.org Event, as values for JSON-LD.

Nothing stands in it that the page does not say; of people only their names.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ..events.models import Event
from ..i18n import bi, iso, locale
from ..mail import letters
from .changes import SessionChange
from .models import Release, ReleasedSession

SCHEMA = "https://schema.org"
OFFLINE = f"{SCHEMA}/OfflineEventAttendanceMode"


def of_event(event: Event) -> dict[str, Any]:
    """The event itself."""
    said = {
        "@context": SCHEMA,
        **_event(event),
        "description": bi(event.claim),
        "eventStatus": _status("EventCancelled" if event.state == "cancelled" else "EventScheduled"),
        "eventAttendanceMode": OFFLINE,
        "location": _place(event, ""),
        "organizer": {"@type": "Organization", "name": event.host.name},
    }
    return {name: value for name, value in said.items() if value}


def of_session(event: Event, session: ReleasedSession, told: Sequence[tuple[Release, SessionChange]]) -> dict[str, Any]:
    """A session; `told` is what was changed of it, the newest first: from it comes when it was to begin before."""
    off = session.state != "live" or event.state == "cancelled"
    before = _begun_before(told)
    moved = before is not None and before != session.starts_at
    said = {
        "@context": SCHEMA,
        "@type": "Event",
        "name": bi(session.title),
        "description": bi(session.subtitle),
        "startDate": iso(session.starts_at, event.zone),
        "endDate": iso(session.ends_at, event.zone),
        "eventStatus": _status("EventCancelled" if off else "EventRescheduled" if moved else "EventScheduled"),
        "previousStartDate": iso(before, event.zone) if before is not None and moved else None,
        "eventAttendanceMode": OFFLINE,
        "location": _place(event, bi(session.location.name) if session.location is not None else ""),
        "performer": [
            {"@type": "Person", "name": part.participant.name} for part in session.people if part.participant.name
        ],
        "superEvent": _event(event),
        "inLanguage": session.language,
        "url": letters.url("programme.session", event_slug=event.slug, public_id=session.public_id),
    }
    return {name: value for name, value in said.items() if value}


def _event(event: Event) -> dict[str, Any]:
    return {
        "@type": "Event",
        "name": bi(event.name),
        "startDate": iso(event.opens_at, event.zone),
        "endDate": iso(event.closes_at, event.zone),
        "url": letters.url("events.show", event_slug=event.slug),
    }


def _place(event: Event, room: str) -> dict[str, Any]:
    address = {"streetAddress": event.address.strip(), "addressLocality": event.city.strip()}
    venue = event.venue.in_(locale()) or event.city
    return {
        "@type": "Place",
        "name": f"{room}, {venue}" if room and venue else room or venue,
        "address": {"@type": "PostalAddress", **{name: value for name, value in address.items() if value}},
    }


def _status(word: str) -> str:
    return f"{SCHEMA}/{word}"


def _begun_before(told: Sequence[tuple[Release, SessionChange]]) -> datetime | None:
    """When it was to begin before it was moved last."""
    for _release, change in told:
        if "moved" in change.codes and change.before is not None:
            return change.before.starts_at
    return None
