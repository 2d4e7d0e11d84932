"""What can happen to places and who holds them once they are bought: cancelled, passed on, reminded, filled in."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..consents import services as consents
from ..db import BilingualText, db
from ..errors import DomainError
from ..events.models import Event
from ..events.services import rename
from ..i18n import _, _l
from ..questions import services as answers
from ..questions.queries import QuestionShown, answers_of
from ..tickets import codes
from ..tickets import services as tickets
from ..tickets.models import Code
from . import lacking, mails, queries, refunds, seats, signals, workshops
from .models import Item, Party, Place, Registration
from .refunds import Quote
from .seats import Guest


class ChangesClosed(DomainError):
    """The day until which tickets may be changed has passed."""

    message = _l("Changes are no longer possible here. Please write to the organiser.")


class PlaceGone(DomainError):
    """The place was cancelled."""

    message = _l("This place was cancelled.")


class RegistrationEnded(DomainError):
    """The registration is no longer live."""

    message = _l("This registration was cancelled or passed on.")


class AlreadyConfirmed(DomainError):
    """The person has taken the place: their data is theirs."""

    message = _l("This person has taken the place already and keeps their own data.")


class NobodyToRemind(DomainError):
    """There is nobody who was asked and has not answered yet."""

    message = _l("There is nobody to remind: nobody was asked, or they have answered.")


class RemindedToday(DomainError):
    """A reminder left today already."""

    message = _l("We have written today already. You can remind again tomorrow.")


class BuyersChoice(DomainError):
    """A colleague wanted to book something that the buyer would have to pay."""

    message = _l("This costs extra. Please ask whoever booked your ticket to add it.")


class MembersOnly(DomainError):
    """A place at the members' price was to go to somebody who is not on their list."""

    message = _l("This place was bought at the price for members, and this email address is not on their list.")

    @classmethod
    def of(cls, code: Code) -> "MembersOnly":
        """The refusal that names the code and says what to do."""
        return cls(
            _(
                "This place was bought with code %(code)s at the price for members, and this email address is not on "
                "their list. Enter the address under which this person is a member, or ask the organiser.",
                code=code.text,
            )
        )


class WithdrawalOver(DomainError):
    """The contract cannot be withdrawn from, or no longer."""

    message = _l("This contract cannot be withdrawn from, or no longer. Please write to the organiser.")


# -- giving back


def cancel_registration(
    registration: Registration, by: str = "organiser", *, keep_place: bool = False, waive_fee: bool = False
) -> Quote | None:
    """End a registration and give its place back; `by` is "holder", "buyer" or "organiser".

    With `keep_place` the place stays with its party, open for somebody else ("declined"). Else the event's refund
    rules hold, unless `waive_fee`; the answer says what they made of it. Ending it twice is ending it once.
    """
    if registration.state != "live":
        return None
    if not keep_place:
        return _give_back(registration.place.party, [registration.place], by, waive_fee=waive_fee)
    seat = registration.place
    hold(seat.party)
    if registration.state != "live":
        return None
    seats.end(registration, "declined")
    seats.forget_invitation(seat)
    _record_end(registration, by, kept=True)
    return None


def cancel_place(seat: Place, by: str = "buyer", *, waive_fee: bool = False) -> Quote:
    """Give a place back, with whoever holds it."""
    return _give_back(seat.party, [seat], by, waive_fee=waive_fee)


def cancel_party(party: Party, by: str = "buyer", *, waive_fee: bool = False) -> Quote:
    """Give back all places of a party."""
    return _give_back(party, queries.places_of(party), by, waive_fee=waive_fee)


def withdraw(party: Party, by: str = "buyer") -> Quote:
    """A consumer withdraws from the contract: everything ends without a fee, and a letter confirms when.

    What was kept of places given back before is waived too. § 355, § 356a BGB. Raises `WithdrawalOver` when that has
    happened already.
    """
    hold(party)
    if party.withdrawn_at is not None:
        raise WithdrawalOver
    party.withdrawn_at = clock.now()
    audit.record("party.withdrawn", party, event=party.event, after={"by": by})
    fees = refunds.waive(party)
    quote = _give_back(party, queries.places_of(party), by, waive_fee=True, tell_buyer=False)
    quote = replace(quote, paid_gross=quote.paid_gross + fees, refund=quote.refund + fees)
    if fees:
        signals.party_changed.send(party)
    mails.withdrawn(party, quote.told())
    return quote


def withdraw_add_on(item: Item, by: str = "buyer") -> Quote:
    """A consumer withdraws from an add-on that was booked later: a letter confirms when. Raises `WithdrawalOver`."""
    party, place, claim = item.party, item.place, item.claim
    hold(party)
    db.session.refresh(item)
    if item.cancelled_at is not None or place is None or claim is None:
        raise WithdrawalOver
    quote = workshops.give_up(place, claim.product, by=by, waive_fee=True)
    audit.record("add_on.withdrawn", place, event=party.event, after={"product": claim.product.public_id})
    mails.add_on_withdrawn(item, quote.told())
    return quote


def hold(party: Party) -> None:
    """Keep a party from others until the transaction ends, in the event's turn, and know its newest state."""
    tickets.turn(party.event_id)
    db.session.refresh(party, with_for_update={"of": Party})
    db.session.execute(
        sa.select(Registration)
        .join(Place, Place.id == Registration.place_id)
        .where(Place.party_id == party.id)
        .execution_options(populate_existing=True)
    ).all()


def _give_back(
    party: Party, places: Iterable[Place], by: str, *, waive_fee: bool = False, tell_buyer: bool = True
) -> Quote:
    wanted = {place.id for place in places}
    hold(party)
    open_places = [place for place in queries.places_of(party) if place.cancelled_at is None]
    ending = [place for place in open_places if place.id in wanted]
    lines = refunds.ending(party, ending)
    if not ending:
        return refunds.quote_lines(party, lines)
    alone = _holds_all(party, ending, open_places)
    money = refunds.quote_lines(party, lines, waive_fee=waive_fee).told()
    names = [mails.holder_name(place) for place in ending]
    for place in ending:
        registration = place.registration
        if registration is not None:
            seats.end(registration, "cancelled", told=money if alone and tell_buyer else None)
            _record_end(registration, by)
        else:
            audit.record("place.cancelled", place, event=party.event, after={"by": by})
    quote = seats.free(party, ending, waive_fee=waive_fee)
    if tell_buyer and not alone:
        mails.places_given_back(party, ending, names, money)
    if lines:
        signals.party_changed.send(party)
    return quote


def _holds_all(party: Party, ending: Sequence[Place], open_places: Sequence[Place]) -> bool:
    """Whether all that ends is the buyer's own only place, so that one letter says it all."""
    own = ending[0].registration
    return len(open_places) == 1 and own is not None and own.participant.person_id == party.contact_person_id


def _record_end(registration: Registration, by: str, *, kept: bool = False) -> None:
    event = registration.place.party.event
    audit.record("registration.cancelled", registration, event=event, after={"by": by, "kept": kept})


# -- who comes


def name_person(seat: Place, guest: Guest, *, by: str = "buyer", confirmed: bool = False) -> Registration | None:
    """Give a place to somebody: an open one, or as substitute for whoever holds it, whose code and link die at once.

    The add-ons of the place go with it; answers and consents do not. None when that person already holds a
    registration; whoever asks sees no difference. What was bought at the members' price goes to members, by whichever
    way; an "organiser" may name anybody. Raises `PlaceGone` or `MembersOnly`.
    """
    hold(seat.party)
    db.session.refresh(seat)
    if seat.cancelled_at is not None:
        raise PlaceGone
    party = seat.party
    before = seat.registration
    person = seats.person_of(guest, party.locale)
    if before is not None and before.participant.person_id == person.id:
        return before
    if by != "organiser":
        _require_member(seat, guest)
    was = seat.invited_address
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
    if registration is not None:
        workshops.attend(registration)
    audit.record(
        "place.named",
        seat,
        event=party.event,
        before={"name": before.participant.name, "email": was} if before is not None else None,
        after={"name": guest.name, "email": guest.email, "by": by},
    )
    return registration


def members_code(seat: Place) -> Code | None:
    """The code at whose members' price a place was bought, if each person who comes must be on its list."""
    code = seat.party.code
    if code is None or not codes.asks_everybody(code):
        return None
    lines = [item for item in queries.items_of(seat.party) if item.kind == "ticket" and item.cancelled_at is None]
    live = [item for item in lines if item.place_id in (seat.id, None)]  # one for several people names no place
    with_it = any(item.code_text == code.text or (item.claim and item.claim.code_id == code.id) for item in live)
    return code if with_it else None


def stranger_to(seat: Place, guest: Guest) -> Code | None:
    """The members' code of a place, where a person is not on its list."""
    code = members_code(seat)
    return code if code is not None and not codes.is_member(code, guest.email) else None


def _require_member(seat: Place, guest: Guest) -> None:
    code = stranger_to(seat, guest)
    if code is not None:
        raise MembersOnly.of(code)


def name_substitute(registration: Registration, guest: Guest, *, by: str = "holder") -> Registration | None:
    """Pass a ticket on to somebody else: a new registration on the same place, see `name_person`.

    Raises `PlaceGone` or `MembersOnly`.
    """
    if registration.state != "live":
        raise PlaceGone
    return name_person(registration.place, guest, by=by)


def correct_name(seat: Place, guest: Guest) -> None:
    """Mend the name of somebody who was asked and has not answered. The address stays: another one is another person.

    What a person known from elsewhere has printed is theirs. Raises `PlaceGone`, `NobodyToRemind` for a place that
    nobody was asked to take, `AlreadyConfirmed`.
    """
    _require_asked(seat)
    registration = seat.registration
    if registration is not None and registration.participant.name == seat.invited_name:
        participant = registration.participant
        rename(
            participant,
            title=guest.title,
            given_name=guest.given_name,
            family_name=guest.family_name,
            function=guest.function or participant.function,
            company=participant.company,
        )
        registration.badge_name = participant.name
    before, seat.invited_name = seat.invited_name, guest.name
    audit.record("place.corrected", seat, event=seat.party.event, before={"name": before}, after={"name": guest.name})
    db.session.flush()


def _require_asked(seat: Place) -> None:
    if seat.cancelled_at is not None:
        raise PlaceGone
    if seat.registration is not None and seat.registration.confirmed_at is not None:
        raise AlreadyConfirmed
    if not seat.invited_address:
        raise NobodyToRemind


def remind(seat: Place) -> None:
    """Write again to whoever was asked to take a place or has not answered all; one letter a day, by the event's day.

    Raises `PlaceGone`, `AlreadyConfirmed`, `NobodyToRemind` or `RemindedToday`.
    """
    if not _lacks(seat):
        _require_asked(seat)
    if not may_remind(seat):
        raise RemindedToday
    _remind(seat)


def remind_all(party: Party) -> int:
    """Write again to all who have something to answer and were not reminded today; how many there were.

    Raises `NobodyToRemind`.
    """
    places = queries.places_of(party)
    incomplete = lacking.of_all([place.registration for place in places if place.registration is not None])
    waiting = [
        place
        for place in places
        if (is_asked(place) or (place.registration is not None and place.registration.id in incomplete))
        and may_remind(place)
    ]
    if not waiting:
        raise NobodyToRemind
    for place in waiting:
        _remind(place)
    return len(waiting)


def is_asked(seat: Place) -> bool:
    """Whether somebody was asked to take this place and has not answered."""
    answered = seat.registration is not None and seat.registration.confirmed_at is not None
    return seat.cancelled_at is None and bool(seat.invited_address) and not answered


def _lacks(seat: Place) -> bool:
    """Whether somebody has taken the place and not answered what they must."""
    held = seat.registration
    return held is not None and held.confirmed_at is not None and bool(lacking.of(held))


def may_remind(seat: Place) -> bool:
    """Whether no reminder for this place has left today."""
    return seat.reminded_at is None or _today(seat) > clock.in_zone(seat.reminded_at, seat.party.event.zone).date()


def _today(seat: Place) -> date:
    return clock.in_zone(clock.now(), seat.party.event.zone).date()


def _remind(seat: Place) -> None:
    seat.reminded_at = clock.now()
    registration = seat.registration
    if registration is not None:
        mails.reminded(registration)
    else:
        person = seats.person_of(Guest(email=seat.invited_address), seat.party.locale)
        held = queries.live_registration_of(person, seat.party.event)
        if held is not None:
            mails.already_registered(held, seat, again=True)
    db.session.flush()


def set_details(registration: Registration, *, title: str, given_name: str, family_name: str, function: str) -> None:
    """Change what is printed of whoever holds a ticket; they thereby confirm that it is theirs.

    Raises `RegistrationEnded`.
    """
    if registration.state != "live":
        raise RegistrationEnded
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
    seats.forget_invitation(registration.place)
    after = {"name": participant.name, "function": participant.function}
    audit.record("registration.changed", registration, event=participant.event, before=before, after=after)
    db.session.flush()


def answer(holder: Party | Registration, questions: Sequence[QuestionShown], values: Mapping[str, Any]) -> None:
    """Make these the answers of a party or of somebody who holds a ticket; sensitive ones lie apart, as ever."""
    if holder.sheet is None:
        holder.sheet_id = answers.new_sheet(_event(holder)).id
        db.session.flush()
        db.session.expire(holder, ["sheet"])
    assert holder.sheet is not None  # made above
    before = answers_of(holder.sheet)
    answers.save(holder.sheet, questions, values)
    after = answers_of(holder.sheet)
    labels = {question.public_id: question.label.de or question.label.en for question in questions}
    changed = [key for key in labels if before.get(key) != after.get(key)]
    audit.record(  # sensitive answers lie elsewhere, and are not told
        "answers.changed",
        holder,
        event=_event(holder),
        before={labels[key]: before.get(key) for key in changed},
        after={labels[key]: after.get(key) for key in changed},
    )


def agree(registration: Registration, wanted: Mapping[str, Any], sentences: Mapping[str, BilingualText]) -> None:
    """Give or withdraw consents, by purpose; `sentences` are those that were read."""
    participant = registration.participant
    for purpose in sorted(sentences):
        if not wanted.get(purpose):
            consents.withdraw(participant, purpose)
        elif consents.current(participant, purpose) is None:
            text = consents.text_for(participant.event, purpose, sentences[purpose])
            consents.give(participant, text, channel="ticket", locale=participant.locale)


def _event(holder: Party | Registration) -> Event:
    return holder.event if isinstance(holder, Party) else holder.participant.event
