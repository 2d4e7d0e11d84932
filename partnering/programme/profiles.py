"""What speakers say of themselves: biography, website, what they agree to; and what organisers ask of all of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from .. import audit
from ..consents import services as consents
from ..db import BilingualText, db
from ..events.models import Event, Participant
from ..text import clean, clean_lines
from . import files, photos
from .models import AvailableTime, ProgrammeSettings, SpeakerProfile

SPEAKER_PAGE_CONSENT = BilingualText(
    de="Mein Foto darf im öffentlichen Programm dieser Veranstaltung neben meinem Namen und meiner Kurzbiografie "
    "stehen. Ich kann das jederzeit beenden; das gilt sofort.",
    en="My photo may stand beside my name and my biography in the public programme of this event. I can end this at "
    "any time, with immediate effect.",
)
RECORDING_CONSENT = BilingualText(
    de="Was ich auf der Bühne sage und zeige, darf in Bild und Ton aufgezeichnet und nach der Veranstaltung "
    "veröffentlicht werden. Ich kann das jederzeit für die Zukunft beenden, auch noch am Tag selbst.",
    en="What I say and show on the stage may be recorded, picture and sound, and published after the event. I can end "
    "this at any time for the future, on the day itself too.",
)
TEXTS = {photos.PURPOSE: SPEAKER_PAGE_CONSENT, "recording": RECORDING_CONSENT}
"""What speakers are asked to agree to, each by itself; refusing either has no disadvantage (law.md L03, L05)."""


def profile_of(participant: Participant) -> SpeakerProfile | None:
    """What a participant has said as a speaker, or None."""
    return db.session.scalars(
        sa.select(SpeakerProfile).where(SpeakerProfile.participant_id == participant.id)
    ).one_or_none()


def profile_for(participant: Participant) -> SpeakerProfile:
    """The same, made if there is none; two at once come one after the other."""
    lock = sa.select(Participant.id).where(Participant.id == participant.id)
    db.session.execute(lock.with_for_update(key_share=True))
    held = profile_of(participant)
    if held is None:
        held = SpeakerProfile(event_id=participant.event_id, participant_id=participant.id)
        db.session.add(held)
        db.session.flush()
    return held


def describe(event: Event, participant: Participant, biography: str, website: str) -> bool:
    """Set biography and website; whether something changed."""
    profile = profile_for(participant)
    after = (clean_lines(biography), clean(website))
    if (participant.biography, profile.website) == after:
        return False
    participant.biography, profile.website = after
    db.session.flush()
    audit.record("programme.biography_set", participant, event=event)
    return True


def agree(participant: Participant, wanted: Mapping[str, bool]) -> None:
    """Give or end the consents of speakers, by purpose; ending one has effect at once."""
    for purpose in sorted(TEXTS):
        if purpose not in wanted:
            continue
        if not wanted[purpose]:
            if consents.current(participant, purpose) is not None:
                consents.take_back(participant, purpose)
        else:
            text = consents.text_for(participant.event, purpose, TEXTS[purpose])
            consents.give(participant, text, channel="talks", locale=participant.locale)


def agreed_by(participant: Participant) -> frozenset[str]:
    """The purposes that a participant agrees to now, of those that speakers are asked about."""
    return frozenset(consent.purpose for consent in consents.in_force(participant)) & TEXTS.keys()


def forget(participant: Participant) -> None:
    """Everything goes that a participant gave as a speaker: portrait, files, times, what they said."""
    photos.take_away(participant)
    files.forget(participant)
    for kind in (AvailableTime, SpeakerProfile):
        db.session.execute(sa.delete(kind).where(kind.participant_id == participant.id))


# -- what organisers ask


def settings_of(event: Event) -> ProgrammeSettings | None:
    """What organisers have set for the programme as a whole."""
    return db.session.scalars(sa.select(ProgrammeSettings).where(ProgrammeSettings.event_id == event.id)).one_or_none()


def settings_for(event: Event) -> ProgrammeSettings:
    """The same, made if there are none, and locked: changes of the programme come one after the other."""
    asked = sa.select(ProgrammeSettings).where(ProgrammeSettings.event_id == event.id).with_for_update()
    held = db.session.scalars(asked.execution_options(populate_existing=True)).one_or_none()
    if held is None:
        held = ProgrammeSettings(event_id=event.id)
        db.session.add(held)
        db.session.flush()
    return held


def note(participant: Participant, text: str) -> None:
    """Set what organisers note about a speaker, for themselves."""
    profile_for(participant).desk_note = clean_lines(text)
    db.session.flush()


def ask_for(
    event: Event,
    settings: ProgrammeSettings,
    *,
    availability_until: datetime | None,
    slides_until: datetime | None,
    contact: BilingualText,
    equipment: BilingualText,
) -> bool:
    """Set until when speakers are asked for times and slides, whom they call, and what every stage has."""
    after: dict[str, Any] = {
        "availability_until": availability_until,
        "slides_until": slides_until,
        "contact": contact,
        "equipment": equipment,
    }
    before = {name: getattr(settings, name) for name in after}
    if before == after:
        return False
    for name, value in after.items():
        setattr(settings, name, value)
    db.session.flush()
    audit.record("programme.speakers_asked", settings, event=event, before=before, after=after)
    return True
