"""Who got no answer, who never answers, and whom nobody asked: where organisers can help with a letter."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..accounts.models import Person
from ..db import db
from ..delegates.models import Delegate, OrganisationProfile
from ..delegates.queries import is_ref
from ..events.models import Event, Participant
from ..mail.models import OutboxLetter
from .models import Meeting, MeetingDelegate, MeetingSide

GROUPS = ("sent", "asked", "none")
"""Those who sent requests of which none was answered; those who were asked and never answered; those who neither sent
nor received a request, nor sit in one.
"""

NUDGE = "meetings.nudge"

REST = timedelta(days=7)
"""Nobody gets such a letter more often."""

PAGE = 50


@dataclass(frozen=True)
class Silent:
    """Somebody with how many requests they sent and received, and when they last got a letter about it (UTC)."""

    delegate: Delegate
    sent: int
    asked: int
    nudged_at: datetime | None

    @property
    def rests(self) -> bool:
        """Whether their last letter is too new for another one."""
        return self.nudged_at is not None and self.nudged_at > clock.now() - REST


@dataclass(frozen=True)
class Page:
    """Some of them in the order in which they joined, and whether there are more before and after."""

    rows: Sequence[Silent]
    earlier: bool
    later: bool


def page(event: Event, group: str, *, before: str = "", after: str = "", size: int = PAGE) -> Page:
    """Those of a group who joined after, or before, the one of a public id; the first ones if there is none."""
    edge = _edge(event, before or after)
    back = edge is not None and bool(before)
    found = _counted(event, group)
    if edge is not None:
        found = found.where(Delegate.id < edge if back else Delegate.id > edge)
    rows = db.session.execute(found.order_by(Delegate.id.desc() if back else Delegate.id).limit(size + 1)).all()
    more, rows = len(rows) > size, rows[:size]
    silent = _with_letters(rows[::-1] if back else rows)
    return Page(silent, more, True) if back else Page(silent, edge is not None, more)


def everybody(event: Event, group: str) -> Sequence[Silent]:
    """All of a group in the order in which they joined."""
    return _with_letters(db.session.execute(_counted(event, group).order_by(Delegate.id)).all())


def ticked(event: Event, group: str, refs: Collection[str]) -> Sequence[Silent]:
    """Those of a group whose public ids these are; whoever has become active meanwhile is left out."""
    found = _counted(event, group).where(Delegate.public_id.in_(refs)).order_by(Delegate.id)
    return _with_letters(db.session.execute(found).all())


def numbers(event: Event) -> dict[str, int]:
    """How many there are in each group."""
    counted = _requests(event)
    row = db.session.execute(
        sa.select(*(sa.func.count(sa.case((_in(group, counted), 1))) for group in GROUPS))
        .select_from(Delegate)
        .join(Participant, Participant.id == Delegate.participant_id)
        .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
        .outerjoin(counted, counted.c.lead_id == Delegate.id)
        .where(*_here(event))
    ).one()
    return dict(zip(GROUPS, row, strict=True))


def groups_of(delegate: Delegate) -> set[str]:
    """The groups that somebody belongs to now."""
    event = db.session.get_one(Event, delegate.event_id)
    return {group for group in GROUPS if ticked(event, group, [delegate.public_id])}


def _requests(event: Event) -> sa.Subquery:
    """How many requests each lead has sent and received, and how many of these were answered in any way."""
    taken_back = sa.and_(Meeting.request_state == "withdrawn", Meeting.answered_at.is_(None))
    answered = sa.or_(
        Meeting.request_state.in_(("accepted", "declined", "countered", "cancelled")),
        Meeting.answered_at.is_not(None),
        Meeting.round > 1,
    )

    def number(side: str, *conditions: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
        return sa.func.count(sa.case((sa.and_(MeetingSide.side == side, *conditions), 1)))

    return (
        sa.select(
            MeetingSide.lead_id,
            number("requester", sa.not_(taken_back)).label("sent"),
            number("requester", answered).label("sent_answered"),
            number("invitee", sa.not_(taken_back)).label("asked"),
            number("invitee", answered).label("asked_answered"),
        )
        .join(Meeting, Meeting.id == MeetingSide.meeting_id)
        .where(MeetingSide.event_id == event.id, Meeting.request_state != "draft")
        .group_by(MeetingSide.lead_id)
        .subquery()
    )


def _in(group: str, counted: sa.Subquery) -> sa.ColumnElement[bool]:
    if group == "sent":
        return sa.and_(counted.c.sent > 0, counted.c.sent_answered == 0)
    if group == "asked":
        return sa.and_(counted.c.asked > 0, counted.c.asked_answered == 0)
    seated = (
        sa.select(MeetingDelegate.id)
        .join(Meeting, Meeting.id == MeetingDelegate.meeting_id)
        .where(MeetingDelegate.delegate_id == Delegate.id, Meeting.request_state != "draft")
    )
    return sa.not_(seated.correlate(Delegate).exists())


def _here(event: Event) -> tuple[sa.ColumnElement[bool], ...]:
    """Who partners at an event and may be written to."""
    return (
        Delegate.event_id == event.id,
        Delegate.left_at.is_(None),
        Participant.erased_at.is_(None),
        OrganisationProfile.withheld_at.is_(None),
    )


def _counted(event: Event, group: str) -> sa.Select[Any, Any, Any]:
    counted = _requests(event)
    return (
        sa.select(Delegate, sa.func.coalesce(counted.c.sent, 0), sa.func.coalesce(counted.c.asked, 0))
        .join(Participant, Participant.id == Delegate.participant_id)
        .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
        .outerjoin(counted, counted.c.lead_id == Delegate.id)
        .where(*_here(event), _in(group, counted))
        .options(
            joinedload(Delegate.participant).joinedload(Participant.event),
            joinedload(Delegate.participant).joinedload(Participant.person).selectinload(Person.addresses),
            joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation),
        )
    )


def _with_letters(rows: Sequence[Any]) -> list[Silent]:
    refs = [delegate.public_id for delegate, _sent, _asked in rows]
    last: dict[str, datetime] = {}
    for start in range(0, len(refs), 500):
        letters = db.session.execute(
            sa.select(OutboxLetter.recipient_ref, sa.func.max(OutboxLetter.created_at))
            .where(
                OutboxLetter.kind == NUDGE,
                OutboxLetter.recipient_ref.in_(refs[start : start + 500]),
                OutboxLetter.state != "dropped",
            )
            .group_by(OutboxLetter.recipient_ref)
        )
        last |= {letter[0]: letter[1] for letter in letters}
    return [Silent(delegate, sent, asked, last.get(delegate.public_id)) for delegate, sent, asked in rows]


def _edge(event: Event, public_id: str) -> int | None:
    if not is_ref(public_id):
        return None
    return db.session.scalar(
        sa.select(Delegate.id).where(Delegate.event_id == event.id, Delegate.public_id == public_id)
    )
