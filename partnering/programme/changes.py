"""What differs between a session as it is drafted and as everybody sees it: in codes, and in words for people."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from ..agenda.models import Location
from ..agenda.rearranging import chunks
from ..db import BilingualText, db
from ..events.models import Event, Participant
from ..i18n import _, bi, day, number, span
from . import queries, words
from .models import ProgrammeSession, Release, ReleasedSession, Track

RISING = frozenset({"moved", "room", "people", "cancelled", "restored", "withdrawn"})
"""What calendars cannot follow without a higher sequence. RFC 5546, section 2.1.4."""

CLOCKS_DIFFER = timedelta(minutes=1)
"""How far the clocks of two machines may be apart."""

ENDS = frozenset({"cancelled", "withdrawn"})


class OnStage(NamedTuple):
    """Somebody's part in a session."""

    participant: Participant
    role: str
    set_up: int


@dataclass(frozen=True)
class Look:
    """A session at one moment: "live", "cancelled" or "withdrawn", which is in no programme."""

    state: str
    starts_at: datetime | None
    ends_at: datetime | None
    room: Location | None
    track: Track | None
    kind: str
    title: BilingualText
    subtitle: BilingualText
    abstract: BilingualText
    language: str
    capacity: int | None
    people: tuple[OnStage, ...]

    @property
    def names(self) -> str:
        """Who is in it, as they are called now."""
        return ", ".join(each.participant.name for each in self.people)


@dataclass(frozen=True)
class SessionChange:
    """One session that a release changes: as it was released before (`row`; None for never), and as it is after."""

    session: ProgrammeSession
    row: ReleasedSession | None
    before: Look | None
    after: Look
    codes: tuple[str, ...]

    @property
    def rises(self) -> bool:
        """Whether calendars that hold it already need a higher sequence."""
        return not RISING.isdisjoint(self.codes)

    @property
    def title(self) -> BilingualText:
        """What it is called now."""
        return self.after.title


class Line(NamedTuple):
    """What has changed, as it was and as it is; `old` or `new` may be empty."""

    label: str
    old: str
    new: str


def as_drafted(session: ProgrammeSession) -> Look:
    """A session as its organisers mean it."""
    state = "cancelled" if session.cancelled_at is not None else "live" if session.starts_at else "withdrawn"
    return Look(
        state,
        session.starts_at,
        session.ends_at,
        session.room,
        session.track,
        session.kind,
        session.title,
        session.subtitle,
        session.abstract,
        session.language,
        session.capacity,
        tuple(OnStage(part.participant, part.role, part.set_up) for part in session.people),
    )


def as_released(row: ReleasedSession) -> Look:
    """A session as it was released."""
    return Look(
        row.state,
        row.starts_at,
        row.ends_at,
        row.location,
        row.track,
        row.kind,
        row.title,
        row.subtitle,
        row.abstract,
        row.language,
        row.capacity,
        tuple(OnStage(part.participant, part.role, part.set_up) for part in row.people),
    )


def between(session: ProgrammeSession, row: ReleasedSession | None, after: Look) -> SessionChange:
    """What a session would change from its released `row` to `after`; without codes nothing.

    What does not take place is shown as it was in public.
    """
    before = as_released(row) if row is not None else None
    if before is not None and after.state != "live":
        after = replace(before, state=after.state)
    return SessionChange(session, row, before, after, codes(before, after))


def codes(before: Look | None, after: Look) -> tuple[str, ...]:
    """What differs, in the words of `ReleasedSession.changes`, and "set_up" for the minutes before it alone."""
    if before is None:
        return ("new",) if after.state == "live" else ()
    if before.state == "withdrawn" and after.state != "live":
        return ()
    found = []
    if (before.starts_at, before.ends_at) != (after.starts_at, after.ends_at):
        found.append("moved")
    if _id(before.room) != _id(after.room):
        found.append("room")
    if _parts(before) != _parts(after):
        found.append("people")
    elif _set_ups(before) != _set_ups(after):
        found.append("set_up")
    if before.title != after.title:
        found.append("title")
    in_order = [each.participant.id for each in before.people] == [each.participant.id for each in after.people]
    if (before.subtitle, before.abstract) != (after.subtitle, after.abstract) or (
        not in_order and "people" not in found
    ):
        found.append("texts")
    if _id(before.track) != _id(after.track):
        found.append("track")
    found += [name for name in ("kind", "language", "capacity") if getattr(before, name) != getattr(after, name)]
    if before.state != after.state:
        found.append({"live": "restored"}.get(after.state, after.state))
    return tuple(found)


def _id(thing: Location | Track | None) -> int | None:
    return thing.id if thing is not None else None


def _parts(look: Look) -> set[tuple[int, str]]:
    return {(each.participant.id, each.role) for each in look.people}


def _set_ups(look: Look) -> dict[int, int]:
    return {each.participant.id: each.set_up for each in look.people}


# -- all at once


def drafted(event: Event, only: Iterable[int] | None = None) -> list[SessionChange]:
    """What a release would change, by time; `only` these sessions, by id. In five questions, read anew."""
    wanted = _touched(event)
    found = []
    for ids in chunks(sorted(wanted if only is None else wanted & set(only))):
        public = {
            row.session_id: row
            for row in db.session.scalars(
                sa.select(ReleasedSession)
                .where(ReleasedSession.session_id.in_(ids), ReleasedSession.current)
                .options(*queries.WHOLE)
                .execution_options(populate_existing=True)
            )
        }
        sessions = db.session.scalars(
            sa.select(ProgrammeSession)
            .where(ProgrammeSession.id.in_(ids))
            .options(*queries.DRAFT)
            .execution_options(populate_existing=True)
        )
        found += [between(each, public.get(each.id), as_drafted(each)) for each in sessions]
    return sorted(
        (change for change in found if change.codes), key=lambda change: (change.after.starts_at, change.session.id)
    )


def _touched(event: Event) -> set[int]:
    """The ids of sessions that were never released, or whose draft was touched since: of the others nothing is new."""
    rows = db.session.execute(
        sa.select(ProgrammeSession.id, ProgrammeSession.updated_at, Release.released_at)
        .outerjoin(ReleasedSession, sa.and_(ReleasedSession.session_id == ProgrammeSession.id, ReleasedSession.current))
        .outerjoin(Release, Release.id == ReleasedSession.release_id)
        .where(ProgrammeSession.event_id == event.id)
    )
    return {row[0] for row in rows if row[2] is None or row[1] > row[2] - CLOCKS_DIFFER}


def of(release: Release) -> list[SessionChange]:
    """What a release changed, by time."""
    rows = db.session.scalars(
        sa.select(ReleasedSession)
        .where(ReleasedSession.release_id == release.id)
        .options(*queries.WHOLE)
        .order_by(ReleasedSession.starts_at, ReleasedSession.id)
    ).all()
    before: dict[int, ReleasedSession] = {}
    for row in db.session.scalars(
        sa.select(ReleasedSession)
        .join(Release, Release.id == ReleasedSession.release_id)
        .where(
            Release.event_id == release.event_id,
            Release.number < release.number,
            ReleasedSession.session_id.in_(
                sa.select(ReleasedSession.session_id).where(ReleasedSession.release_id == release.id)
            ),
        )
        .options(*queries.WHOLE)
        .order_by(Release.number)
    ):
        before[row.session_id] = row
    return [of_row(row, before.get(row.session_id)) for row in rows]


def of_row(row: ReleasedSession, before: ReleasedSession | None) -> SessionChange:
    """What a row of a release changed of the row `before` it, as it was told then."""
    return SessionChange(
        row.session, before, as_released(before) if before is not None else None, as_released(row), tuple(row.changes)
    )


# -- in words


def when(look: Look, zone: str) -> str:
    """Day and time of a session in the language in force."""
    if look.starts_at is None or look.ends_at is None:
        return _("no time")
    return f"{day(look.starts_at, 'weekday', zone)}, {span(look.starts_at, look.ends_at, zone)}"


def lines(change: SessionChange, zone: str) -> list[Line]:
    """What has changed of a session, old and new, in the language in force; long texts only by name."""
    before, after = change.before, change.after
    place = bi(after.room.name) if after.room is not None else ""
    if before is None or "restored" in change.codes:
        word = (
            _("New in the programme") if before is None or before.state == "withdrawn" else _("Takes place after all")
        )
        return [Line(word, "", ", ".join(part for part in (when(after, zone), place) if part))]
    if change.codes and set(change.codes) & ENDS:
        word = _("Does not take place") if after.state == "cancelled" else _("No longer in the programme")
        return [Line(word, when(before, zone), "")]
    found = []
    if "moved" in change.codes:
        found.append(Line(_("Time"), when(before, zone), when(after, zone)))
    if "room" in change.codes:
        found.append(
            Line(_("Room"), bi(before.room.name) if before.room is not None else _("no room"), place or _("no room"))
        )
    if "people" in change.codes:
        found.append(Line(_("Speakers and chairs"), before.names or _("nobody"), after.names or _("nobody")))
    if "set_up" in change.codes:
        found.append(Line(_("Time for setting up"), "", _("changed")))
    if "title" in change.codes:
        found.append(Line(_("Title"), bi(before.title), bi(after.title)))
    if "texts" in change.codes:
        found.append(Line(_("Description"), "", _("changed")))
    if "track" in change.codes:
        found.append(Line(_("Track"), _track(before), _track(after)))
    if "kind" in change.codes:
        found.append(Line(_("Kind"), str(words.KINDS[before.kind]), str(words.KINDS[after.kind])))
    if "language" in change.codes:
        found.append(Line(_("Language"), _language(before), _language(after)))
    if "capacity" in change.codes:
        found.append(Line(_("Seats"), _seats(before), _seats(after)))
    return found


def _track(look: Look) -> str:
    return bi(look.track.name) if look.track is not None else _("no track")


def _language(look: Look) -> str:
    return str(words.LANGUAGES.get(look.language, look.language)) or _("not said")


def _seats(look: Look) -> str:
    return number(look.capacity) if look.capacity is not None else _("not said")
