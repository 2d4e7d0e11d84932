"""Calendars for everybody: the whole programme, and the event itself."""

from datetime import datetime

from flask import Response

from ... import ical
from ...agenda.services import UID_DOMAIN
from ...events.models import Event
from ...events.routing import current_event
from ...headers import as_file
from ...i18n import bi, locale
from ...mail import letters
from .. import queries
from ..describing import description
from ..queries import Released
from .blueprints import pages, share

REFRESH_MINUTES = 60


@pages.get("/programme.ics")
def ics() -> Response:
    """All sessions, to subscribe to."""
    share()
    event = current_event()
    told = queries.still_told(event)
    return calendar_file(
        ical.calendar(
            [calendar_entry(event, each) for each in told],
            bi(event.name),
            max([last_change(each) for each in told], default=event.created_at),
            REFRESH_MINUTES,
        ),
        f"{event.slug}.ics",
    )


@pages.get("/event.ics")
def event_ics() -> Response:
    """The event itself as one entry."""
    share()
    event = current_event()
    entry = ical.Entry(
        uid=f"{event.public_id}@{UID_DOMAIN}",
        sequence=event.version - 1,  # rises with every change of the event
        starts_at=event.opens_at,
        ends_at=event.closes_at,
        zone=event.zone,
        summary=bi(event.name),
        description=bi(event.claim),
        location=event.place(locale()),
        url=letters.url("events.show", event_slug=event.slug),
        status="CANCELLED" if event.state == "cancelled" else "CONFIRMED",
        last_modified=event.created_at,
        all_day=event.first_day != event.last_day,
    )
    return calendar_file(ical.calendar([entry], bi(event.name), event.created_at), f"{event.slug}.ics")


def calendar_entry(event: Event, each: Released) -> ical.Entry:
    """A session as the public calendar holds it: nobody's entry, so it carries the appointment's UID."""
    appointment = each.session.appointment
    assert appointment is not None  # released
    return ical.Entry(
        uid=appointment.uid,
        sequence=appointment.sequence,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        zone=event.zone,
        summary=bi(each.session.title),
        description=description(each.session),
        location=", ".join(part for part in (bi(each.room.name) if each.room else "", bi(event.venue)) if part),
        url=letters.url("programme.session", event_slug=event.slug, public_id=each.session.public_id),
        status="CANCELLED" if each.session.cancelled_at is not None else "CONFIRMED",
        last_modified=last_change(each),
        categories=(bi(each.session.track.name),) if each.session.track else (),
    )


def last_change(each: Released) -> datetime:
    """When something that a calendar shows of a session changed last."""
    assert each.session.appointment is not None  # released
    return max(each.session.updated_at, each.session.appointment.changed_at)


def calendar_file(content: bytes, name: str) -> Response:
    """A calendar to open or to subscribe to."""
    return as_file(content, ical.MEDIA_TYPE, name, inline=True)
