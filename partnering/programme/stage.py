"""What somebody on the stage may know of their sessions: all of what is released, and of a draft that it is theirs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from ..agenda.models import AgendaEntry, Location
from ..db import BilingualText, db
from ..events.models import Participant
from .models import ProgrammeSession, ReleasedPerson, ReleasedSession, SessionPerson

WITH_SLIDES = ("keynote", "talk", "pitch", "workshop")
"""Kinds of session whose speakers bring slides and say what they need."""


@dataclass(frozen=True)
class Fellow:
    """Somebody else in the same session."""

    participant: Participant
    role: str


@dataclass(frozen=True)
class OnStage:
    """Somebody's part in a session: live, cancelled, or a draft, which has no time, no room and no company yet."""

    session: ProgrammeSession
    state: str
    role: str
    kind: str
    title: BilingualText
    language: str = ""
    set_up: int = 0
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    room: Location | None = None
    fellows: Sequence[Fellow] = ()

    @property
    def public_id(self) -> str:
        """The session's, for addresses."""
        return self.session.public_id

    @property
    def gives_slides(self) -> bool:
        """Whether slides are expected of them."""
        return self.state != "cancelled" and self.role == "speaker" and self.kind in WITH_SLIDES

    @property
    def set_up_at(self) -> datetime | None:
        """From when the stage is theirs, if that is before it begins."""
        return self.starts_at - timedelta(minutes=self.set_up) if self.starts_at and self.set_up else None

    @property
    def chairs(self) -> list[Participant]:
        """Who moderates, beside themselves."""
        return [fellow.participant for fellow in self.fellows if fellow.role == "chair"]

    @property
    def beside(self) -> list[Participant]:
        """Who else is on the stage."""
        return [fellow.participant for fellow in self.fellows if fellow.role != "chair"]


def parts_of(participant: Participant) -> list[OnStage]:
    """The sessions that somebody speaks in or chairs, in the order of the days; those without a time last."""
    found = [*_released(participant), *_drafted(participant)]
    return sorted(
        found,
        key=lambda part: (part.starts_at is None, part.starts_at.timestamp() if part.starts_at else 0, part.session.id),
    )


def part_at(participant: Participant, public_id: str) -> OnStage | None:
    """Their part in the session of this public id, if they have one."""
    return next((part for part in parts_of(participant) if part.public_id == public_id), None)


def _released(participant: Participant) -> Iterable[OnStage]:
    mine = sa.select(ReleasedPerson.released_id).where(ReleasedPerson.participant_id == participant.id)
    rows = db.session.scalars(
        sa.select(ReleasedSession)
        .where(ReleasedSession.id.in_(mine), ReleasedSession.current, ReleasedSession.state != "withdrawn")
        .options(
            joinedload(ReleasedSession.session),
            joinedload(ReleasedSession.location),
            selectinload(ReleasedSession.people).joinedload(ReleasedPerson.participant),
        )
    )
    for row in rows:
        own = next(person for person in row.people if person.participant_id == participant.id)
        yield OnStage(
            row.session,
            row.state,
            own.role,
            row.kind,
            row.title,
            row.language,
            own.set_up,
            row.starts_at,
            row.ends_at,
            row.location,
            [Fellow(person.participant, person.role) for person in row.people if person is not own],
        )


def _drafted(participant: Participant) -> Iterable[OnStage]:
    """Sessions that were never released: their own text, and nothing of when, where and with whom."""
    rows = db.session.scalars(
        sa.select(SessionPerson)
        .join(ProgrammeSession, ProgrammeSession.id == SessionPerson.session_id)
        .where(
            SessionPerson.participant_id == participant.id,
            ProgrammeSession.cancelled_at.is_(None),
            ~sa.exists().where(ReleasedSession.session_id == ProgrammeSession.id),
        )
        .options(joinedload(SessionPerson.session))
    )
    for row in rows:
        session = row.session
        yield OnStage(session, "draft", row.role, session.kind, session.title, session.language)


def is_public(session: ProgrammeSession) -> bool:
    """Whether everybody sees the session, called off or not."""
    if session.appointment_id is None:
        return False
    withdrawn = sa.select(ReleasedSession.id).where(
        ReleasedSession.session_id == session.id, ReleasedSession.current, ReleasedSession.state == "withdrawn"
    )
    return db.session.scalar(withdrawn) is None


def is_on_public_stage(participant: Participant) -> bool:
    """Whether everybody sees that somebody speaks in or chairs a session."""
    part = sa.select(AgendaEntry.id).where(
        AgendaEntry.participant_id == participant.id,
        AgendaEntry.state == "live",
        AgendaEntry.role.in_(("speaker", "chair")),
    )
    return db.session.scalar(part.limit(1)) is not None
