"""Who speaks, by name."""

from .. import clock
from ..accounts.models import Person
from ..db import db
from ..events.models import Event, Participant
from ..events.services import participant_for, rename
from ..text import clean


def speaker(
    event: Event,
    name: str,
    *,
    person: Person | None = None,
    company: str = "",
    biography: str = "",
    external_ref: str | None = None,
    locale: str = "de",
) -> Participant:
    """Somebody new who speaks; without a `person` known by name only, who gets no letters and cannot sign in.

    The last word of `name` counts as the family name.
    """
    given, _, family = clean(name).rpartition(" ")
    if person is not None:
        return participant_for(event, person, given_name=given, family_name=family, company=company, locale=locale)
    participant = Participant(event_id=event.id, external_ref=external_ref, locale=locale, created_at=clock.now())
    rename(participant, title="", given_name=given, family_name=family, function="", company=company)
    participant.biography = biography
    db.session.add(participant)
    db.session.flush()
    return participant
