"""What sessions need on their stage, as their speakers say it. Nothing about health: that has its own form."""

from collections.abc import Collection, Iterable

import sqlalchemy as sa

from .. import audit, clock
from ..accounts.models import Person
from ..db import db
from ..errors import Stale
from ..events.models import Event
from ..text import clean_lines
from .models import EQUIPMENT, ProgrammeSession, SessionNeeds


def say(
    event: Event,
    session: ProgrammeSession,
    items: Collection[str],
    remarks: str,
    *,
    by: Person | None = None,
    version: int | None = None,
) -> SessionNeeds:
    """Write down what a session needs: codes of `EQUIPMENT`, and a sentence. It replaces what was said before.

    Raises `Stale` when somebody else has said something since `version` was read (0 for nothing).
    """
    held = of([session.id]).get(session.id)
    if version is not None and version != (held.version if held else 0):
        raise Stale
    wanted, sentence = [code for code in EQUIPMENT if code in items], clean_lines(remarks)
    after = {"items": wanted, "remarks": sentence}
    before = {"items": held.items, "remarks": held.remarks} if held else {}
    if before != after:
        now, who = clock.now(), by.id if by is not None else None
        if held is None:
            held = SessionNeeds(session_id=session.id, event_id=session.event_id)
        held.items, held.remarks, held.updated_at, held.updated_by_id = wanted, sentence, now, who
        db.session.add(held)
        db.session.flush()
        audit.record("programme.needs_set", session, event=event, before=before, after=after)
    assert held is not None  # nothing is not what was said
    return held


def of(session_ids: Iterable[int]) -> dict[int, SessionNeeds]:
    """What these sessions need, by session."""
    found = db.session.scalars(sa.select(SessionNeeds).where(SessionNeeds.session_id.in_(sorted(session_ids))))
    return {each.session_id: each for each in found}
