"""What can happen to places and who holds them once they are bought: cancelled, passed on, reminded, filled in."""

from .. import audit, clock
from ..db import db
from ..errors import DomainError
from ..events.services import rename
from ..i18n import _l
from . import mails, queries, seats
from .models import Party, Place, Registration
from .seats import Guest


class ChangesClosed(DomainError):
    """The day until which tickets may be changed has passed."""

    message = _l("Changes are no longer possible here. Please write to the organiser.")


class PlaceGone(DomainError):
    """The place was cancelled."""

    message = _l("This place was cancelled.")


def cancel_registration(registration: Registration, by: str = "organiser", *, keep_place: bool = False) -> None:
    """End a registration and give its place back; `by` is "holder", "buyer" or "organiser".

    With `keep_place` the place stays with its party, open for somebody else ("declined").
    """
    if registration.state != "live":
        return
    seat = registration.place
    seats.end(registration, "declined" if keep_place else "cancelled")
    if keep_place:
        seat.invited_name = seat.invited_address = ""
        db.session.flush()
    else:
        seats.free(seat.party, [seat])
    audit.record("registration.cancelled", registration, event=seat.party.event, after={"by": by, "kept": keep_place})


def cancel_place(seat: Place, by: str = "buyer") -> None:
    """Give a place back, with whoever holds it."""
    if seat.cancelled_at is not None:
        return
    if seat.registration is not None:
        cancel_registration(seat.registration, by)
        return
    seats.free(seat.party, [seat])
    audit.record("place.cancelled", seat, event=seat.party.event, after={"by": by})


def cancel_party(party: Party, by: str = "buyer") -> None:
    """Give back all places of a party."""
    for seat in queries.places_of(party):
        cancel_place(seat, by)


def name_person(seat: Place, guest: Guest, *, by: str = "buyer", confirmed: bool = False) -> Registration | None:
    """Give a place to somebody: an open one, or as substitute for whoever holds it, whose code and link die at once.

    None when that person already holds a registration; whoever asks sees no difference. Raises `PlaceGone`.
    """
    if seat.cancelled_at is not None:
        raise PlaceGone
    party = seat.party
    before = seat.registration
    person = seats.person_of(guest, party.locale)
    if before is not None and before.participant.person_id == person.id:
        return before
    if before is not None:
        seats.end(before, "substituted")
    organisation = before.organisation if before is not None else party.organisation
    registration = seats.seat(
        seat,
        person,
        guest,
        organisation=organisation,
        appointment=seats.attendance(party.event),
        confirmed=confirmed,
    )
    audit.record("place.named", seat, event=party.event, after={"by": by})
    return registration


def name_substitute(registration: Registration, guest: Guest, *, by: str = "holder") -> Registration | None:
    """Pass a ticket on to somebody else: a new registration on the same place, see `name_person`.

    Consents are not inherited. Raises `PlaceGone`.
    """
    if registration.state != "live":
        raise PlaceGone
    return name_person(registration.place, guest, by=by)


def remind(seat: Place) -> None:
    """Write again to whoever was asked to take a place; at most one letter a day."""
    registration = seat.registration
    if registration is not None:
        mails.reminded(registration)
    elif seat.invited_address:
        person = seats.person_of(Guest(email=seat.invited_address), seat.party.locale)
        held = queries.live_registration_of(person, seat.party.event)
        if held is not None:
            mails.already_registered(held, seat, again=True)


def set_details(registration: Registration, *, title: str, given_name: str, family_name: str, function: str) -> None:
    """Change what is printed of whoever holds a ticket; they thereby confirm that it is theirs."""
    participant = registration.participant
    before = {"name": participant.name, "function": participant.function}
    rename(
        participant,
        title=title,
        given_name=given_name,
        family_name=family_name,
        function=function,
        company=participant.company,
    )
    registration.badge_name = participant.name
    registration.confirmed_at = registration.confirmed_at or clock.now()
    registration.place.invited_name = registration.place.invited_address = ""
    after = {"name": participant.name, "function": participant.function}
    audit.record("registration.changed", registration, event=participant.event, before=before, after=after)
    db.session.flush()
