"""Letters to those who speak: what is missing, and when they can come. Each only at an organiser's click."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..db import db
from ..events.mails import to_participant
from ..events.models import Event, Participant
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import lacking, profiles, stage
from .speaker_words import lack_line

AGAIN = timedelta(days=7)
"""So long nobody is reminded again."""


@dataclass
class Written:
    """To how many a letter goes, who had one within the week, of whom nothing is missing, and who has no address."""

    sent: int = 0
    too_soon: list[Participant] = field(default_factory=list)
    needless: list[Participant] = field(default_factory=list)
    unreachable: list[Participant] = field(default_factory=list)


def remind(event: Event, people: Iterable[Participant]) -> Written:
    """Write to these what is missing of them, nobody more often than once a week."""
    missing, done, now = lacking.of(event), Written(), clock.now()
    for participant in people:
        profile = profiles.profile_for(participant)
        if not missing.get(participant.id):
            done.needless.append(participant)
        elif profile.reminded_at is not None and now - profile.reminded_at < AGAIN:
            done.too_soon.append(participant)
        elif _post("programme.lacking", participant):
            profile.reminded_at = now
            done.sent += 1
        else:
            done.unreachable.append(participant)
    db.session.flush()
    if done.sent:
        audit.record("programme.speakers_reminded", event, event=event, after={"people": done.sent})
    return done


def ask_when(event: Event, people: Iterable[Participant]) -> Written:
    """Ask these when they can come; nobody twice on one day."""
    done = Written()
    for participant in people:
        person = participant.person
        if _post("programme.availability", participant):
            done.sent += 1
        elif person is None or not person.email:
            done.unreachable.append(participant)
        else:
            done.too_soon.append(participant)
    if done.sent:
        audit.record("programme.speakers_reminded", event, event=event, after={"people": done.sent})
    return done


def _post(kind: str, participant: Participant) -> bool:
    today = clock.in_zone(clock.now(), participant.event.zone).date()
    return to_participant(
        kind,
        participant,
        key=f"{kind}:{participant.public_id}:{today.isoformat()}",
        payload={"participant": participant.public_id},
    )


# -- letters


@letters.kind("programme.lacking")
def render_lacking(letter: OutboxLetter) -> Letter | None:
    """What is missing now; nothing where all of it came meanwhile."""
    participant = _recipient(letter)
    if participant is None:
        return None
    parts = stage.parts_of(participant)
    lacks = lacking.of_one(participant, parts)
    if not lacks:
        return None
    lines = [lack_line(lack, participant.event.zone) for lack in lacks]
    return _compose("programme/mail/lacking", participant, lines=lines)


@letters.kind("programme.availability")
def render_availability(letter: OutboxLetter) -> Letter | None:
    """The question when they can come; nothing where they have said it meanwhile."""
    participant = _recipient(letter)
    if participant is None:
        return None
    profile = profiles.profile_of(participant)
    if profile is not None and profile.availability_at is not None and profile.availability_at > letter.created_at:
        return None
    return _compose("programme/mail/asked", participant)


def _recipient(letter: OutboxLetter) -> Participant | None:
    """Whom it goes to, unless they or their event are gone."""
    participant = db.session.scalars(
        sa.select(Participant).where(Participant.public_id == letter.payload.get("participant"))
    ).one_or_none()
    if participant is None or participant.erased_at is not None or participant.event.state != "published":
        return None
    return participant


def _compose(template: str, participant: Participant, **more: Any) -> Letter:
    event = participant.event
    return letters.compose(
        template,
        event=event,
        me=participant,
        settings=profiles.settings_of(event),
        talks_url=letters.url("programme.talks", event_slug=event.slug),
        times_url=letters.url("programme.availability", event_slug=event.slug),
        **more,
    )
