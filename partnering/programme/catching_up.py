"""Calendars that do not hold the newest state of a session although they had heard of it, and how they get it.

Because a release prepared no letters, a letter was left out, or a mail server did not take it.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import audit, clock, jobs
from ..accounts.models import Person
from ..agenda import calendars
from ..agenda.models import AgendaEntry, Appointment
from ..agenda.rearranging import chunks
from ..db import db
from ..events.models import Event, Participant
from ..mail.models import OutboxLetter
from ..registration import workshop_mails, workshop_times
from ..registration.workshop_mails import News
from ..registration.workshop_times import Booked
from . import chosen_letters, news
from .models import LetterChange, ProgrammeSession, ReleasedSession, ReleaseLetter
from .release_letters import AT_ONCE

UNDER_WAY = ("ready", "leased", "sending")
HEARD = sa.or_(AgendaEntry.sent_state != "none", AgendaEntry.tried_sequence.is_not(None))


def behind(event: Event) -> list[AgendaEntry]:
    """Entries whose calendar has heard of a session and is behind, with no letter on its way or waiting for a look.

    By name and time; nothing that is over, nobody whom no letter reaches. When the event itself was called off, those
    who had booked read that in the letters about what they booked.
    """
    found = [entry for entry in _told(event) if calendars.has_news(entry) and calendars.address_of(entry)]
    if event.state == "cancelled":
        found = [entry for entry in found if entry.role != workshop_times.ATTENDEE]
    stopped = chosen_letters.stopped_by(entry.participant for entry in found if entry.role == "bookmark")
    found = [entry for entry in found if entry.role != "bookmark" or entry.participant_id not in stopped]
    under_way: set[str] = set()
    for topics in chunks(sorted({calendars.topic(entry) for entry in found})):
        question = sa.select(OutboxLetter.topic).where(
            OutboxLetter.topic.in_(topics), OutboxLetter.state.in_(UNDER_WAY)
        )
        under_way.update(db.session.scalars(question))
    return [entry for entry in found if calendars.topic(entry) not in under_way]


def _told(event: Event) -> Sequence[AgendaEntry]:
    """Entries of the event's sessions that some calendar has heard of, and that no draft of a letter speaks of."""
    known = sa.and_(AgendaEntry.sent_state == "confirmed", AgendaEntry.sent_sequence == AgendaEntry.sequence)
    waiting = (
        sa.select(LetterChange.id)
        .join(ReleaseLetter, ReleaseLetter.id == LetterChange.letter_id)
        .where(
            ReleaseLetter.state == "draft",
            ReleaseLetter.participant_id == AgendaEntry.participant_id,
            LetterChange.session_id == ProgrammeSession.id,
        )
    )
    return db.session.scalars(
        sa.select(AgendaEntry)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .join(ProgrammeSession, ProgrammeSession.appointment_id == Appointment.id)
        .join(Participant, Participant.id == AgendaEntry.participant_id)
        .where(
            AgendaEntry.event_id == event.id,
            Appointment.ends_at > clock.now(),
            HEARD,
            sa.not_(sa.and_(AgendaEntry.state == "live", known)),
            sa.exists().where(ReleasedSession.session_id == ProgrammeSession.id, ReleasedSession.current),
            sa.not_(waiting.exists()),
        )
        .options(
            joinedload(AgendaEntry.appointment).joinedload(Appointment.location),
            joinedload(AgendaEntry.participant).joinedload(Participant.person).selectinload(Person.addresses),
        )
        .order_by(Participant.sort_name, Participant.id, Appointment.starts_at, AgendaEntry.id)
    ).all()


def who_heard(event: Event) -> set[int]:
    """The ids of those participants whose calendars have heard of a session of the event."""
    return set(
        db.session.scalars(
            sa.select(AgendaEntry.participant_id)
            .join(ProgrammeSession, ProgrammeSession.appointment_id == AgendaEntry.appointment_id)
            .where(AgendaEntry.event_id == event.id, HEARD)
        )
    )


def catch_up(event: Event) -> int:
    """Bring every calendar of the event that is behind up to date; how many there are."""
    count = tell(event)
    if count:
        audit.record("programme.calendars_sent", event, event=event, after={"letters": count})
    return count


def tell(event: Event) -> int:
    """Write a short letter with its calendar object for each entry that is behind, the first `AT_ONCE` now, the others
    by a job; how many there are.
    """
    found = behind(event)
    resend(found[:AT_ONCE])
    if len(found) > AT_ONCE:
        jobs.defer("programme.send_calendars", event_ref=event.public_id)
    return len(found)


def resend(entries: Sequence[AgendaEntry]) -> None:
    """Write these people what their calendars lack; what is written already and has not failed is not written again."""
    sessions = _sessions(entries)
    booked = {
        one.entry.id: one
        for ids in chunks([entry.id for entry in entries if entry.role == workshop_times.ATTENDEE])
        for one in workshop_times.booked(AgendaEntry.id.in_(ids))
    }
    tries = _letters_about(entries)
    for entry in entries:
        said = _said(entry, sessions[entry.appointment_id], booked.get(entry.id))
        again = f"again:{entry.public_id}:{calendars.edition(entry)}:{tries[said.topic]}"
        news.post(entry.participant, said._replace(key=again))


def _sessions(entries: Iterable[AgendaEntry]) -> dict[int, ReleasedSession]:
    found: dict[int, ReleasedSession] = {}
    for ids in chunks(sorted({entry.appointment_id for entry in entries})):
        rows = db.session.execute(
            sa.select(ProgrammeSession.appointment_id, ReleasedSession)
            .join(ReleasedSession, ReleasedSession.session_id == ProgrammeSession.id)
            .where(ProgrammeSession.appointment_id.in_(ids), ReleasedSession.current)
            .options(joinedload(ReleasedSession.session), selectinload(ReleasedSession.people))
        )
        found.update({row[0]: row[1] for row in rows if row[0] is not None})
    return found


def _letters_about(entries: Sequence[AgendaEntry]) -> Counter[str]:
    """How many letters there have been about each entry, by topic."""
    counted: Counter[str] = Counter()
    for topics in chunks(sorted({calendars.topic(entry) for entry in entries})):
        rows = db.session.execute(
            sa.select(OutboxLetter.topic, sa.func.count())
            .where(OutboxLetter.topic.in_(topics))
            .group_by(OutboxLetter.topic)
        )
        counted.update({row[0]: row[1] for row in rows})
    return counted


def _said(entry: AgendaEntry, session: ReleasedSession, one: Booked | None) -> News:
    if one is not None and entry.state == "live":
        return workshop_mails.of_move(one.registration, one.product_ref, entry, {})
    if one is not None:
        reason = workshop_mails.NO_TIME if session.state == "withdrawn" else workshop_mails.CALLED_OFF
        return workshop_mails.of_end(one.registration, one.product_ref, entry, reason)
    kind = "programme.session_changed" if entry.state == "live" else "programme.session_cancelled"
    payload = {"session": session.public_id, "entry": entry.public_id}
    return News(kind, "", calendars.topic(entry), entry.sequence, payload)
