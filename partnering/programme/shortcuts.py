"""A draft of one session that is released at once: on the day itself, and for programmes that are read in."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry
from ..agenda.rearranging import Outcome
from ..db import BilingualText, db
from ..events.models import Event, Participant
from . import catching_up, drafting, queries, release_letters, releasing
from .drafting import drafted_time
from .facts import KEEP, Change, EventCalledOff, NothingToRelease, Part, Time
from .models import SPEAKER_ROLES, ProgrammeSession, ReleasedSession


def now(event: Event, session: ProgrammeSession, *, by: Person | None = None, tell: bool = True) -> Outcome:
    """Release the draft of one session and, to `tell`, send the letters to everybody whom it concerns.

    Who has a letter waiting about other sessions is told of these too: nobody gets old news beside new. Nothing for a
    draft that everybody sees already, or that has no time. Raises `RoomTaken`, `EventCalledOff`.
    """
    try:
        done = releasing.release(event, by=by, only=[session.id], letters=tell)
    except NothingToRelease:
        return Outcome()
    db.session.expire(session, ["appointment"])
    if tell:
        release_letters.send(event, release_letters.of_release(done.release))
    return done.outcome


def add(event: Event, *, time: Time | None = None, **values: Any) -> tuple[ProgrammeSession, list[Participant]]:
    """A new session, and those of its people whose time is taken already; with a `time` it is public at once.

    Other keywords as for `drafting.draft`. Raises `NoTime`, or `RoomTaken`.
    """
    session = drafting.draft(event, time=time, **values)
    return session, now(event, session, tell=False).busy if time is not None else []


def change(
    event: Event,
    session: ProgrammeSession,
    values: Mapping[str, Any] | None = None,
    *,
    people: Sequence[Part] | None = None,
    time: Time | None = None,
    tell: bool = False,
) -> Change:
    """Set texts, people and time of a session, and release that if it has a time; what is None stays.

    Raises `NoTime`, `RoomTaken`, `IsCancelled`.
    """
    done = drafting.edit(session, values, people=people, time=time if time is not None else KEEP)
    if drafted_time(session) is not None:
        outcome = now(event, session, tell=tell)
        done.busy = outcome.busy
        done.clashing = [entry.participant for entry in outcome.clashing]
    return done


def cancel(event: Event, session: ProgrammeSession, *, tell: bool = False) -> None:
    """Call a session off: it stays on the pages, marked, and leaves calendars. `tell` writes to everybody concerned."""
    if drafting.call_off(session):
        now(event, session, tell=tell)


def restore(event: Event, session: ProgrammeSession, *, tell: bool = False) -> list[Participant]:
    """Bring a cancelled session back with its people, those who booked and those who chose it; who of its people is
    taken meanwhile. `tell` writes to everybody concerned. Raises `EventCalledOff`, `RoomTaken`.
    """
    return now(event, session, tell=tell).busy if drafting.take_back(session) else []


def strike(session: ProgrammeSession, words: str) -> None:
    """Take words out of a session's description for good, in the draft and in every version that was released."""
    texts: list[ProgrammeSession | ReleasedSession] = [session]
    texts += db.session.scalars(sa.select(ReleasedSession).where(ReleasedSession.session_id == session.id))
    for each in texts:
        text = each.abstract
        each.abstract = BilingualText(*(part.replace(words, "").strip() for part in (text.de, text.en)))
    db.session.flush()


def call_off_all(event: Event) -> None:
    """Call every session off with its event, and take it out of each calendar that knows of it, once.

    What has happened is told by the event's own letter, so letters that wait to be looked at are left out. Only people
    on a stage whose calendar knows of nothing get theirs: they need not be registered.
    """
    for session in queries.sessions_of(event):
        drafting.call_off(session)
    try:
        releasing.release(event)
    except (NothingToRelease, EventCalledOff):
        return
    heard = catching_up.who_heard(event)
    untold = [
        letter
        for letter in release_letters.pending(event)
        if letter.participant_id not in heard and any(each.was_part in SPEAKER_ROLES for each in letter.changes)
    ]
    release_letters.leave_all_out(event, but=[letter.id for letter in untold])
    catching_up.tell(event)
    release_letters.send(event, untold)


def hold_where_free(event: Event) -> list[tuple[Participant, ProgrammeSession]]:
    """Let sessions take the time of people that was taken when they were released; who is taken still, by session."""
    rows = db.session.execute(
        sa.select(AgendaEntry, ProgrammeSession)
        .join(ProgrammeSession, ProgrammeSession.appointment_id == AgendaEntry.appointment_id)
        .where(
            AgendaEntry.event_id == event.id,
            AgendaEntry.state == "live",
            AgendaEntry.role.in_(agenda.BINDING),
            AgendaEntry.blocks.is_(False),
        )
        .order_by(AgendaEntry.participant_id, AgendaEntry.id)
    ).all()
    return [(entry.participant, session) for entry, session in rows if not agenda.hold_time(entry)]
