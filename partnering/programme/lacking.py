"""What is missing of those who speak: one answer for their own page, the organisers' list, letters and warnings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..accounts.models import Person
from ..consents import services as consents
from ..db import BilingualText, db
from ..events.models import Event, Participant
from ..registration.models import Registration
from . import photos
from .models import (
    ProgrammeSession,
    ProgrammeSettings,
    ReleasedPerson,
    ReleasedSession,
    SessionFile,
    SessionNeeds,
    SessionPerson,
    SpeakerPhoto,
    SpeakerProfile,
)
from .stage import WITH_SLIDES, OnStage

CODES = ("biography", "photo", "consent", "availability", "slides", "needs", "registration")
"""What can be missing, in the order in which it is told. "consent": a photo that may not be shown yet."""


@dataclass(frozen=True)
class Lack:
    """Something that is missing; of one session where it belongs to one, and until when it is asked for."""

    code: str
    session_id: int | None = None
    title: BilingualText | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Part:
    """Somebody's part in a session as organisers know it, drafted or released."""

    participant_id: int
    session_id: int
    session_ref: str
    title: BilingualText
    kind: str
    role: str
    released: bool

    @property
    def gives_slides(self) -> bool:
        """Whether slides are expected of them."""
        return self.role == "speaker" and self.kind in WITH_SLIDES


@dataclass(frozen=True)
class Speaker:
    """Somebody on the stage, with their parts, what is missing, and what was asked of them when."""

    participant: Participant
    parts: Sequence[Part]
    lacks: Sequence[Lack]
    may_record: bool
    says_when: bool
    reminded_at: datetime | None
    codes: frozenset[str] = field(default_factory=frozenset)


def of(event: Event) -> dict[int, tuple[Lack, ...]]:
    """What is missing of everybody who speaks, by participant's id, in a constant number of questions."""
    return _judge(event, parts_of(event))


def of_one(participant: Participant, stage: Iterable[OnStage]) -> tuple[Lack, ...]:
    """What is missing of one participant, for the parts that they know of."""
    parts = [
        Part(
            participant.id,
            each.session.id,
            each.public_id,
            each.title,
            each.kind,
            each.role,
            each.state == "live",
        )
        for each in stage
        if each.state != "cancelled"
    ]
    return _judge(participant.event, parts, participant).get(participant.id, ())


def speakers(event: Event) -> list[Speaker]:
    """Everybody who speaks, drafted or released, by name."""
    parts = parts_of(event)
    lacks = _judge(event, parts)
    profiles = {
        row.participant_id: row
        for row in db.session.scalars(sa.select(SpeakerProfile).where(SpeakerProfile.event_id == event.id))
    }
    recorded = consents.agreed(event, "recording")
    by_person: dict[int, list[Part]] = {}
    for part in parts:
        by_person.setdefault(part.participant_id, []).append(part)
    people = db.session.scalars(
        sa.select(Participant)
        .where(
            Participant.event_id == event.id,
            Participant.erased_at.is_(None),
            Participant.id.in_(_on_stage(event)),
        )
        .options(joinedload(Participant.person).selectinload(Person.addresses))
        .order_by(Participant.sort_name, Participant.id)
    )
    found = []
    for participant in people:
        if participant.id not in by_person:
            continue
        profile, missing = profiles.get(participant.id), lacks.get(participant.id, ())
        found.append(
            Speaker(
                participant,
                by_person[participant.id],
                missing,
                may_record=participant.id in recorded,
                says_when=profile is not None and profile.availability_at is not None,
                reminded_at=profile.reminded_at if profile is not None else None,
                codes=frozenset(lack.code for lack in missing),
            )
        )
    return found


def parts_of(event: Event) -> list[Part]:
    """Who speaks in or chairs what: as it was released, else as it is drafted; nothing that was called off."""
    released = db.session.execute(
        sa.select(
            ReleasedPerson.participant_id,
            ReleasedPerson.role,
            ReleasedSession.session_id,
            ReleasedSession.kind,
            ReleasedSession.title,
            ProgrammeSession.public_id,
        )
        .join(ReleasedSession, ReleasedSession.id == ReleasedPerson.released_id)
        .join(ProgrammeSession, ProgrammeSession.id == ReleasedSession.session_id)
        .where(ReleasedSession.event_id == event.id, ReleasedSession.current, ReleasedSession.state == "live")
        .order_by(ReleasedSession.starts_at, ReleasedSession.session_id, ReleasedPerson.position)
    )
    found = {
        (row.participant_id, row.session_id): Part(
            row.participant_id, row.session_id, row.public_id, row.title, row.kind, row.role, True
        )
        for row in released
    }
    drafted = db.session.execute(
        sa.select(
            SessionPerson.participant_id,
            SessionPerson.role,
            SessionPerson.session_id,
            ProgrammeSession.kind,
            ProgrammeSession.title,
            ProgrammeSession.public_id,
            ProgrammeSession.appointment_id,
        )
        .join(ProgrammeSession, ProgrammeSession.id == SessionPerson.session_id)
        .where(SessionPerson.event_id == event.id, ProgrammeSession.cancelled_at.is_(None))
        .order_by(sa.nulls_last(ProgrammeSession.starts_at), ProgrammeSession.id, SessionPerson.position)
    )
    for row in drafted:
        found.setdefault(
            (row.participant_id, row.session_id),
            Part(
                row.participant_id,
                row.session_id,
                row.public_id,
                row.title,
                row.kind,
                row.role,
                released=row.appointment_id is not None,
            ),
        )
    return list(found.values())


def _on_stage(event: Event) -> sa.CompoundSelect[tuple[int]]:
    """The ids of those who are on the stage of any session, drafted or released."""
    return sa.union(
        sa.select(SessionPerson.participant_id).where(SessionPerson.event_id == event.id),
        sa.select(ReleasedPerson.participant_id).where(ReleasedPerson.event_id == event.id),
    )


def _judge(event: Event, parts: Sequence[Part], participant: Participant | None = None) -> dict[int, tuple[Lack, ...]]:
    """What is missing for these parts, of everybody or of one."""
    if not parts:
        return {}
    known = _Known(event, participant)
    by_person: dict[int, list[Part]] = {}
    for part in parts:
        by_person.setdefault(part.participant_id, []).append(part)
    return {who: tuple(known.lacks(who, own)) for who, own in by_person.items()}


class _Known:
    """What was given so far, read once: of everybody on the stage, or of one participant."""

    def __init__(self, event: Event, participant: Participant | None) -> None:
        def asked(column: sa.orm.InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
            return column == participant.id if participant is not None else column.in_(_on_stage(event))

        self.upcoming = clock.now() < event.closes_at and event.state != "cancelled"
        settings = db.session.execute(
            sa.select(ProgrammeSettings.availability_until, ProgrammeSettings.slides_until).where(
                ProgrammeSettings.event_id == event.id
            )
        ).one_or_none()
        self.availability_until: datetime | None = settings.availability_until if settings is not None else None
        self.slides_until: datetime | None = settings.slides_until if settings is not None else None
        self.biographies = _ids(
            sa.select(Participant.id).where(asked(Participant.id), sa.func.trim(Participant.biography) != "")
        )
        self.photos = _ids(
            sa.select(SpeakerPhoto.participant_id).where(asked(SpeakerPhoto.participant_id), SpeakerPhoto.current)
        )
        self.agreed = (
            consents.agreed(event, photos.PURPOSE)
            if participant is None
            else frozenset([participant.id] if photos.is_public(participant) else [])
        )
        self.said = _ids(
            sa.select(SpeakerProfile.participant_id).where(
                asked(SpeakerProfile.participant_id), SpeakerProfile.availability_at.is_not(None)
            )
        )
        self.registered = _ids(
            sa.select(Registration.participant_id).where(
                asked(Registration.participant_id), Registration.state == "live"
            )
        )
        self.slides = {
            (row.participant_id, row.session_id)
            for row in db.session.execute(
                sa.select(SessionFile.participant_id, SessionFile.session_id).where(
                    asked(SessionFile.participant_id), SessionFile.current, SessionFile.kind == "slides"
                )
            )
        }
        self.needs = _ids(sa.select(SessionNeeds.session_id).where(SessionNeeds.event_id == event.id))

    def lacks(self, who: int, parts: Sequence[Part]) -> Iterable[Lack]:
        """In the order of `CODES`; once the event is over nothing is asked for any more."""
        if not self.upcoming:
            return
        if who not in self.biographies:
            yield Lack("biography")
        if who not in self.photos:
            yield Lack("photo")
        elif who not in self.agreed:
            yield Lack("consent")
        if who not in self.said and (self.availability_until or not all(part.released for part in parts)):
            yield Lack("availability", until=self.availability_until)
        giving = [part for part in parts if part.gives_slides]
        for part in giving:
            if (who, part.session_id) not in self.slides:
                yield Lack("slides", part.session_id, part.title, self.slides_until)
        for part in giving:
            if part.session_id not in self.needs:
                yield Lack("needs", part.session_id, part.title)
        if who not in self.registered:
            yield Lack("registration")


def _ids(question: sa.Select[Any]) -> frozenset[int]:
    return frozenset(db.session.scalars(question)) - {None}


def numbers(people: Iterable[Speaker]) -> Mapping[str, int]:
    """Of how many each thing is missing, by code."""
    held = list(people)
    return {code: sum(code in each.codes for each in held) for code in CODES}
