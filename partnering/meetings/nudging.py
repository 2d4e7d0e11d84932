"""A letter to people who got no answer, gave none, or asked nobody: once a week at most, when organisers send it."""

from collections.abc import Sequence

import sqlalchemy as sa

from .. import audit, clock
from ..db import db
from ..delegates.models import Delegate
from ..events.mails import to_participant
from ..events.models import Event
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries, silence
from .silence import NUDGE, Silent


def nudge(event: Event, group: str, people: Sequence[Silent]) -> int:
    """Write to these people of a group, but not to whoever got such a letter within a week; how many get one."""
    wanted = [each.delegate for each in people if not each.rests]
    before = _letters_before(wanted)
    written = 0
    for delegate in wanted:
        number = before.get(delegate.public_id, 0) + 1
        written += to_participant(
            NUDGE,
            delegate.participant,
            key=f"meetings:{delegate.public_id}:nudge:{number}",
            payload={"delegate": delegate.public_id},
            recipient_ref=delegate.public_id,
        )
    if written:
        audit.record("meetings.nudged", event, event=event, after={"group": group, "people": written})
    return written


def _letters_before(delegates: Sequence[Delegate]) -> dict[str, int]:
    """How many such letters each had, by public id: two organisers who send at once name the same next one."""
    refs = [delegate.public_id for delegate in delegates]
    found: dict[str, int] = {}
    for start in range(0, len(refs), 500):
        rows = db.session.execute(
            sa.select(OutboxLetter.recipient_ref, sa.func.count())
            .where(OutboxLetter.kind == NUDGE, OutboxLetter.recipient_ref.in_(refs[start : start + 500]))
            .group_by(OutboxLetter.recipient_ref)
        )
        found |= {row[0]: row[1] for row in rows}
    return found


@letters.kind(NUDGE)
def render_nudge(letter: OutboxLetter) -> Letter | None:
    """What would help this person now; nothing for whoever has become active, and once requests are over."""
    delegate = db.session.scalars(
        sa.select(Delegate).where(Delegate.public_id == letter.payload.get("delegate"))
    ).one_or_none()
    if delegate is None or delegate.left_at is not None:
        return None
    event = delegate.participant.event
    if clock.now() > (event.partnering_until or event.closes_at):
        return None
    groups, waiting = silence.groups_of(delegate), queries.waiting_for(delegate)
    if not groups:
        return None
    return letters.compose(
        "meetings/mail/nudge",
        event=event,
        me=delegate,
        waiting=waiting,
        group=next(group for group in ("asked", "sent", "none") if group in groups),
    )
