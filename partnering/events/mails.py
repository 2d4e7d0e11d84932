"""The way of a letter to somebody who takes part in an event."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import selectinload
from sqlalchemy.orm.attributes import set_committed_value

from ..accounts.models import Person
from ..db import db
from ..mail import outbox
from .models import Participant


def to_participant(
    kind: str, participant: Participant, *, key: str, payload: dict[str, Any], recipient_ref: str = "", **options: Any
) -> bool:
    """Put a letter to a participant into the outbox, in their language; see `outbox.post`, which takes `options`.

    False for somebody without an address or erased, and if a letter with this `key` is there already.
    """
    person = participant.person
    if person is None or participant.erased_at is not None or not person.email:
        return False
    return outbox.post(
        kind,
        key=key,
        address=person.email,
        locale=participant.locale,
        payload=payload,
        event_ref=participant.event.public_id,
        recipient_ref=recipient_ref or participant.public_id,
        **options,
    )


def know_people(participants: Iterable[Participant]) -> None:
    """Ask at once who these participants are and for their addresses, before each of them gets a letter."""
    each = {participant.person_id: participant for participant in participants if participant.person_id is not None}
    people = db.session.scalars(sa.select(Person).where(Person.id.in_(each)).options(selectinload(Person.addresses)))
    for person in people.all():
        set_committed_value(each[person.id], "person", person)
