"""The steps that deeds on meetings are made of: lock, insert or change if nothing else has, seat, offer, say, count."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from .. import audit, clock
from ..db import db, table_of
from ..delegates.models import Delegate
from ..events.models import Event
from ..text import clean_lines
from .errors import RequestNotOpen, TooManyOpen
from .models import Meeting, MeetingDelegate, MeetingMessage, MeetingOffer, MeetingSlot
from .states import DEEDS


def move(meeting: Meeting, deed: str, version: int | None, **values: Any) -> None:
    """Change a meeting's state if it still is as it was seen. Raises `RequestNotOpen` with the newest state."""
    begins, ends = DEEDS[deed]
    table = table_of(Meeting)
    done = db.session.execute(
        sa.update(table)
        .where(
            table.c.id == meeting.id,
            table.c.version == (version or meeting.version),
            table.c.request_state.in_(begins),
        )
        .values({"request_state": ends, "version": table.c.version + 1, **values})
        .returning(table.c.id)
    ).scalar_one_or_none()
    db.session.refresh(meeting)
    if done is None:
        raise RequestNotOpen(meeting=meeting)


def insert(**values: Any) -> int | None:
    """Insert a meeting; None when the two have an open one already. An error would end PostgreSQL's transaction."""
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(Meeting).values(**values).on_conflict_do_nothing().returning(Meeting.id)
    return db.session.execute(statement).scalar_one_or_none()


def count_open(delegate_id: int, change: int, *, limit: int | None = None) -> None:
    """Count a delegate's open requests. Raises `TooManyOpen` when there are `limit` already."""
    table = table_of(Delegate)
    below = [table.c.open_requests < limit] if limit is not None else []
    counted = db.session.execute(
        sa.update(table)
        .where(table.c.id == delegate_id, *below)
        .values(open_requests=table.c.open_requests + change)
        .returning(table.c.id)
    ).scalar_one_or_none()
    if counted is None:
        raise TooManyOpen
    delegate = db.session.get(Delegate, delegate_id)
    if delegate is not None:
        db.session.expire(delegate, ["open_requests"])


def lock(delegate_ids: Iterable[int]) -> None:
    """Keep the leads from other deeds until this one is done, by id."""
    db.session.execute(
        sa.select(Delegate.id)
        .where(Delegate.id.in_(set(delegate_ids)))
        .order_by(Delegate.id)
        .with_for_update(key_share=True)
    ).all()


def seat(meeting: Meeting, side: str, delegates: Iterable[Delegate]) -> None:
    known = set(
        db.session.scalars(sa.select(MeetingDelegate.delegate_id).where(MeetingDelegate.meeting_id == meeting.id))
    )
    newcomers = [delegate for delegate in delegates if delegate.id not in known]
    db.session.add_all(
        MeetingDelegate(event_id=meeting.event_id, meeting_id=meeting.id, delegate_id=newcomer.id, side=side)
        for newcomer in newcomers
    )
    db.session.flush()
    db.session.expire(meeting, ["delegates"])


def offer(meeting: Meeting, slots: Iterable[MeetingSlot]) -> None:
    db.session.add_all(
        MeetingOffer(event_id=meeting.event_id, meeting_id=meeting.id, slot_id=slot.id, round=meeting.round)
        for slot in slots
    )
    db.session.flush()


def say(meeting: Meeting, author: Delegate, text: str) -> None:
    if clean_lines(text):
        db.session.add(
            MeetingMessage(
                event_id=meeting.event_id,
                meeting_id=meeting.id,
                author_id=author.id,
                text=clean_lines(text),
                at=clock.now(),
            )
        )
        db.session.flush()
        db.session.expire(meeting, ["messages"])


def event_of(meeting: Meeting) -> Event:
    """The event of a meeting."""
    return db.session.get_one(Event, meeting.event_id)


def record(meeting: Meeting, deed: str, **after: Any) -> None:
    """Write a deed into the log."""
    audit.record(f"meeting.{deed}", meeting, event=event_of(meeting), after=after or None)
