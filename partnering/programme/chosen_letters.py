"""Whether somebody wants letters about sessions that they have merely chosen; each of these says how to stop them.

Letters to those on a stage, and to those who have booked, come in any case. Stopped by the address in each letter,
without signing in (RFC 8058).
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import audit, links
from ..db import db
from ..events.models import Participant
from ..mail import letters, suppressions

LETTERS = "chosen"
"""What the secret is for with which somebody stops these letters."""


def address(participant: Participant, *, at_once: bool = False) -> str:
    """The secret address where somebody stops these letters or wants them again; `at_once` that for mail programs."""
    token = links.token(LETTERS, participant.public_id)
    return letters.url(f"chosen_letters.{'stop' if at_once else 'show'}", token=token)


def reader_of(token: str) -> Participant | None:
    """Whose letters this secret is about; None for what this house did not sign, or somebody erased."""
    parts = links.read(LETTERS, token)
    if parts is None:
        return None
    return db.session.scalars(
        sa.select(Participant)
        .where(Participant.public_id == parts[0], Participant.erased_at.is_(None), Participant.person_id.is_not(None))
        .options(joinedload(Participant.event))
    ).one_or_none()


def wants(participant: Participant) -> bool:
    """Whether somebody gets these letters."""
    return not suppressions.is_suppressed(*_key(participant))


def stopped_by(participants: Iterable[Participant]) -> set[int]:
    """The ids of those among these people who want none, in a constant number of questions."""
    by_key = {_key(each): each.id for each in participants}
    return {by_key[key] for key in suppressions.suppressed(by_key)}


def choose(participant: Participant, *, wanted: bool) -> bool:
    """Send these letters from now on, or none; whether that was otherwise before."""
    if wants(participant) == wanted:
        return False
    (suppressions.allow if wanted else suppressions.suppress)(*_key(participant))
    audit.record("programme.letters_chosen", participant, event=participant.event, after={"wanted": wanted})
    return True


def _key(participant: Participant) -> tuple[str, str]:
    person = participant.person
    return f"chosen:{participant.public_id}", person.email if person is not None else ""
