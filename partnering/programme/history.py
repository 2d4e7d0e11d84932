"""What releases have changed in public, old and new: of one session, and of the whole programme."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa

from ..db import db
from ..events.models import Event
from . import changes, queries
from .changes import SessionChange
from .models import Release, ReleasedSession

OURS = frozenset({"set_up"})
"""What changes for those on the stage alone, and is told to nobody else."""

MOST = 20
"""So many versions are told of, the newest."""


@dataclass
class Version:
    """A release with what it changed, by time; the first one changed nothing, `sessions` says how many it held."""

    release: Release
    changes: list[SessionChange] = field(default_factory=list)
    sessions: int = 0


def of_session(session: ReleasedSession) -> list[tuple[Release, SessionChange]]:
    """What was changed of a session since it was new, the newest change first, in one question beside its people's."""
    rows = db.session.scalars(
        sa.select(ReleasedSession)
        .join(Release, Release.id == ReleasedSession.release_id)
        .where(ReleasedSession.session_id == session.session_id)
        .options(*queries.WHOLE)
        .order_by(Release.number)
    ).all()
    found = [(each.release, told) for each, told in zip(rows, _told(rows), strict=True) if told is not None]
    return found[::-1]


def of_event(event: Event) -> list[Version]:
    """The newest releases with what each of them changed, the newest first, in a constant number of questions."""
    releases = db.session.scalars(
        sa.select(Release).where(Release.event_id == event.id).order_by(Release.number.desc()).limit(MOST + 1)
    ).all()
    versions = {release.id: Version(release) for release in releases}
    if len(releases) > MOST:
        del versions[releases[-1].id]
    told_of = sa.select(ReleasedSession.session_id).where(ReleasedSession.release_id.in_(versions))
    rows = db.session.scalars(
        sa.select(ReleasedSession)
        .join(Release, Release.id == ReleasedSession.release_id)
        .where(ReleasedSession.event_id == event.id, ReleasedSession.session_id.in_(told_of))
        .options(*queries.WHOLE)
        .order_by(Release.number, ReleasedSession.starts_at, ReleasedSession.session_id)
    ).all()
    for row, change in zip(rows, _told(rows), strict=True):
        version = versions.get(row.release_id)
        if version is None:
            continue
        version.sessions += 1
        if row.release.number > 1 and (change is not None or "new" in row.changes):
            version.changes.append(change or changes.of_row(row, None))
    return list(versions.values())


def _told(rows: Sequence[ReleasedSession]) -> list[SessionChange | None]:
    """What each row, in the order of releases, changed of the same session's row before; None for nothing to tell."""
    before: dict[int, ReleasedSession] = {}
    found: list[SessionChange | None] = []
    for row in rows:
        was = before.get(row.session_id)
        before[row.session_id] = row
        found.append(changes.of_row(row, was) if was is not None and set(row.changes) - OURS else None)
    return found
