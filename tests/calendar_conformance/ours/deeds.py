"""What the product can do to calendars, each deed under one plain name: the only file that knows its services.

Things are named by the ids of their rows, times are aware; every deed runs inside the caller's transaction.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from partnering.agenda.models import Location
from partnering.backoffice import selling
from partnering.db import BilingualText, db
from partnering.delegates import services as partnering
from partnering.delegates.models import Delegate
from partnering.events import services as events
from partnering.events.models import Event, Participant
from partnering.i18n import speaking
from partnering.meetings import services as meetings
from partnering.meetings.models import Meeting, MeetingSlot, MeetingVacancy
from partnering.meetings.queries import slots_of
from partnering.programme import drafting, release_letters, releasing
from partnering.programme import services as programme
from partnering.programme.models import ProgrammeSession, Release
from partnering.programme.services import Part, Time
from partnering.registration import changes, mails, workshops
from partnering.registration.models import Registration
from partnering.registration.seats import Guest
from partnering.schedule import calendars
from partnering.tickets.models import Product
from tests.factories import make_event, make_participant, make_product, make_registration, make_workshop
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_block, make_tables
from tests.factories.programme import make_room, make_session

# -- the event


def event(slug: str, opens_at: datetime, closes_at: datetime, **values: Any) -> int:
    """A published event in Dresden."""
    days = {"first_day": opens_at.date(), "last_day": closes_at.date(), "opens_at": opens_at, "closes_at": closes_at}
    return make_event(slug, **{**days, **values}).id


def edit_event(event: int, **values: Any) -> None:
    """Other days, another place, another name."""
    events.edit(db.session.get_one(Event, event), values)


def call_event_off(event: int) -> None:
    """The event does not take place."""
    events.cancel(db.session.get_one(Event, event))


# -- registrations


def register(event: int, address: str, name: str, locale: str = "de", *, letters: bool = True) -> int:
    """Somebody gets a ticket, once more if they had one."""
    given, family = name.split()
    held = db.session.get_one(Event, event)
    named: dict[str, Any] = {"given_name": given, "family_name": family, "locale": locale}
    return make_registration(held, email=address, letters=letters, **named).id


def send_ticket_again(registration: int) -> None:
    """The ticket once more, as nothing has changed."""
    mails.reminded(db.session.get_one(Registration, registration))


def cancel_registration(registration: int) -> None:
    """Somebody does not come."""
    changes.cancel_registration(db.session.get_one(Registration, registration), "holder")


def substitute(registration: int, address: str, name: str) -> None:
    """Somebody passes their ticket on."""
    given, family = name.split()
    guest = Guest(email=address, given_name=given, family_name=family)
    changes.name_substitute(db.session.get_one(Registration, registration), guest)


def participant_of(registration: int) -> int:
    """Whose registration it is."""
    return db.session.get_one(Registration, registration).participant_id


# -- workshops


def workshop(event: int, name: str, starts_at: datetime, minutes: int) -> int:
    """An add-on with a time of its own."""
    return make_workshop(db.session.get_one(Event, event), name, starts_at, minutes).id


def book(registration: int, product: int) -> None:
    """Somebody books a workshop, once more if they gave it up."""
    workshops.book(db.session.get_one(Registration, registration), db.session.get_one(Product, product))


def give_up(registration: int, product: int) -> None:
    """Somebody gives a workshop up."""
    workshops.give_up(db.session.get_one(Registration, registration), db.session.get_one(Product, product))


def set_workshop(event: int, product: int, starts_at: datetime | None, minutes: int = 60, room: int = 0) -> None:
    """Another time or place for a workshop, or none."""
    at = selling.Time(starts_at, starts_at + timedelta(minutes=minutes), _place(room)) if starts_at else None
    selling.set_time(db.session.get_one(Event, event), db.session.get_one(Product, product), at, anyway=True)


def sell(event: int, session: int, name: str) -> int:
    """Offer a session as an add-on."""
    held = db.session.get_one(Event, event)
    at = db.session.get_one(ProgrammeSession, session).appointment_id
    named = BilingualText(name, name)
    return make_product(held, kind="add_on", name=named, partnering=False, appointment_id=at, gross=0).id


# -- sessions


def participant(event: int, address: str, name: str, locale: str = "de") -> int:
    """Somebody who takes part, in no role yet."""
    given, family = name.split()
    held = db.session.get_one(Event, event)
    return make_participant(held, email=address, given_name=given, family_name=family, locale=locale).id


def room(event: int, name: str) -> int:
    """A room."""
    return make_room(db.session.get_one(Event, event), name).id


def session(
    event: int, title: str, starts_at: datetime, minutes: int, room: int, people: Sequence[Sequence[Any]]
) -> int:
    """A public session; `people` are pairs of a participant and a role. Nobody is written to."""
    held = db.session.get_one(Event, event)
    parts = _parts(people)
    return make_session(held, title, starts_at=starts_at, minutes=minutes, room=_place(room), people=parts).id


def move_session(session: int, starts_at: datetime, minutes: int, room: int, *, tell: bool = True) -> None:
    """Another time or place for a session."""
    held = db.session.get_one(ProgrammeSession, session)
    time = Time(starts_at, starts_at + timedelta(minutes=minutes), _place(room))
    programme.change(_event_of(held), held, time=time, tell=tell)


def rename_session(session: int, title: str) -> None:
    """Another title for a session."""
    held = db.session.get_one(ProgrammeSession, session)
    programme.change(_event_of(held), held, {"title": BilingualText(title, title)}, tell=True)


def set_people(session: int, people: Sequence[Sequence[Any]]) -> None:
    """Others on the stage of a session."""
    held = db.session.get_one(ProgrammeSession, session)
    programme.change(_event_of(held), held, people=_parts(people), tell=True)


def call_session_off(session: int) -> None:
    """A session does not take place."""
    held = db.session.get_one(ProgrammeSession, session)
    programme.cancel(_event_of(held), held, tell=True)


def bring_session_back(session: int) -> None:
    """It does after all."""
    held = db.session.get_one(ProgrammeSession, session)
    programme.restore(_event_of(held), held, tell=True)


def draft_session(session: int, starts_at: datetime, minutes: int, room: int) -> None:
    """Another time or place for a session, in the draft: nobody sees it yet."""
    drafting.place(db.session.get_one(ProgrammeSession, session), starts_at, _place(room), minutes=minutes)


def release(event: int, *only: int, letters: bool = True) -> int:
    """Make the draft public, or these sessions of it; with letters that wait to be sent, or without any."""
    held = db.session.get_one(Event, event)
    return releasing.release(held, only=list(only) or None, letters=letters).release.id


def send_release(event: int, release: int) -> None:
    """Send the letters of a release."""
    held = db.session.get_one(Release, release)
    release_letters.send(db.session.get_one(Event, event), release_letters.of_release(held))


def choose(session: int, participant: int) -> None:
    """Somebody puts a session into their schedule."""
    programme.bookmark(db.session.get_one(ProgrammeSession, session), db.session.get_one(Participant, participant))


def forget(session: int, participant: int) -> None:
    """And out of it."""
    programme.forget(db.session.get_one(ProgrammeSession, session), db.session.get_one(Participant, participant))


def _event_of(held: ProgrammeSession) -> Event:
    return db.session.get_one(Event, held.event_id)


def _parts(people: Sequence[Sequence[Any]]) -> list[Part]:
    return [Part(db.session.get_one(Participant, one), role) for one, role in people]


def _place(room: int) -> Location | None:
    return db.session.get_one(Location, room) if room else None


# -- meetings


def tables_and_times(event: int, tables: int, slots: int, starts_at: datetime) -> list[int]:
    """Tables A1, A2 … and meeting times of twenty minutes, five minutes apart."""
    held = db.session.get_one(Event, event)
    make_tables(held, tables)
    make_block(held, slots=slots, start=int((starts_at - held.opens_at).total_seconds()) // 60)
    return [slot.id for slot in slots_of(held)]


def delegate(event: int, address: str, name: str, company: str, locale: str = "en", colleague_of: int = 0) -> int:
    """Somebody who partners for a company."""
    given, family = name.split()
    values: dict[str, Any] = {"given_name": given, "family_name": family, "email": address, "locale": locale}
    if colleague_of:
        values["colleague_of"] = db.session.get_one(Delegate, colleague_of)
    else:
        values["company"] = company
    return make_delegate(db.session.get_one(Event, event), **values).id


def meet(event: int, one: int, other: int, slot: int) -> int:
    """The desk books a meeting for two who agreed."""
    asks, answers = (db.session.get_one(Delegate, each) for each in (one, other))
    held, at = db.session.get_one(Event, event), db.session.get_one(MeetingSlot, slot)
    return meetings.book(held, asks, answers, at, consent="Beide am Tisch").id


def move_meeting(meeting: int, slot: int) -> None:
    """Another time for a meeting."""
    meetings.move(db.session.get_one(Meeting, meeting), db.session.get_one(MeetingSlot, slot), at_desk=True)


def reseat_meeting(meeting: int, table: str) -> None:
    """Another table for a meeting."""
    held = db.session.get_one(Meeting, meeting)
    tables = db.session.scalars(sa.select(Location).where(Location.event_id == held.event_id))
    meetings.reseat(held, next(each for each in tables if each.name.de == table))


def swap_tables(one: int, other: int) -> None:
    """Two meetings change tables."""
    meetings.swap_tables(db.session.get_one(Meeting, one), db.session.get_one(Meeting, other))


def replace_in_meeting(meeting: int, old: int, new: int) -> None:
    """A colleague sits in somebody's stead."""
    held = db.session.get_one(Meeting, meeting)
    meetings.replace(held, db.session.get_one(Delegate, old), db.session.get_one(Delegate, new))


def call_meeting_off(meeting: int, by: int = 0) -> None:
    """One side calls a meeting off, or the organisers."""
    who = db.session.get_one(Delegate, by) if by else None
    meetings.cancel(db.session.get_one(Meeting, meeting), by=who)


def revive_meeting(meeting: int, by: int) -> None:
    """Whoever called a meeting off asks whether it can take place after all."""
    meetings.revive(db.session.get_one(Meeting, meeting), by=db.session.get_one(Delegate, by))


def accept_meeting(meeting: int, slot: int) -> None:
    """The other side agrees."""
    meetings.accept(db.session.get_one(Meeting, meeting), db.session.get_one(MeetingSlot, slot))


def leave_partnering(delegate: int) -> None:
    """Somebody leaves the event."""
    who = db.session.get_one(Delegate, delegate)
    changes.cancel_registration(who.registration)
    partnering.leave(who)


def take_over(leaver: int, colleague: int) -> None:
    """A colleague takes over what somebody left."""
    vacancy = db.session.scalars(sa.select(MeetingVacancy).where(MeetingVacancy.leaver_id == leaver)).one()
    meetings.take_over(vacancy, db.session.get_one(Delegate, colleague))


def participant_of_delegate(delegate: int) -> int:
    """Who it is at the event."""
    return db.session.get_one(Delegate, delegate).participant_id


# -- looking


def subscription(participant: int) -> tuple[str, bytes]:
    """A participant's address, and what their subscribed calendar holds now."""
    who = db.session.get_one(Participant, participant)
    assert who.person is not None
    with speaking(who.locale):
        return who.person.email, calendars.of(who, subscribed=True)
