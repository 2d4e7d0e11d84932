"""The letters about somebody who leaves an event while meetings count on them."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from flask import current_app

from ..agenda import calendars
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from ..events.mails import to_participant
from ..events.models import Event
from ..mail import letters, outbox
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from ..registration import mails as registration
from ..registration import queries as registrations
from ..registration.models import Party, Registration
from . import queries
from .describing import name_of
from .models import Meeting, MeetingVacancy


def partner_left(leaver: Delegate, meetings: Sequence[Meeting]) -> None:
    """Tell everybody across the table that these meetings do not take place, in one letter each.

    Short letters that take each of them out of calendars follow.
    """
    across: dict[int, tuple[Delegate, list[str]]] = {}
    for meeting in meetings:
        mine = queries.side_of(meeting, leaver)
        for seat in meeting.delegates:
            if mine is not None and seat.side != mine.side and seat.vacant_since is None:
                across.setdefault(seat.delegate_id, (seat.delegate, []))[1].append(meeting.public_id)
    for _id, (delegate, refs) in sorted(across.items()):
        to_participant(
            "meetings.partner_left",
            delegate.participant,
            key=f"meetings.partner_left:{refs[0]}:by:{leaver.public_id}:to:{delegate.public_id}",
            payload={"delegate": delegate.public_id, "leaver": leaver.public_id, "meetings": refs},
            recipient_ref=delegate.public_id,
        )


def vacancy_opened(vacancy: MeetingVacancy) -> None:
    """Ask who takes the meetings over: whoever follows on the place, of whom we hear in a moment, else the company."""
    if vacancy.leaver.registration.state != "substituted":
        company_asked(vacancy)


def substitute_named(vacancy: MeetingVacancy, successor: Registration) -> None:
    """Ask whoever follows on the place, or the company where that is somebody of another one."""
    leaver = vacancy.leaver
    if not successor.place.product.partnering or successor.organisation_id != leaver.profile.organisation_id:
        company_asked(vacancy)
        return
    to_participant(
        "meetings.substitute",
        successor.participant,
        key=f"meetings.substitute:{vacancy.public_id}:to:{successor.public_id}",
        payload={"vacancy": vacancy.public_id, "registration": successor.public_id},
    )


def company_asked(vacancy: MeetingVacancy) -> None:
    """Ask the colleagues of somebody who left, and whoever bought the places, once."""
    leaver = vacancy.leaver
    known = {_address(leaver)}
    for colleague in partnering.colleagues(leaver):
        known.add(_address(colleague))
        to_participant(
            "meetings.substitute",
            colleague.participant,
            key=f"meetings.substitute:{vacancy.public_id}:to:{colleague.public_id}",
            payload={"vacancy": vacancy.public_id, "delegate": colleague.public_id},
            recipient_ref=colleague.public_id,
        )
    party = leaver.registration.place.party
    if party.contact_email and party.contact_email not in known and party.cancelled_at is None:
        outbox.post(
            "meetings.substitute",
            key=f"meetings.substitute:{vacancy.public_id}:to:{party.public_id}",
            address=party.contact_email,
            locale=party.locale,
            payload={"vacancy": vacancy.public_id, "party": party.public_id},
            event_ref=party.event.public_id,
            recipient_ref=party.public_id,
        )


@letters.kind("meetings.partner_left")
def render_partner_left(letter: OutboxLetter) -> Letter | None:
    """Who no longer takes part, and which meetings that ends."""
    delegate = partnering.delegate_anywhere(str(letter.payload.get("delegate")))
    leaver = partnering.delegate_anywhere(str(letter.payload.get("leaver")))
    if delegate is None or leaver is None or delegate.left_at is not None:
        return None
    event = delegate.participant.event
    found = [queries.meeting_by_ref(event, ref) for ref in letter.payload["meetings"]]
    ended = [meeting for meeting in found if meeting is not None and meeting.request_state == "cancelled"]
    if not ended:
        return None
    return letters.compose(
        "meetings/mail/partner_left",
        event=event,
        me=delegate,
        leaver=leaver.participant.name,
        organisation=leaver.profile.organisation.name,
        meetings=sorted(ended, key=_when),
        calendars=any(_in_calendar(meeting, delegate) for meeting in ended),
    )


@letters.kind("meetings.substitute")
def render_substitute(letter: OutboxLetter) -> Letter | None:
    """Which meetings count on somebody who left, and until when somebody else can take them over."""
    vacancy = db.session.scalars(
        sa.select(MeetingVacancy).where(MeetingVacancy.public_id == letter.payload.get("vacancy"))
    ).one_or_none()
    waiting = queries.vacant_meetings(vacancy) if vacancy is not None and vacancy.state == "open" else ()
    if vacancy is None or not waiting:
        return None
    leaver, payload = vacancy.leaver, letter.payload
    event = leaver.participant.event
    reader: Delegate | None = None
    if "party" in payload:
        party = db.session.scalars(sa.select(Party).where(Party.public_id == payload["party"])).one()
        called, address = party.contact_name, registration.party_url(party)
    else:
        reader = _reader(payload)
        if reader is None or reader.left_at is not None or reader.profile_id != leaver.profile_id:
            return None
        called, address = reader.participant.name, _page(event, vacancy)
    return letters.compose(
        "meetings/mail/substitute",
        event=event,
        called=called,
        buyer=reader is None,
        newcomer="registration" in payload,
        leaver=leaver.participant.name,
        organisation=leaver.profile.organisation.name,
        meetings=[(meeting, _across(reader, leaver, meeting)) for meeting in sorted(waiting, key=_when)],
        until=vacancy.due_at,
        address=address,
    )


def _reader(payload: dict[str, Any]) -> Delegate | None:
    """The colleague, or the newcomer as one who partners."""
    if "delegate" in payload:
        return partnering.delegate_anywhere(str(payload["delegate"]))
    found = registrations.registration_at(str(payload["registration"]))
    return partnering.delegate_for(found) if found is not None else None


def _across(reader: Delegate | None, leaver: Delegate, meeting: Meeting) -> str:
    """Who sits across: for colleagues by name, for the buyer the organisation alone."""
    side = queries.side_of(meeting, leaver)
    other = queries.other_side(meeting, side) if side is not None else meeting.sides[0]
    organisation = other.profile.organisation.name
    name = name_of(reader, meeting, other) if reader is not None else organisation
    return name if name == organisation else f"{name} ({organisation})"


def _page(event: Event, vacancy: MeetingVacancy) -> str:
    """Where the meetings are taken over."""
    if "meetings.vacancy" in current_app.view_functions:
        return letters.url("meetings.vacancy", event_slug=event.slug, id=vacancy.public_id)
    return letters.url("meetings.inbox", event_slug=event.slug)


def _in_calendar(meeting: Meeting, delegate: Delegate) -> bool:
    """Whether a delegate's calendar knew of a meeting, so that a short letter about it follows."""
    entries = meeting.appointment.entries if meeting.appointment is not None else []
    return any(entry.participant_id == delegate.participant_id and calendars.knows(entry) for entry in entries)


def _when(meeting: Meeting) -> tuple[bool, str, int]:
    """Those with a time first, in its order."""
    appointment = meeting.appointment
    return appointment is None, appointment.starts_at.isoformat() if appointment is not None else "", meeting.id


def _address(delegate: Delegate) -> str:
    person = delegate.participant.person
    return person.email if person is not None else ""
