"""Slides and handouts of sessions: kept in versions and in pieces, public when their speaker says so."""

from collections.abc import Iterable, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit, clock
from ..accounts.models import Person
from ..db import db
from ..errors import DomainError
from ..events.models import Event, Participant
from ..i18n import _l
from .file_types import Looked
from .models import FileChunk, ProgrammeSession, SessionFile

MOST_FILES = 60
"""Files of one session, from everybody and of every version."""

VERSIONS_KEPT = 10
"""Versions of one person's slides for one session; with the next the oldest goes."""


class TooManyFiles(DomainError):
    """More files than are kept for one session."""

    message = _l("This session has as many files as we keep. Please take one back first.")


class FileGone(DomainError):
    """A version that was taken back holds nothing any more."""

    message = _l("This file was taken back.")


# -- deeds


def upload(
    session: ProgrammeSession,
    participant: Participant,
    looked: Looked,
    *,
    kind: str,
    public: bool = False,
    by: Person | None = None,
) -> SessionFile:
    """The next version of a participant's slides or handout; it is the current one from now on.

    The same file sent twice is one version. Raises `TooManyFiles`.
    """
    _in_turn(session)
    held = _versions(session.id, participant.id, kind)
    live = [file for file in held if file.withdrawn_at is None]
    if live and live[0].digest == looked.digest:
        return live[0]
    if _count(session) - max(0, len(live) - VERSIONS_KEPT + 1) >= MOST_FILES:
        raise TooManyFiles
    for old in live:
        old.current = False
    db.session.flush()  # the index knows one current version
    file = SessionFile(
        event_id=session.event_id,
        session_id=session.id,
        participant_id=participant.id,
        uploaded_by_id=by.id if by is not None else None,
        kind=kind,
        number=(held[0].number if held else 0) + 1,
        name=looked.name,
        media_type=looked.media_type,
        size=looked.size,
        digest=looked.digest,
        public=public,
        uploaded_at=clock.now(),
    )
    db.session.add(file)
    db.session.flush()
    for position, piece in enumerate(looked.pieces()):
        db.session.execute(sa.insert(FileChunk).values(file_id=file.id, position=position, content=piece))
    _remove(live[VERSIONS_KEPT - 1 :])
    _note("programme.file_uploaded", file, participant)
    return file


def take_back(file: SessionFile) -> SessionFile | None:
    """Delete what a version holds; the one before is the current one again. It, if there is one."""
    _in_turn(file.session)
    if file.withdrawn_at is not None:
        return None
    was_current = file.current
    db.session.execute(sa.delete(FileChunk).where(FileChunk.file_id == file.id))
    file.current, file.public, file.withdrawn_at = False, False, clock.now()
    db.session.flush()
    _note("programme.file_taken_back", file, file.participant)
    before = [one for one in _versions(file.session_id, file.participant_id, file.kind) if one.withdrawn_at is None]
    if not was_current or not before:
        return None
    before[0].current = True
    db.session.flush()
    return before[0]


def set_public(file: SessionFile, public: bool) -> None:
    """Let guests download a version, or no longer. Raises `FileGone`."""
    if file.withdrawn_at is not None:
        raise FileGone
    if file.public != public:
        file.public = public
        db.session.flush()
        _note("programme.file_shown" if public else "programme.file_hidden", file, file.participant)


def forget(participant: Participant) -> None:
    """Delete everything that a participant sent, versions and all."""
    held = db.session.scalars(sa.select(SessionFile).where(SessionFile.participant_id == participant.id)).all()
    _remove(held)


def _remove(files: Iterable[SessionFile]) -> None:
    for file in files:
        db.session.execute(sa.delete(FileChunk).where(FileChunk.file_id == file.id))
        db.session.delete(file)
    db.session.flush()


def _in_turn(session: ProgrammeSession) -> None:
    """Those who send or take back files of one session at once come one after the other."""
    lock = sa.select(ProgrammeSession.id).where(ProgrammeSession.id == session.id)
    db.session.execute(lock.with_for_update(key_share=True))


def _versions(session_id: int, participant_id: int, kind: str) -> Sequence[SessionFile]:
    """All versions, the newest first, read anew."""
    return db.session.scalars(
        sa.select(SessionFile)
        .where(
            SessionFile.session_id == session_id,
            SessionFile.participant_id == participant_id,
            SessionFile.kind == kind,
        )
        .order_by(SessionFile.number.desc())
        .execution_options(populate_existing=True)
    ).all()


def _count(session: ProgrammeSession) -> int:
    held = sa.select(sa.func.count()).where(SessionFile.session_id == session.id, SessionFile.withdrawn_at.is_(None))
    return db.session.scalar(held) or 0


def _note(action: str, file: SessionFile, participant: Participant) -> None:
    audit.record(
        action,
        participant,
        event=participant.event,
        after={"file": file.name, "kind": file.kind, "number": file.number},
    )


# -- questions


def files_of(session_ids: Iterable[int], participant: Participant | None = None) -> Sequence[SessionFile]:
    """The files of sessions that were not taken back, a participant's or everybody's: by name, newest version first."""
    wanted = sa.and_(SessionFile.session_id.in_(sorted(session_ids)), SessionFile.withdrawn_at.is_(None))
    if participant is not None:
        wanted = sa.and_(wanted, SessionFile.participant_id == participant.id)
    return db.session.scalars(
        sa.select(SessionFile)
        .where(wanted)
        .options(joinedload(SessionFile.participant), joinedload(SessionFile.uploaded_by))
        .order_by(SessionFile.session_id, SessionFile.participant_id, SessionFile.kind, SessionFile.number.desc())
    ).all()


def public_files(session: ProgrammeSession) -> Sequence[SessionFile]:
    """What guests may download of a session: the current versions that their speakers let them have."""
    return [file for file in files_of([session.id]) if file.current and file.public]


def file_at(event: Event, public_id: str) -> SessionFile | None:
    """The file of this public id, unless it was taken back."""
    return db.session.scalars(
        sa.select(SessionFile)
        .where(
            SessionFile.event_id == event.id,
            SessionFile.public_id == public_id,
            SessionFile.withdrawn_at.is_(None),
        )
        .options(joinedload(SessionFile.participant), joinedload(SessionFile.session))
    ).one_or_none()


def pieces(file_id: int) -> Iterator[bytes]:
    """A file's content piece by piece; between two pieces no connection is held, however slowly somebody reads."""
    position = 0
    while True:
        with db.engine.connect() as connection:
            piece = connection.execute(
                sa.select(FileChunk.content).where(FileChunk.file_id == file_id, FileChunk.position == position)
            ).scalar_one_or_none()
        if piece is None:
            return
        yield bytes(piece)
        position += 1
