"""What a release means for each person: a draft that organisers look at, and then send.

Nobody has two drafts. What a release changes for somebody who has not been told of the one before goes into one letter,
from what they were told last to what is so now; what came back to what they know vanishes.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from .. import audit, clock, jobs
from ..accounts.models import Person
from ..agenda.models import AgendaEntry, Location
from ..agenda.rearranging import chunks
from ..db import db
from ..events.models import Event, Participant
from ..registration import workshop_times
from ..rows import new_row, write
from . import changes, chosen_letters, news, queries
from .changes import Look, SessionChange
from .models import (
    SPEAKER_ROLES,
    Bookmark,
    LetterChange,
    Release,
    ReleasedSession,
    ReleaseLetter,
)

AT_ONCE = 200
"""How many letters are sent in one transaction."""


@dataclass(frozen=True)
class Tell:
    """What one session's change is for one person: what they were in it, and what they are now ("" for nothing)."""

    participant_id: int
    session_id: int
    row_id: int | None
    was_part: str
    part: str


def parts_of(found: Sequence[SessionChange]) -> list[Tell]:
    """Whom these changes concern, asked before agendas follow: those on the stage before or after, those who booked or
    chose it. Somebody new was told nothing before; a change of texts alone concerns the stage, if the title changed.
    """
    told = []
    guests = _guests([change for change in found if change.before is not None])
    for change in found:
        was, now = _stage(change.before), _stage(change.after)
        for id in sorted(was.keys() | now.keys()):
            if _concerns_stage(change):
                row_id = change.row.id if change.row is not None and id in was else None
                told.append(Tell(id, change.session.id, row_id, was.get(id, ""), now.get(id, "")))
        if change.rises and change.row is not None:
            told += [
                Tell(id, change.session.id, change.row.id, part, part)
                for id, part in guests[change.session.id].items()
                if id not in was and id not in now
            ]
    return told


def _stage(look: Look | None) -> dict[int, str]:
    if look is None or look.state == "withdrawn":
        return {}
    return {each.participant.id: each.role for each in look.people}


def _concerns_stage(change: SessionChange) -> bool:
    """Whether those on a stage are told: not of other minutes for setting up alone, which their next letter names."""
    return change.before is None or change.rises or "title" in change.codes


def _guests(found: Sequence[SessionChange]) -> dict[int, dict[int, str]]:
    """Who has chosen ("bookmark") or booked ("booked") these sessions, by session and participant."""
    guests: dict[int, dict[int, str]] = defaultdict(dict)
    sessions = {
        change.session.appointment_id: change.session.id
        for change in found
        if change.session.appointment_id and change.rises
    }
    for ids in chunks(sorted(sessions.values())):
        for session_id, participant_id in db.session.execute(
            sa.select(Bookmark.session_id, Bookmark.participant_id).where(Bookmark.session_id.in_(ids))
        ):
            guests[session_id][participant_id] = "bookmark"
    for ids in chunks(sorted(sessions)):
        for one in workshop_times.booked(AgendaEntry.appointment_id.in_(ids)):
            guests[sessions[one.entry.appointment_id]][one.entry.participant_id] = "booked"
    return guests


# -- drafts


def make(release: Release, told: Iterable[Tell], *, new: bool = True) -> list[ReleaseLetter]:
    """Drafts of what a release, whose rows are written, means for each person; older drafts of theirs go into them.

    Without `new` only those get one who have a draft already: it must not say what is so no more.
    """
    by_person: dict[int, dict[int, Tell]] = defaultdict(dict)
    for tell in told:
        by_person[tell.participant_id][tell.session_id] = tell
    older = _older(release, by_person)
    people = sorted(by_person.keys() | older.keys()) if new else sorted(older)
    said = {id: _merged(older.get(id), by_person[id]) for id in people}
    for letter in older.values():
        letter.state, letter.decided_at = "merged", clock.now()
    db.session.flush()  # the older ones are no drafts any more
    current = _rows(ReleasedSession.current, ReleasedSession.session_id, {id for each in said.values() for id in each})
    after = {row.session_id: row for row in current.values()}
    was = _rows(
        sa.true(), ReleasedSession.id, {tell.row_id for each in said.values() for tell in each.values()} - {None}
    )
    reachable = {person.id: person for person in reachable_among(people)}
    stopped = chosen_letters.stopped_by(
        reachable[id] for id in people if id in reachable and any(_is_chosen(tell) for tell in said[id].values())
    )
    letters = []
    for id in people:
        left = [
            tell
            for tell in said[id].values()
            if _says_something(tell, was.get(tell.row_id or 0), after) and not (id in stopped and _is_chosen(tell))
        ]
        if id in older and not left:
            older[id].state = "empty"
        if left and id in reachable:
            letters.append(_letter(release, id, left, after))
    db.session.flush()
    return letters


def _letter(
    release: Release, participant_id: int, left: Iterable[Tell], after: Mapping[int, ReleasedSession]
) -> ReleaseLetter:
    letter = ReleaseLetter(event_id=release.event_id, release_id=release.id, participant_id=participant_id)
    db.session.add(letter)
    db.session.flush()
    write(
        *(
            new_row(
                LetterChange,
                event_id=release.event_id,
                letter_id=letter.id,
                session_id=tell.session_id,
                before_id=tell.row_id,
                after_id=after[tell.session_id].id,
                was_part=tell.was_part,
                part=tell.part,
            )
            for tell in left
        )
    )
    return letter


def _older(release: Release, people: Collection[int]) -> dict[int, ReleaseLetter]:
    """Drafts that stand yet, of these people or about what this release has changed."""
    changed = sa.select(ReleasedSession.session_id).where(ReleasedSession.release_id == release.id)
    about = sa.select(LetterChange.letter_id).where(LetterChange.session_id.in_(changed))
    which = [ReleaseLetter.id.in_(about), *(ReleaseLetter.participant_id.in_(ids) for ids in chunks(sorted(people)))]
    found: dict[int, ReleaseLetter] = {}
    for condition in which:
        letters = db.session.scalars(
            sa.select(ReleaseLetter)
            .where(ReleaseLetter.event_id == release.event_id, ReleaseLetter.state == "draft", condition)
            .options(selectinload(ReleaseLetter.changes))
            .execution_options(populate_existing=True)
        )
        found.update({letter.participant_id: letter for letter in letters})
    return found


def _merged(older: ReleaseLetter | None, new: Mapping[int, Tell]) -> dict[int, Tell]:
    """What somebody is to be told: from what they knew before the older draft to what they are now."""
    said = dict(new)
    for each in older.changes if older is not None else ():
        newer = new.get(each.session_id)
        part = newer.part if newer is not None else each.part
        said[each.session_id] = Tell(
            older.participant_id if older is not None else 0, each.session_id, each.before_id, each.was_part, part
        )
    return said


def _is_chosen(tell: Tell) -> bool:
    """Whether its reader has merely put the session into their schedule."""
    return "bookmark" in (tell.part, tell.was_part) and not {tell.part, tell.was_part} - {"bookmark", ""}


def _says_something(tell: Tell, was: ReleasedSession | None, after: Mapping[int, ReleasedSession]) -> bool:
    """Whether what is so now is another thing than what was told; nobody is told of what came and went."""
    now = after[tell.session_id]
    if was is None or not tell.was_part:
        return bool(tell.part) and now.state == "live"
    if tell.part != tell.was_part:
        return True
    change = changes.between(now.session, was, changes.as_released(now))
    return change.rises or (tell.part in SPEAKER_ROLES and _concerns_stage(change))


def _rows(condition: Any, column: Any, ids: Collection[Any]) -> dict[int, ReleasedSession]:
    found = {}
    for some in chunks(sorted(ids)):
        for row in db.session.scalars(
            sa.select(ReleasedSession).where(condition, column.in_(some)).options(*queries.WHOLE)
        ):
            found[row.id] = row
    return found


def reachable_among(ids: Sequence[int]) -> list[Participant]:
    """Those of these participants to whom a letter can be sent."""
    found = []
    for some in chunks(ids):
        found += [
            each
            for each in db.session.scalars(
                sa.select(Participant)
                .where(Participant.id.in_(some), Participant.erased_at.is_(None), Participant.person_id.is_not(None))
                .options(joinedload(Participant.person).selectinload(Person.addresses))
            )
            if each.person is not None and each.person.email
        ]
    return found


# -- looked at


WITH_WORDS = (
    joinedload(ReleaseLetter.release),
    joinedload(ReleaseLetter.participant).joinedload(Participant.person).selectinload(Person.addresses),
    selectinload(ReleaseLetter.changes).options(
        joinedload(LetterChange.before).options(*queries.WHOLE), joinedload(LetterChange.after).options(*queries.WHOLE)
    ),
)
"""What letters are made of."""


@dataclass(frozen=True)
class Wanted:
    """Which letters are asked for: of those who are `part` of a session, of what is or was on a day or in a room.

    All that is said holds of one session of the letter. `room` is a public id.
    """

    state: str = "draft"
    part: str = ""
    day: date | None = None
    room: str = ""

    @property
    def narrows(self) -> bool:
        """Whether some letters of this state may be left out."""
        return bool(self.part or self.day or self.room)


DRAFTS = Wanted()


def pending(event: Event, wanted: Wanted = DRAFTS) -> Sequence[ReleaseLetter]:
    """Letters that wait to be looked at, or others that are asked for, by name."""
    which = [ReleaseLetter.event_id == event.id, ReleaseLetter.state == wanted.state]
    if wanted.narrows:
        which.append(ReleaseLetter.id.in_(_about(event, wanted)))
    return db.session.scalars(
        sa.select(ReleaseLetter)
        .join(Participant, Participant.id == ReleaseLetter.participant_id)
        .where(*which)
        .options(*WITH_WORDS)
        .order_by(Participant.sort_name, ReleaseLetter.id)
    ).all()


def _about(event: Event, wanted: Wanted) -> sa.Select[Any]:
    """The letters of which one session is what is asked for, as it was or as it is."""
    row = sa.or_(ReleasedSession.id == LetterChange.after_id, ReleasedSession.id == LetterChange.before_id)
    about = sa.select(LetterChange.letter_id).join(ReleasedSession, row)
    if wanted.part:
        about = about.where(sa.or_(LetterChange.part == wanted.part, LetterChange.was_part == wanted.part))
    if wanted.day is not None:
        begins, ends = (
            clock.from_zone(datetime.combine(wanted.day + timedelta(days=n), time()), event.zone) for n in (0, 1)
        )
        about = about.where(ReleasedSession.starts_at >= begins, ReleasedSession.starts_at < ends)
    if wanted.room:
        room = sa.select(Location.id).where(Location.event_id == event.id, Location.public_id == wanted.room)
        about = about.where(ReleasedSession.location_id.in_(room))
    return about


def letter_by_ref(event: Event, public_id: str) -> ReleaseLetter | None:
    """A letter of this event's releases."""
    return db.session.scalars(
        sa.select(ReleaseLetter)
        .where(ReleaseLetter.event_id == event.id, ReleaseLetter.public_id == public_id)
        .options(*WITH_WORDS)
    ).one_or_none()


def at(public_ids: Sequence[str]) -> Sequence[ReleaseLetter]:
    """These letters, with everything that they say; for sending them."""
    return db.session.scalars(
        sa.select(ReleaseLetter)
        .where(ReleaseLetter.public_id.in_(public_ids))
        .options(*WITH_WORDS)
        .order_by(ReleaseLetter.id)
        .with_for_update(of=ReleaseLetter)
        .execution_options(populate_existing=True)
    ).all()


def waiting(event: Event) -> int:
    """How many letters wait to be looked at."""
    return (
        db.session.scalar(
            sa.select(sa.func.count())
            .select_from(ReleaseLetter)
            .where(ReleaseLetter.event_id == event.id, ReleaseLetter.state == "draft")
        )
        or 0
    )


# -- decided


def leave_out(letter: ReleaseLetter) -> bool:
    """Do not send a draft; whether it was one."""
    return _decide(letter, "draft", "left_out")


def leave_all_out(event: Event, *, but: Collection[int] = ()) -> None:
    """Send no draft, `but` those of these ids: what has become of the event says everything."""
    db.session.flush()
    db.session.execute(
        sa.update(ReleaseLetter)
        .where(ReleaseLetter.event_id == event.id, ReleaseLetter.state == "draft", ReleaseLetter.id.not_in(but))
        .values(state="left_out", decided_at=clock.now())
        .execution_options(synchronize_session="fetch")
    )


def take_in(letter: ReleaseLetter) -> bool:
    """Make a letter that was left out a draft again, unless something newer is to be told; whether it is."""
    if not all(each.after.current for each in letter.changes):
        return False
    newer = sa.select(
        sa.exists().where(
            ReleaseLetter.participant_id == letter.participant_id,
            sa.or_(ReleaseLetter.state == "draft", ReleaseLetter.id > letter.id),
        )
    )
    return not db.session.scalar(newer) and _decide(letter, "left_out", "draft")


def _decide(letter: ReleaseLetter, before: str, after: str) -> bool:
    if letter.state != before:
        return False
    letter.state, letter.decided_at = after, (clock.now() if after != "draft" else None)
    db.session.flush()
    event = letter.participant.event
    audit.record(f"programme.letter_{'left_out' if after == 'left_out' else 'taken_in'}", letter, event=event)
    return True


def send(event: Event, letters: Sequence[ReleaseLetter]) -> int:
    """Send these drafts: the first `AT_ONCE` now, the others by a job; how many that are."""
    drafts = [letter for letter in letters if letter.state == "draft"]
    if not drafts:
        return 0
    audit.record("programme.letters_sent", event, event=event, after={"letters": len(drafts)})
    send_some(drafts[:AT_ONCE])
    later = [letter.public_id for letter in drafts[AT_ONCE:]]
    if later:
        jobs.defer("programme.send_letters", event_ref=event.public_id, letters=later)
    return len(drafts)


def send_some(letters: Sequence[ReleaseLetter]) -> None:
    """Send these letters, each at most once."""
    news.send([letter for letter in letters if letter.state == "draft"])
    for letter in letters:
        if letter.state == "draft":
            letter.state, letter.decided_at = "sent", clock.now()
    db.session.flush()


def of_release(release: Release) -> Sequence[ReleaseLetter]:
    """The drafts that a release has made, with everything that they say."""
    return db.session.scalars(
        sa.select(ReleaseLetter)
        .where(ReleaseLetter.release_id == release.id, ReleaseLetter.state == "draft")
        .options(*WITH_WORDS)
        .order_by(ReleaseLetter.id)
    ).all()
