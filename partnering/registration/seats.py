"""Who holds a place: seating a person, ending their hold. The constraints on `registration` are the referee."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from .. import clock, qr
from ..accounts.models import Person
from ..accounts.services import person_for
from ..agenda import services as agenda
from ..agenda.models import Appointment
from ..db import db
from ..events.models import Event, LegalText
from ..events.services import participant_for
from ..organisations.models import Organisation
from ..questions import services as answers
from ..rows import Reader, ask, new_row, write
from ..tickets import services as tickets
from . import codes, mails, queries, refunds, signals, workshops
from .models import Party, Place, Registration
from .queries import NEW_HERE, Standing


@dataclass(frozen=True)
class Guest:
    """A person as typed: what is printed of them, and their address."""

    email: str = ""
    title: str = ""
    given_name: str = ""
    family_name: str = ""
    function: str = ""

    @property
    def name(self) -> str:
        """Title, given and family name."""
        return " ".join(part for part in (self.title, self.given_name, self.family_name) if part)

    @property
    def is_open(self) -> bool:
        """Whether nobody is named yet."""
        return not self.email

    @classmethod
    def of(cls, kept: dict[str, Any]) -> "Guest":
        """The person that a draft holds; an empty mapping is a name still open."""
        return cls(**{name: str(kept.get(name, "")) for name in cls.__dataclass_fields__})


def new_reference() -> str:
    """What people quote on the phone and on bank transfers: eight symbols that nobody confuses, no secret."""
    return "".join(secrets.choice(qr.READABLE) for _ in range(8))


def attendance(event: Event) -> Appointment:
    """The appointment that all guests of an event share, from its opening to its close; made at the first need."""
    found = found_attendance(event)
    if found is None:
        db.session.execute(sa.select(Event.id).where(Event.id == event.id).with_for_update())
        found = found_attendance(event)
    return found or agenda.appoint(event, "attendance", event.opens_at, event.closes_at)


def found_attendance(event: Event) -> Appointment | None:
    """The same if it is there already."""
    row = ask(_ATTENDANCE, {"event": event.id}).one_or_none()
    return _APPOINTMENTS.thing(row) if row is not None else None


def attendance_and_notice(event: Event) -> tuple[Appointment, int | None]:
    """`attendance`, and which privacy notice is in force, as whoever registers now has been shown: in one question."""
    row = ask(_ATTENDANCE_AND_NOTICE, {"event": event.id}).one_or_none()
    found = _APPOINTMENTS.thing(row) if row is not None else None
    if row is None or found is None:
        return attendance(event), ask(_NOTICE, {"event": event.id}).scalar()
    return found, row[-1]


_NOTICE = sa.select(sa.func.max(LegalText.number)).where(
    LegalText.event_id == sa.bindparam("event"), LegalText.kind == "privacy"
)
_APPOINTMENTS = Reader(Appointment)
_ATTENDANCE = (
    sa.select(*_APPOINTMENTS.columns)
    .where(Appointment.event_id == sa.bindparam("event"), Appointment.kind == "attendance", Appointment.state == "live")
    .order_by(Appointment.id)
    .limit(1)
)
_ATTENDANCE_AND_NOTICE = _ATTENDANCE.add_columns(_NOTICE.scalar_subquery())


def person_of(guest: Guest, locale: str) -> Person:
    """The person at the guest's address; made when nobody is known by it."""
    return person_for(guest.email, given_name=guest.given_name, family_name=guest.family_name, locale=locale)


def seat(
    place: Place,
    person: Person,
    guest: Guest,
    *,
    organisation: Organisation | None,
    appointment: Appointment,
    confirmed: bool,
    letters: bool = True,
    locale: str | None = None,
    standing: Standing | None = None,
    placing: bool = False,
) -> Registration | None:
    """Give `place` to a person: registration, ticket code, agenda entry and letter.

    None when the person already holds a registration at the event: then the place stays "invited", nothing of theirs
    changes, and a letter asks them. Whoever typed this learns neither. What a known participant has printed already
    is kept. `confirmed` says that the person themselves typed it; `standing` is what they are at the event, where the
    caller has asked; while a party is `placing`, `party_placed` will follow.
    """
    event = place.party.event
    known, held = standing or queries.standing_of([person], event).get(person.id, NEW_HERE)
    if not confirmed:
        place.asked_at, place.reminded_at = clock.now(), None
    if held is not None:
        place.invited_name, place.invited_address = guest.name, guest.email
        db.session.flush()
        if letters:
            mails.already_registered(held, place)
        return None
    company = organisation.name if organisation else ""
    printed = {
        "title": guest.title,
        "given_name": guest.given_name,
        "family_name": guest.family_name,
        "function": guest.function,
        "company": company,
    }
    if known is not None:
        printed = {name: "" if getattr(known, name) else value for name, value in printed.items()}
    participant = participant_for(event, person, locale=None if known else locale, known=known, **printed)
    registration = new_row(
        Registration,
        event_id=event.id,
        place_id=place.id,
        participant_id=participant.id,
        organisation_id=organisation.id if organisation else None,
        appointment_id=appointment.id,
        badge_name=participant.name,
        created_at=clock.now(),
        confirmed_at=clock.now() if confirmed else None,
        silent_since=None if letters else clock.now(),
        place=place,
        participant=participant,
        organisation=organisation,
    )
    invited = ("", "") if confirmed else (guest.name, guest.email)
    if (place.invited_name, place.invited_address) != invited:
        place.invited_name, place.invited_address = invited
    write(registration)
    db.session.expire(place, ["registrations"])
    codes.issue(registration)
    agenda.attend(appointment, participant, "attendee", blocks=False, new=known is None)
    if letters:
        mails.registered(registration)
    signals.registration_begun.send(registration, placing=placing)
    return registration


def end(registration: Registration, state: str, *, letters: bool = True, told: Mapping[str, Any] | None = None) -> None:
    """Somebody no longer holds their place: state "cancelled", "substituted" or "declined".

    Code and link are dead at once; what stood in their agenda goes, and calendars are told by letter. What they said of
    diet, allergy and accessibility is deleted: nobody needs it any more. Add-ons stay with the place. `told` goes into
    the letter, see `mails.registration_ended`.
    """
    workshops.leave(registration, letters=letters)
    if registration.sheet is not None:
        answers.withdraw_sensitive(registration.sheet)
    registration.state = state
    registration.ended_at = clock.now()
    if state != "cancelled":
        registration.generation += 1
    codes.revoke(registration)
    entry = queries.attendance_entry(registration)
    if entry is not None:
        agenda.leave(entry)
    db.session.flush()
    db.session.expire(registration.place, ["registrations"])
    if letters:
        mails.registration_ended(registration, told)
    signals.registration_cancelled.send(registration)


def free(party: Party, places: Sequence[Place], *, waive_fee: bool = False) -> refunds.Quote:
    """Close places nobody holds any more: lines end, fees stay by the event's rules, claims are given back."""
    lines = refunds.ending(party, places)
    now = clock.now()
    for place in places:
        place.cancelled_at = place.cancelled_at or now
        forget_invitation(place)
    quote = refunds.settle(party, lines, waive_fee=waive_fee)
    if all(place.cancelled_at is not None for place in queries.places_of(party)):
        party.cancelled_at = party.cancelled_at or now
    db.session.flush()
    tickets.cancel([item.claim for group in lines for item in group if item.claim is not None])
    return quote


def forget_invitation(place: Place) -> None:
    """Nobody is asked to take this place any more."""
    place.invited_name = place.invited_address = ""
    place.asked_at = place.reminded_at = None
    db.session.flush()
