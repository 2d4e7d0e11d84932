"""Making suggestions: for everybody once a day, and at once for whoever changed what they offer or seek."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from .. import clock
from ..db import db, transaction
from ..events.models import Event
from ..jobs import Progress, periodic, task
from . import queries, suggestions
from .models import Delegate

AT_ONCE = 200
"""So many people's suggestions are stored in one transaction."""


@periodic("delegates.suggest", every=timedelta(hours=1))
def suggest_to_all() -> None:
    """Make today's suggestions at every event that is not over, for whoever has none yet."""
    events = db.session.scalars(
        sa.select(Event).where(Event.state == "published", Event.closes_at > clock.now()).order_by(Event.id)
    ).all()
    for event in events:
        suggest_at(event)


def suggest_at(event: Event) -> None:
    """The same at one event."""
    _suggest(event, suggestions.lacking(event))


def renew(event: Event) -> None:
    """Make suggestions anew for whoever has some, unless the event is over: what they go by was written anew."""
    if event.state == "published" and event.closes_at > clock.now():
        _suggest(event, suggestions.holding(event))


def _suggest(event: Event, ids: Sequence[int]) -> None:
    if not ids:
        return
    current = suggestions.Round(event)
    for start in range(0, len(ids), AT_ONCE):
        people = db.session.scalars(sa.select(Delegate).where(Delegate.id.in_(ids[start : start + AT_ONCE]))).all()
        made = {one.id: current.make(one) for one in sorted(people, key=lambda one: one.id)}
        with transaction():
            suggestions.keep(event, made)


@task("delegates.suggest_to")
def suggest_to(job: Progress, delegate: str) -> None:
    """Make suggestions for one delegate (public id) anew."""
    me = queries.delegate_anywhere(delegate)
    if me is None or me.left_at is not None:
        return
    made = suggestions.make(me)
    with transaction():
        suggestions.keep(me.participant.event, {me.id: made})
