"""Forgetting a person at an event (law.md L08): the rooms above forget first, then the name goes."""

import sqlalchemy as sa

from .. import audit, clock
from ..db import db
from ..mail.models import OutboxLetter
from . import signals
from .models import Participant


def erase(participant: Participant) -> None:
    """Forget who a participant was, for good; others read "former participant" from now on. Twice is once.

    Rooms that hold something of them hear `participant_erased` while they still have their name. Letters that wait for
    them do not leave. What the law keeps, such as invoices, stays with the party.
    """
    if participant.erased_at is not None:
        return
    signals.participant_erased.send(participant)
    person = participant.person
    if person is not None:
        db.session.execute(
            sa.update(OutboxLetter)
            .where(
                OutboxLetter.event_ref == participant.event.public_id,
                OutboxLetter.address.in_([one.address for one in person.addresses]),
                OutboxLetter.state == "ready",
            )
            .values(state="dropped")
        )
    participant.title = participant.given_name = participant.family_name = ""
    participant.function = participant.company = participant.biography = ""
    participant.sort_name = participant.search_name = ""
    participant.external_ref = None
    participant.person_id, participant.erased_at = None, clock.now()
    participant.generation += 1
    db.session.flush()
    db.session.expire(participant, ["person"])
    audit.record("participant.erased", participant, event=participant.event)
