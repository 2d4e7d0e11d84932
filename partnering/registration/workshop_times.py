"""What becomes of those who have booked a workshop when its time moves, is called off, or comes back.

The booking itself stays: it is theirs and the organiser's to end. What somebody is taken by at the new time leaves the
workshop in their agenda without taking time, as in `workshops`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ..accounts.models import Person
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry, Appointment
from ..agenda.queries import pushed_aside
from ..db import db
from ..events.models import Event, Participant
from ..tickets.models import Claim, Product
from . import workshop_mails
from .models import Item, Registration

ATTENDEE = "attendee"


class Booked(NamedTuple):
    """Somebody's entry for what they have booked, the registration they hold, and what it was booked as."""

    entry: AgendaEntry
    registration: Registration
    product_ref: str


def booked(*conditions: sa.ColumnElement[bool]) -> list[Booked]:
    """The entries of those who have booked what takes place then, in a constant number of queries, people by id."""
    rows = db.session.execute(
        sa.select(AgendaEntry, Registration, Product.public_id)
        .join(Registration, Registration.participant_id == AgendaEntry.participant_id)
        .join(Item, Item.place_id == Registration.place_id)
        .join(Claim, Claim.id == Item.claim_id)
        .join(Product, sa.and_(Product.id == Claim.product_id, Product.appointment_id == AgendaEntry.appointment_id))
        .where(Registration.state == "live", Item.cancelled_at.is_(None), AgendaEntry.role == ATTENDEE, *conditions)
        .options(
            joinedload(Registration.participant).joinedload(Participant.person).selectinload(Person.addresses),
        )
        .order_by(AgendaEntry.participant_id, AgendaEntry.id, Product.id)
    ).all()
    found: dict[int, Booked] = {}
    for entry, registration, product_ref in rows:
        found.setdefault(entry.id, Booked(entry, registration, product_ref))
    return list(found.values())


def hold_again(appointment: Appointment) -> list[Participant]:
    """Let a workshop take the time of those who have booked it, as far as it is free; who is taken already."""
    entries = [entry for entry in agenda.live_entries(appointment) if entry.role == ATTENDEE]
    return [entry.participant for entry in agenda.hold_all(entries)]


def tell_moved(appointment: Appointment, was: Mapping[str, Any]) -> None:
    """Write to those who have booked it when and where it is now."""
    for one in booked(AgendaEntry.appointment_id == appointment.id, AgendaEntry.state == "live"):
        workshop_mails.moved(one.registration, one.product_ref, one.entry, was)


def tell_gone(entries: Iterable[AgendaEntry], reason: str) -> None:
    """Write to those whose entries these are, and who have booked it, that it does not take place then."""
    ids = [entry.id for entry in entries if entry.role == ATTENDEE]
    if not ids:
        return
    for one in booked(AgendaEntry.id.in_(ids), AgendaEntry.state == "cancelled"):
        workshop_mails.gone(one.registration, one.product_ref, one.entry, reason)


def bring_back(appointment: Appointment) -> list[Participant]:
    """Put what takes place after all into the agendas of those who have it booked, with a letter; who is taken."""
    busy = []
    for one in booked(AgendaEntry.appointment_id == appointment.id, AgendaEntry.state == "cancelled"):
        agenda.attend(appointment, one.registration.participant, ATTENDEE, blocks=False)
        if not agenda.hold_time(one.entry):
            busy.append(one.registration.participant)
        workshop_mails.moved(one.registration, one.product_ref, one.entry, {})
    return busy


def clashing(appointment: Appointment) -> set[int]:
    """Whose time something else takes, of those who have booked it: ids of participants."""
    contested = pushed_aside(appointment)
    return {
        entry.participant_id
        for entry in agenda.live_entries(appointment)
        if entry.role == ATTENDEE and (not entry.blocks or entry.id in contested)
    }


# -- the whole event


def call_off(event: Event) -> None:
    """Take every workshop of an event that was called off out of everybody's agenda.

    What is a session as well stays for those on its stage: the programme cancels it for them.
    """
    for appointment in _times_of(event):
        entries = agenda.live_entries(appointment)
        agenda.leave_all(entry for entry in entries if entry.role == ATTENDEE)
        if all(entry.role == ATTENDEE for entry in entries):
            agenda.cancel(appointment)
    db.session.flush()


def tell_called_off(registrations: Collection[Registration]) -> None:
    """Write to these people, for each workshop they have booked, that it was called off with the event."""
    ids = [registration.participant_id for registration in registrations]
    for one in booked(AgendaEntry.participant_id.in_(ids), AgendaEntry.state == "cancelled"):
        workshop_mails.gone(one.registration, one.product_ref, one.entry, workshop_mails.CALLED_OFF)


def _times_of(event: Event) -> Sequence[Appointment]:
    return db.session.scalars(
        sa.select(Appointment)
        .where(
            Appointment.event_id == event.id,
            Appointment.state == "live",
            sa.exists().where(Product.appointment_id == Appointment.id),
        )
        .order_by(Appointment.id)
    ).all()
