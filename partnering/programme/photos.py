"""Portraits of speakers: read as images and drawn anew, so that nothing but their pixels is kept."""

import sqlalchemy as sa
from sqlalchemy.orm import undefer

from .. import clock
from ..consents import services as consents
from ..db import db
from ..events.models import Event, Participant
from ..organisations.images import Drawn
from .models import SpeakerPhoto

PURPOSE = "speaker_page"
"""The consent without which a portrait is shown to nobody but its owner and the organisers."""


def keep(participant: Participant, drawn: Drawn) -> SpeakerPhoto:
    """Let this be the participant's portrait from now on; the one before is gone."""
    take_away(participant)
    photo = SpeakerPhoto(
        event_id=participant.event_id,
        participant_id=participant.id,
        media_type=drawn.media_type,
        content=drawn.content,
        width=drawn.width,
        height=drawn.height,
        uploaded_at=clock.now(),
    )
    db.session.add(photo)
    db.session.flush()
    return photo


def take_away(participant: Participant) -> None:
    """Leave the participant without a portrait."""
    lock = sa.select(Participant.id).where(Participant.id == participant.id)
    db.session.execute(lock.with_for_update(key_share=True))  # two at once come one after the other
    db.session.execute(sa.delete(SpeakerPhoto).where(SpeakerPhoto.participant_id == participant.id))


def photo_of(participant: Participant) -> SpeakerPhoto | None:
    """The participant's portrait, without its content."""
    return db.session.scalars(
        sa.select(SpeakerPhoto).where(SpeakerPhoto.participant_id == participant.id, SpeakerPhoto.current)
    ).one_or_none()


def photo_at(participant: Participant, public_id: str) -> SpeakerPhoto | None:
    """The portrait of this public id with its content, if it is the one the participant has now."""
    return db.session.scalars(
        sa.select(SpeakerPhoto)
        .where(
            SpeakerPhoto.participant_id == participant.id,
            SpeakerPhoto.public_id == public_id,
            SpeakerPhoto.current,
        )
        .options(undefer(SpeakerPhoto.content))
    ).one_or_none()


def public_photos(event: Event) -> dict[int, SpeakerPhoto]:
    """The portraits that everybody may see, by participant's id: only of those who agree to that now."""
    agreed = consents.agreed(event, PURPOSE)
    photos = db.session.scalars(sa.select(SpeakerPhoto).where(SpeakerPhoto.event_id == event.id, SpeakerPhoto.current))
    return {photo.participant_id: photo for photo in photos if photo.participant_id in agreed}


def is_public(participant: Participant) -> bool:
    """Whether the participant agrees to be shown with a portrait."""
    return consents.current(participant, PURPOSE) is not None
