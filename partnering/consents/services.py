"""What can happen to consents: given with proof, withdrawn with immediate effect."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..db import BilingualText, db
from ..events.models import Event, Participant
from .models import Consent, ConsentText
from .signals import consent_withdrawn


def text_for(event: Event, purpose: str, text: BilingualText, recipient: str = "") -> ConsentText:
    """The event's consent text in force for a purpose; a changed sentence becomes a new version."""
    newest = db.session.scalars(
        sa.select(ConsentText)
        .where(ConsentText.event_id == event.id, ConsentText.purpose == purpose, ConsentText.recipient == recipient)
        .order_by(ConsentText.number.desc())
        .limit(1)
    ).one_or_none()
    if newest is not None and newest.text == text:
        return newest
    version = ConsentText(
        host_id=event.host_id,
        event_id=event.id,
        purpose=purpose,
        recipient=recipient,
        number=newest.number + 1 if newest else 1,
        text=text,
        created_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    return version


def give(participant: Participant, text: ConsentText, *, channel: str, locale: str, proof: str = "") -> Consent:
    """Record that a participant agreed to a text; giving what is already given changes nothing."""
    held = current(participant, text.purpose, text.recipient)
    if held is not None:
        return held
    consent = Consent(
        text_id=text.id,
        participant_id=participant.id,
        host_id=text.host_id,
        purpose=text.purpose,
        recipient=text.recipient,
        given_at=clock.now(),
        channel=channel,
        locale=locale,
        proof=proof,
    )
    db.session.add(consent)
    db.session.flush()
    return consent


def withdraw(participant: Participant, purpose: str, recipient: str = "") -> None:
    """End a participant's consent, with immediate effect."""
    held = current(participant, purpose, recipient)
    if held is not None:
        held.withdrawn_at = clock.now()
        db.session.flush()


def take_back(participant: Participant, purpose: str, recipient: str = "") -> None:
    """The same by the participant's own word, told to the rooms that act on it, such as the directory."""
    withdraw(participant, purpose, recipient)
    consent_withdrawn.send(participant, purpose=purpose, recipient=recipient)


def in_force(participant: Participant) -> Sequence[Consent]:
    """Everything that a participant agrees to now, with the texts they saw, oldest first."""
    return db.session.scalars(
        sa.select(Consent)
        .where(Consent.participant_id == participant.id, Consent.withdrawn_at.is_(None))
        .options(joinedload(Consent.text))
        .order_by(Consent.id)
    ).all()


def history(participant: Participant) -> Sequence[Consent]:
    """Everything that a participant ever agreed to, with the texts they saw, newest first."""
    return db.session.scalars(
        sa.select(Consent)
        .where(Consent.participant_id == participant.id)
        .options(joinedload(Consent.text))
        .order_by(Consent.id.desc())
    ).all()


def counts(event: Event) -> dict[tuple[str, str], int]:
    """How many participants agree now, by purpose and recipient."""
    rows = db.session.execute(
        sa.select(Consent.purpose, Consent.recipient, sa.func.count())
        .join(Participant, Participant.id == Consent.participant_id)
        .where(Participant.event_id == event.id, Participant.erased_at.is_(None), Consent.withdrawn_at.is_(None))
        .group_by(Consent.purpose, Consent.recipient)
    )
    return {(purpose, recipient): number for purpose, recipient, number in rows}


def current(participant: Participant, purpose: str, recipient: str = "") -> Consent | None:
    """The consent in force, or None."""
    return db.session.scalars(
        sa.select(Consent).where(
            Consent.participant_id == participant.id,
            Consent.purpose == purpose,
            Consent.recipient == recipient,
            Consent.withdrawn_at.is_(None),
        )
    ).one_or_none()


def agreed(event: Event, purpose: str, recipient: str = "") -> frozenset[int]:
    """The ids of an event's participants whose consent to a purpose is in force."""
    return frozenset(
        participant_id
        for participant_id in db.session.scalars(
            sa.select(Consent.participant_id)
            .join(Participant, Participant.id == Consent.participant_id)
            .where(
                Participant.event_id == event.id,
                Consent.purpose == purpose,
                Consent.recipient == recipient,
                Consent.withdrawn_at.is_(None),
            )
        )
        if participant_id is not None
    )
