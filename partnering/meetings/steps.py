"""The steps that deeds on meetings are made of: lock, insert or change if nothing else has, seat, offer, say, count."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.attributes import set_committed_value

from .. import audit, clock
from ..db import db, table_of
from ..delegates.models import Delegate
from ..events.models import Event
from ..text import clean_lines
from .errors import RequestNotOpen, TooManyOpen
from .models import (
    Meeting,
    MeetingDelegate,
    MeetingMessage,
    MeetingOffer,
    MeetingProposal,
    MeetingSide,
    MeetingSlot,
    MeetingVacancy,
)
from .states import DEEDS


def move(meeting: Meeting, deed: str, version: int | None, **values: Any) -> None:
    """Change a meeting's state if it still is as it was seen. Raises `RequestNotOpen` with the newest state."""
    begins, ends = DEEDS[deed]
    change(meeting, version, begins, **{"request_state": ends, **values})


def put(
    meeting: Meeting, placement: str, *, begins: Collection[str], version: int | None = None, **values: Any
) -> None:
    """Change the placement of an accepted meeting if it still is one of `begins`. Raises `RequestNotOpen`."""
    change(meeting, version, ("accepted",), table_of(Meeting).c.placement.in_(begins), placement=placement, **values)


def change(
    meeting: Meeting, version: int | None, begins: Collection[str], *more: sa.ColumnElement[bool], **values: Any
) -> None:
    """Write `values` and raise the version, in one go, if version, request state and `more` still hold.

    The object knows them afterwards; seats and offers are as they were read, whoever changes those reads the meeting
    `anew`. Raises `RequestNotOpen` with the newest state.
    """
    table = table_of(Meeting)
    done = db.session.execute(
        sa.update(table)
        .where(
            table.c.id == meeting.id,
            table.c.version == (version or meeting.version),
            table.c.request_state.in_(begins),
            *more,
        )
        .values({"version": table.c.version + 1, **values})
        .returning(table.c.version)
    ).scalar_one_or_none()
    if done is None:
        db.session.refresh(meeting)
        raise RequestNotOpen(meeting=meeting)
    for name, value in {"version": done, **values}.items():
        set_committed_value(meeting, name, value)
    led_to = [name for column, name in LEADS_TO.items() if column in values]
    if led_to:
        db.session.expire(meeting, led_to)


LEADS_TO = {
    "low_id": "low",
    "high_id": "high",
    "requester_id": "requester",
    "turn_id": "turn",
    "appointment_id": "appointment",
}
"""What a meeting leads to, by the column that says where."""


def take(meeting: Meeting, others: Iterable[Delegate] = ()) -> None:
    """Lock everybody who sits in a meeting, and `others`, then read the meeting anew.

    Raises `RequestNotOpen` when somebody has been seated meanwhile whom this deed did not lock.
    """
    take_all([meeting], others)


def take_all(meetings: Sequence[Meeting], others: Iterable[Delegate] = ()) -> None:
    """The same for several meetings at once."""
    ids = {meeting.id for meeting in meetings}
    locked = seated(ids) | {other.id for other in others}
    lock(locked)
    for meeting in meetings:
        anew(meeting)
    if not seated(ids) <= locked:
        raise RequestNotOpen(meeting=meetings[0])


def seated(meeting_ids: Collection[int]) -> set[int]:
    """The ids of everybody who sits in one of these meetings or leads a side of it."""
    seats = sa.select(MeetingDelegate.delegate_id).where(MeetingDelegate.meeting_id.in_(meeting_ids))
    leads = sa.select(MeetingSide.lead_id).where(MeetingSide.meeting_id.in_(meeting_ids))
    return set(db.session.scalars(seats.union(leads)))


def anew(meeting: Meeting) -> None:
    """Read a meeting with sides, seats, offers and proposals anew, as it is after what others have done."""
    db.session.flush()
    for name in ("sides", "delegates", "offers", "proposals", "appointment"):
        known = meeting.__dict__.get(name) or []
        for row in known if isinstance(known, list) else [known]:
            if row in db.session:  # one that was deleted is not
                db.session.expire(row)
    db.session.refresh(meeting)


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


def seat(meeting: Meeting, side: str, delegates: Sequence[Delegate]) -> None:
    if not delegates:
        return
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


def next_round(meeting: Meeting) -> int:
    """The round after all in which something was offered, by requests or proposals."""
    return 1 + max(meeting.round, *(offer.round for offer in meeting.offers), 0)


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


def end_open(meeting: Meeting, state: str) -> None:
    """End the open proposal of a meeting that moved or ended otherwise, if there is one; nobody is told."""
    proposal = db.session.scalars(
        sa.select(MeetingProposal).where(MeetingProposal.meeting_id == meeting.id, MeetingProposal.state == "open")
    ).one_or_none()
    if proposal is not None:
        end_proposal(proposal, state)


def end_proposal(proposal: MeetingProposal, state: str) -> None:
    """End a proposal as agreed, refused, expired or withdrawn."""
    proposal.state, proposal.answered_at = state, clock.now()
    db.session.flush()


def end_idle(leaver_ids: Collection[int]) -> None:
    """End the vacancies of people who left where no meeting that stands waits for a substitute any more."""
    if not leaver_ids:
        return
    waits = sa.exists().where(
        MeetingDelegate.delegate_id == MeetingVacancy.leaver_id,
        MeetingDelegate.vacant_since.is_not(None),
        Meeting.id == MeetingDelegate.meeting_id,
        Meeting.request_state == "accepted",
        Meeting.closed_at.is_(None),
    )
    for vacancy in db.session.scalars(
        sa.select(MeetingVacancy)
        .where(MeetingVacancy.leaver_id.in_(leaver_ids), MeetingVacancy.state == "open", ~waits)
        .order_by(MeetingVacancy.id)
    ).all():
        vacancy.state, vacancy.ended_at = "lapsed", clock.now()
    db.session.flush()


def vacant_in(meeting: Meeting) -> set[int]:
    """The ids of those who left and whose seat waits for a substitute."""
    return {seat.delegate_id for seat in meeting.delegates if seat.vacant_since is not None}


def event_of(meeting: Meeting) -> Event:
    """The event of a meeting."""
    return db.session.get_one(Event, meeting.event_id)


def record(meeting: Meeting, deed: str, **after: Any) -> None:
    """Write a deed into the log."""
    audit.record(f"meeting.{deed}", meeting, event=event_of(meeting), after=after or None)
