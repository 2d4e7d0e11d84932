"""What can be done with a draft: looked at as a whole, and made what everybody sees.

A release writes a row for each session that it changes, moves agendas and appointments in one go, and raises
SEQUENCE by one for whoever's calendar shows something else now. Lock order: the programme's turn, then people by id,
then places.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from .. import audit, clock
from ..accounts.models import Person
from ..agenda import services as agenda
from ..agenda.models import AgendaEntry, Appointment
from ..agenda.rearranging import Move, Outcome, Seat, chunks, rearrange
from ..db import BilingualText, db
from ..events.models import Event, Participant
from ..registration import workshop_times
from ..rows import new_row, write
from . import changes, drafting, places, queries, release_letters, warnings
from .changes import ENDS, Look, SessionChange
from .facts import EventCalledOff, MovedOn, NothingToRelease, RoomTaken
from .models import Bookmark, ProgrammeSession, Release, ReleasedPerson, ReleasedSession
from .warnings import Board, Clash, Misfit, clashes_among

STAGE = {"chair": "chair"}
"""Roles in agendas by those in a session; whoever does not chair speaks there."""


@dataclass(frozen=True)
class Preview:
    """What a release would do: its changes, what it would leave, what does not fit afterwards, whom it concerns.

    `refused` are pairs of sessions that would be in one exclusive room at once, `board` is what would be public.
    `affected` counts people by their most important part, `concerned` names them, `by_hand` are those of them whom no
    letter reaches. `stand` names this very draft: a release says it again, and is refused when it has moved on.
    """

    changes: list[SessionChange]
    left: list[SessionChange]
    warnings: list[Misfit]
    refused: list[Clash]
    board: Board
    affected: Counter[str]
    concerned: dict[str, list[Participant]]
    by_hand: list[Participant]
    stand: str


@dataclass
class Done:
    """A release, and what became of people's time."""

    release: Release
    outcome: Outcome = field(default_factory=Outcome)


def preview(event: Event, only: Collection[int] | None = None) -> Preview:
    """What a release of the draft, or of `only` these sessions, would do, in a constant number of questions."""
    found = changes.drafted(event)
    chosen = [change for change in found if only is None or change.session.id in only]
    after = _after(event, chosen)
    board = warnings.board(event, after)
    told = release_letters.parts_of(chosen)
    people: dict[int, str] = {}
    for tell in told:
        part = tell.part or tell.was_part
        if tell.participant_id not in people or _weight(part) < _weight(people[tell.participant_id]):
            people[tell.participant_id] = part
    known = {each.id for each in release_letters.reachable_among(sorted(people))}
    named = _named(people)
    return Preview(
        changes=chosen,
        left=[change for change in found if change not in chosen],
        warnings=warnings.changed_by(warnings.found_on(board), chosen),
        refused=_refused(after, chosen),
        board=board,
        affected=Counter(people.values()),
        concerned=_by_part(named, people),
        by_hand=[each for each in named if each.id not in known],
        stand=fingerprint(found),
    )


def _by_part(named: Iterable[Participant], people: Mapping[int, str]) -> dict[str, list[Participant]]:
    concerned: dict[str, list[Participant]] = {}
    for each in named:
        concerned.setdefault(people[each.id], []).append(each)
    return concerned


def _named(ids: Collection[int]) -> list[Participant]:
    found = [
        each
        for some in chunks(sorted(ids))
        for each in db.session.scalars(
            sa.select(Participant).where(Participant.id.in_(some), Participant.erased_at.is_(None))
        )
    ]
    return sorted(found, key=lambda each: (each.sort_name, each.id))


def _weight(part: str) -> int:
    return ("speaker", "chair", "panellist", "booked", "bookmark", "").index(part)


def fingerprint(found: Iterable[SessionChange]) -> str:
    """A short name of exactly these changes."""
    said = [(each.session.id, each.session.version, each.row.id if each.row else 0, each.codes) for each in found]
    return hashlib.sha256(repr(sorted(said)).encode()).hexdigest()[:24]


def release(
    event: Event,
    *,
    by: Person | None = None,
    only: Collection[int] | None = None,
    note: BilingualText | None = None,
    greeting: BilingualText | None = None,
    letters: bool = True,
    stand: str | None = None,
) -> Done:
    """Make the draft, or `only` these sessions of it, what everybody sees; with `letters` as drafts to those concerned.

    `stand` is that of the preview which was looked at; without one nothing but what is released is read. Raises
    `NothingToRelease`, `MovedOn`, `RoomTaken`, `EventCalledOff`.
    """
    drafting.turn(event)
    found = changes.drafted(event, only if stand is None else None)
    if stand is not None and stand != fingerprint(found):
        raise MovedOn
    chosen = [change for change in found if only is None or change.session.id in only]
    if not chosen:
        raise NothingToRelease
    if event.state == "cancelled" and any(change.after.state == "live" for change in chosen):
        raise EventCalledOff
    if any(change.after.room is not None and change.after.room.exclusive for change in chosen):
        refused = _refused(_after(event, chosen), chosen)
        if refused:
            raise RoomTaken(pairs=[(clash.first, clash.second) for clash in refused])
    row = Release(
        event_id=event.id,
        number=(db.session.scalar(sa.select(sa.func.max(Release.number)).where(Release.event_id == event.id)) or 0) + 1,
        partial=len(chosen) < len(found),
        note=note or BilingualText(),
        greeting=greeting or BilingualText(),
        released_at=clock.now(),
        released_by_id=by.id if by is not None else None,
    )
    db.session.add(row)
    db.session.flush()
    done = Done(row)
    told = release_letters.parts_of(chosen)
    done.outcome = _rearrange(event, chosen)
    _write_rows(row, chosen)
    places.follow([change.session for change in chosen if change.after.state == "live"])
    release_letters.make(row, told, new=letters)
    audit.record("programme.released", row, event=event, after={"number": row.number, "sessions": len(chosen)})
    return done


def _after(event: Event, chosen: Sequence[SessionChange]) -> list[tuple[ProgrammeSession, Look]]:
    """What would be public after these changes."""
    changed = {change.session.id for change in chosen}
    after = [(change.session, change.after) for change in chosen]
    for row in db.session.scalars(
        sa.select(ReleasedSession)
        .where(ReleasedSession.event_id == event.id, ReleasedSession.current, ReleasedSession.state == "live")
        .options(*queries.BOARD)
    ):
        if row.session_id not in changed:
            after.append((row.session, changes.as_released(row)))
    return after


def _refused(after: Iterable[tuple[ProgrammeSession, Look]], chosen: Sequence[SessionChange]) -> list[Clash]:
    """Pairs that would be in one exclusive room at once, as far as one of these changes is in it."""
    changed = {change.session.id for change in chosen}
    return [
        clash
        for clash in clashes_among(after)
        if clash.room is not None and clash.room.exclusive
        if clash.first.id in changed or clash.second.id in changed
    ]


# -- agendas


def _rearrange(event: Event, chosen: Sequence[SessionChange]) -> Outcome:
    """Let appointments, agendas and places follow these changes."""
    moves, cancelled, revived, touched, staged = [], [], [], [], []
    for change in chosen:
        at = change.session.appointment
        if at is None or change.after.state != "live":
            if at is not None and not ENDS.isdisjoint(change.codes) and at.state == "live":
                cancelled.append(at)
            continue
        after = change.after
        if at.state == "cancelled":
            revived.append(at)
        if {"moved", "room", "restored"} & set(change.codes):
            assert after.starts_at is not None  # live ones have a time
            assert after.ends_at is not None
            moves.append(Move(at, after.starts_at, after.ends_at, after.room))
        elif "people" in change.codes:
            touched.append(at)
        elif "set_up" in change.codes:
            staged.append(at)
    new = _appoint(event, [change for change in chosen if change.session.appointment is None])
    concerned = {each.id for each in (*new, *cancelled, *revived, *touched, *staged)}
    concerned |= {move.appointment.id for move in moves}
    seats = [
        *_those_who_come_back(revived),
        *(
            Seat(change.session.appointment, each.participant, STAGE.get(each.role, "speaker"), each.set_up)
            for change in chosen
            if change.session.appointment is not None and change.session.appointment.id in concerned
            if change.after.state == "live"
            for each in change.after.people
        ),
    ]
    _lock(concerned, seats)
    _forget_bookmarks(chosen)
    try:
        return rearrange(
            moves, new=new, cancelled=cancelled, revived=revived, touched=touched, staged=staged, seats=seats
        )
    except agenda.PlaceTaken:
        raise RoomTaken from None


def _appoint(event: Event, found: Sequence[SessionChange]) -> list[Appointment]:
    """New appointments for sessions that are public for the first time."""
    rows = [
        new_row(
            Appointment,
            event_id=event.id,
            kind="session",
            starts_at=change.after.starts_at,
            ends_at=change.after.ends_at,
            location_id=change.after.room.id if change.after.room is not None else None,
            uid=agenda.new_uid(),
            changed_at=clock.now(),
        )
        for change in found
    ]
    write(*rows)
    for change, appointment in zip(found, rows, strict=True):
        sa.orm.attributes.set_committed_value(appointment, "location", change.after.room)
        change.session.appointment = appointment
    db.session.flush()
    return rows


def _those_who_come_back(revived: Sequence[Appointment]) -> list[Seat]:
    """Who chose or booked what takes place again; a booking goes before a bookmark."""
    if not revived:
        return []
    by_id = {each.id: each for each in revived}
    seats = []
    for ids in chunks(sorted(by_id)):
        chosen = db.session.execute(
            sa.select(ProgrammeSession.appointment_id, Participant)
            .join(Bookmark, Bookmark.session_id == ProgrammeSession.id)
            .join(Participant, Participant.id == Bookmark.participant_id)
            .where(ProgrammeSession.appointment_id.in_(ids))
            .order_by(Participant.id)
        )
        seats += [Seat(by_id[id], participant, "bookmark") for id, participant in chosen if id is not None]
        seats += [
            Seat(by_id[one.entry.appointment_id], one.registration.participant, workshop_times.ATTENDEE)
            for one in workshop_times.booked(AgendaEntry.appointment_id.in_(ids), AgendaEntry.state == "cancelled")
        ]
    return seats


def _lock(appointment_ids: Collection[int], seats: Iterable[Seat]) -> None:
    """Keep other deeds from the time of everybody whose agenda changes."""
    people = {seat.participant.id for seat in seats}
    for ids in chunks(sorted(appointment_ids)):
        people.update(
            db.session.scalars(sa.select(AgendaEntry.participant_id).where(AgendaEntry.appointment_id.in_(ids)))
        )
    for ids in chunks(sorted(people)):
        agenda.lock_people(ids)


def _forget_bookmarks(chosen: Iterable[SessionChange]) -> None:
    """Who is on the stage of a session has not merely chosen it."""
    for change in chosen:
        if "people" in change.codes and change.after.people:
            db.session.execute(
                sa.delete(Bookmark).where(
                    Bookmark.session_id == change.session.id,
                    Bookmark.participant_id.in_([each.participant.id for each in change.after.people]),
                )
            )


# -- rows


def _write_rows(release: Release, chosen: Sequence[SessionChange]) -> None:
    for change in chosen:
        if change.row is not None:
            change.row.current = False
    db.session.flush()  # before the new ones: one row of a session is current
    rows = [_row(release, change) for change in chosen]
    write(*rows)
    write(
        *(
            new_row(
                ReleasedPerson,
                event_id=release.event_id,
                released_id=row.id,
                participant_id=each.participant.id,
                role=each.role,
                set_up=each.set_up,
                position=position,
            )
            for row, change in zip(rows, chosen, strict=True)
            for position, each in enumerate(change.after.people)
        )
    )
    db.session.expire(release, ["sessions"])


def _row(release: Release, change: SessionChange) -> ReleasedSession:
    after: Look = change.after
    return new_row(
        ReleasedSession,
        event_id=release.event_id,
        session_id=change.session.id,
        release_id=release.id,
        current=True,
        state=after.state,
        changes=list(change.codes),
        starts_at=after.starts_at,
        ends_at=after.ends_at,
        location_id=after.room.id if after.room is not None else None,
        track_id=after.track.id if after.track is not None else None,
        kind=after.kind,
        title=after.title,
        subtitle=after.subtitle,
        abstract=after.abstract,
        language=after.language,
        capacity=after.capacity,
    )
