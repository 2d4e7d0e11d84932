"""What calendars say of attending an event, and of a workshop that is no session of the programme."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from .. import ical
from ..agenda import calendars
from ..agenda.calendars import Thing
from ..agenda.models import AgendaEntry
from ..db import BilingualText, db
from ..events.models import Event
from ..i18n import _, bi, locale
from ..mail import letters
from ..tickets.models import Claim, Product
from .models import Item, Registration


@calendars.describes("attendance")
def attendance(entries: Sequence[AgendaEntry]) -> Mapping[int, Thing]:
    """The event, for those who are registered; no code and no secret link."""
    return {
        entry.id: Thing(
            bi(entry.participant.event.name),
            _("You are registered. Your ticket is in the letter that brought you this entry."),
            url_of(entry.participant.event),
            all_day=calendars.lasts_days(entry.appointment, entry.participant.event.zone),
        )
        for entry in entries
    }


@calendars.describes("session")
def workshops(entries: Sequence[AgendaEntry]) -> Mapping[int, Thing]:
    """What was booked for that time: of several add-ons the one that this person holds, else held, else the first.

    What has lost its time since, and with it the way to its name, still has to leave the calendars it is in.
    """
    bought = (
        sa.exists()
        .where(
            Item.place_id == Registration.place_id,
            Registration.participant_id == AgendaEntry.participant_id,
            Claim.id == Item.claim_id,
            Claim.product_id == Product.id,
        )
        .correlate(AgendaEntry, Product)
    )
    rows = db.session.execute(
        sa.select(AgendaEntry.id, Product.name)
        .join(Product, Product.appointment_id == AgendaEntry.appointment_id)
        .where(AgendaEntry.id.in_([entry.id for entry in entries]))
        .order_by(bought.where(Item.cancelled_at.is_(None)).desc(), bought.desc(), Product.id)
    )
    names: dict[int, BilingualText] = {}
    for entry_id, name in rows:
        names.setdefault(entry_id, name)
    return {
        entry.id: workshop(entry.participant.event, names.get(entry.id) or BilingualText("Workshop", "Workshop"))
        for entry in entries
        if entry.id in names or entry.state == "cancelled"
    }


def workshop(event: Event, name: BilingualText) -> Thing:
    """A booked add-on with a time of its own."""
    return Thing(bi(name), bi(event.name), url_of(event))


def event_entry(event: Event, uid: str) -> ical.Entry:
    """The event itself, for whoever takes part in it without an entry of their own."""
    return ical.Entry(
        uid=uid,
        sequence=0,
        starts_at=event.opens_at,
        ends_at=event.closes_at,
        zone=event.zone,
        summary=bi(event.name),
        location=event.place(locale()),
        url=url_of(event),
        last_modified=event.created_at,
        all_day=event.first_day != event.last_day,
    )


def url_of(event: Event) -> str:
    """The event's page."""
    return letters.url("events.show", event_slug=event.slug)
