"""What organisers look for among all requests and meetings of an event, page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from .. import clock
from ..agenda.models import AgendaEntry, Appointment, Location, ParticipantAtom
from ..audit import AuditDetail, AuditEntry
from ..db import db
from ..delegates.models import Delegate, ForbiddenPair, OrganisationProfile
from ..delegates.queries import is_ref
from ..events.models import Event, Participant
from ..text import fold
from .models import ORIGINS, Meeting, MeetingBlock, MeetingDelegate, MeetingProposal, MeetingSide
from .queries import awaited_leavers, meetings_by_ids

PAGE = 40

MOST_NAMED = 12
"""How many people a search by name shows."""


def _agreed(*more: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return sa.and_(Meeting.request_state == "accepted", *more)


_NO_TIME = sa.and_(Meeting.placement == "none", Meeting.closed_at.is_(None))
_NO_SHOW = Meeting.placement.in_(("no_show_requester", "no_show_invitee", "no_show_both"))
_CONTESTED = (
    sa.select(AgendaEntry.appointment_id)
    .join(ParticipantAtom, ParticipantAtom.entry_id == AgendaEntry.id)
    .where(ParticipantAtom.contested, AgendaEntry.appointment_id == Meeting.appointment_id)
    .correlate(Meeting)
    .exists()
)
_AT_CLOSED_TABLE = (
    sa.select(Appointment.id)
    .join(Location, Location.id == Appointment.location_id)
    .where(Appointment.id == Meeting.appointment_id, Location.closed_from < Appointment.ends_at)
    .correlate(Meeting)
    .exists()
)
_WITH_EMPTY_SEAT = (
    sa.select(MeetingDelegate.id)
    .where(
        MeetingDelegate.meeting_id == Meeting.id,
        MeetingDelegate.vacant_since.is_not(None),
        MeetingDelegate.delegate_id.not_in(awaited_leavers()),
    )
    .correlate(Meeting)
    .exists()
)
_GIVEN_UP = (
    sa.select(MeetingDelegate.id)
    .join(Delegate, Delegate.id == MeetingDelegate.delegate_id)
    .join(AuditEntry, sa.and_(AuditEntry.object_ref == Delegate.public_id, AuditEntry.action == "delegate.merged"))
    .join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
    .where(MeetingDelegate.meeting_id == Meeting.id, Delegate.left_at.is_(None))
    .correlate(Meeting)
    .exists()
)
"""Somebody sits in it with a registration that was merged into another; the log knows which those are."""

_asker, _asked = aliased(Delegate), aliased(Delegate)
_FORBIDDEN = (
    sa.select(ForbiddenPair.id)
    .join(_asker, _asker.group_id == ForbiddenPair.asker_id)
    .join(_asked, _asked.group_id == ForbiddenPair.asked_id)
    .where(
        _asker.id == Meeting.requester_id,
        _asked.id == sa.case((Meeting.requester_id == Meeting.low_id, Meeting.high_id), else_=Meeting.low_id),
    )
    .correlate(Meeting)
    .exists()
)
_OPEN = Meeting.request_state.in_(("pending", "countered"))

STATES: dict[str, sa.ColumnElement[bool]] = {
    "open": _OPEN,
    "flagged": sa.and_(_OPEN, _FORBIDDEN),
    "requested": Meeting.request_state == "pending",
    "countered": Meeting.request_state == "countered",
    "accepted": _agreed(_NO_TIME, Meeting.reserve_rank.is_(None)),
    "reserve": _agreed(_NO_TIME, Meeting.reserve_rank.is_not(None)),
    "confirmed": _agreed(Meeting.placement == "published"),
    "contested": sa.or_(
        _agreed(
            Meeting.placement.in_(("published", "live")),
            Meeting.closed_at.is_(None),
            sa.or_(_CONTESTED, _AT_CLOSED_TABLE, _WITH_EMPTY_SEAT, _GIVEN_UP),
        ),
        sa.and_(
            sa.or_(_OPEN, sa.and_(Meeting.request_state == "accepted", _NO_TIME)),
            Meeting.closed_at.is_(None),
            _GIVEN_UP,
        ),
    ),
    "live": _agreed(Meeting.placement == "live"),
    "held": _agreed(Meeting.placement == "held"),
    "missed": _agreed(_NO_SHOW),
    "unplaced": _agreed(Meeting.placement == "none", Meeting.closed_at.is_not(None)),
    "declined": Meeting.request_state == "declined",
    "withdrawn": Meeting.request_state == "withdrawn",
    "expired": Meeting.request_state == "expired",
    "cancelled": Meeting.request_state == "cancelled",
}
"""What meetings can be looked for by: the labels that people read, "open" for both that wait for an answer, "flagged"
for those of them whose pair the matrix of groups forbids by now, and "contested" for a time that something else takes
too, a table that is closed then, a seat that nobody took, or a registration that was given up for another."""


@dataclass(frozen=True)
class Wanted:
    """What is looked for: one of `STATES`, words of a name, a block's public id, a day, one of `ORIGINS`."""

    state: str = ""
    words: str = ""
    block: str = ""
    day: date | None = None
    origin: str = ""

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self == Wanted()


@dataclass(frozen=True)
class Page:
    """Meetings, newest first, and whether there are newer and older ones."""

    meetings: Sequence[Meeting]
    newer: bool
    older: bool


def page(event: Event, wanted: Wanted, *, before: str = "", after: str = "", size: int = PAGE) -> Page:
    """The meetings before (older than) or after (newer than) the one of a public id; the newest if there is none."""
    edge = _edge(event, before or after)
    back = edge is not None and not before
    ids = _ids(event, wanted)
    if edge is not None:
        ids = ids.where(Meeting.id > edge if back else Meeting.id < edge)
    found = list(db.session.scalars(ids.order_by(Meeting.id if back else Meeting.id.desc()).limit(size + 1)))
    more, found = len(found) > size, found[:size]
    meetings = meetings_by_ids(found)
    return Page(meetings, more, True) if back else Page(meetings, edge is not None, more)


def every_page(event: Event, wanted: Wanted, size: int = 200) -> Iterator[Meeting]:
    """All of them, newest first, read in parts."""
    part = page(event, wanted, size=size)
    yield from part.meetings
    while part.older:
        part = page(event, wanted, before=part.meetings[-1].public_id, size=size)
        yield from part.meetings


def numbers(event: Event, wanted: Wanted) -> dict[str, int]:
    """How many there are in each of `STATES`, and under "" in all, with everything else as wanted."""
    conditions = [("", sa.true()), *STATES.items()]
    rows = sa.select(*(sa.func.count(sa.case((condition, 1))) for _code, condition in conditions))
    ids = _ids(event, replace(wanted, state=""))
    row = db.session.execute(rows.where(Meeting.id.in_(ids))).one()
    return {code: number for (code, _condition), number in zip(conditions, row, strict=True)}


def days_of(event: Event) -> list[date]:
    """The days on which meetings can be held, in the event's zone."""
    starts = db.session.scalars(
        sa.select(MeetingBlock.starts_at).where(MeetingBlock.event_id == event.id).order_by(MeetingBlock.starts_at)
    )
    return sorted({clock.in_zone(moment, event.zone).date() for moment in starts})


def colleagues_to_seat(side: MeetingSide) -> Sequence[Delegate]:
    """Those who partner for a side's organisation and do not sit in its meeting, by name."""
    sitting = sa.select(MeetingDelegate.delegate_id).where(MeetingDelegate.meeting_id == side.meeting_id)
    return db.session.scalars(
        sa.select(Delegate)
        .join(Participant, Participant.id == Delegate.participant_id)
        .where(Delegate.profile_id == side.profile_id, Delegate.left_at.is_(None), Delegate.id.not_in(sitting))
        .options(joinedload(Delegate.participant))
        .order_by(Participant.family_name, Participant.given_name, Delegate.id)
    ).all()


def people_named(event: Event, words: str, *, most: int = MOST_NAMED) -> Sequence[Delegate]:
    """Those who partner and whose name or organisation holds all these words; nobody without words.

    Who is called just so comes first, then who has all the words whole, then who has words that begin so, each by name.
    """
    wanted = fold(words).split()[:5]
    if not wanted:
        return []
    found = (
        sa.select(Delegate)
        .join(Participant, Participant.id == Delegate.participant_id)
        .where(Delegate.event_id == event.id, Delegate.left_at.is_(None), Participant.erased_at.is_(None))
        .options(
            joinedload(Delegate.participant),
            joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation),
        )
        .order_by(_likeness(wanted), Participant.family_name, Participant.given_name, Delegate.id)
        .limit(most)
    )
    for word in wanted:
        found = found.where(Participant.search_name.contains(word, autoescape=True))
    return db.session.scalars(found).all()


def _likeness(wanted: Sequence[str]) -> sa.ColumnElement[int]:
    """How well a name fits folded words: 0 it begins with them as first and last names do, 1 it has each as a word of
    its own, 2 it has words that begin so, 3 somewhere inside.
    """
    spaced = " " + Participant.search_name + " "
    return sa.case(
        (spaced.startswith(f" {' '.join(wanted)} ", autoescape=True), 0),
        (sa.and_(*(spaced.contains(f" {word} ", autoescape=True) for word in wanted)), 1),
        (sa.and_(*(spaced.contains(f" {word}", autoescape=True) for word in wanted)), 2),
        else_=3,
    )


def open_proposals(meeting_ids: Sequence[int]) -> dict[int, MeetingProposal]:
    """The times proposed for these meetings that nobody has answered yet, by the meeting's id."""
    rows = db.session.scalars(
        sa.select(MeetingProposal)
        .where(MeetingProposal.meeting_id.in_(meeting_ids), MeetingProposal.state == "open")
        .options(joinedload(MeetingProposal.to).joinedload(Delegate.participant))
    )
    return {proposal.meeting_id: proposal for proposal in rows}


def _ids(event: Event, wanted: Wanted) -> sa.Select[int]:
    found = sa.select(Meeting.id).where(Meeting.event_id == event.id, Meeting.request_state != "draft")
    if wanted.state:
        found = found.where(STATES[wanted.state])
    if wanted.origin in ORIGINS:
        found = found.where(Meeting.origin == wanted.origin)
    if wanted.day is not None:
        begins = _midnight(wanted.day, event.zone)
        found = found.where(
            Meeting.appointment_id.in_(_within(event, begins, _midnight(wanted.day + timedelta(1), event.zone)))
        )
    if wanted.block:
        block = db.session.scalars(
            sa.select(MeetingBlock).where(MeetingBlock.event_id == event.id, MeetingBlock.public_id == wanted.block)
        ).one_or_none()
        if block is None:
            return found.where(sa.false())
        found = found.where(Meeting.appointment_id.in_(_within(event, block.starts_at, block.ends_at)))
    for word in fold(wanted.words).split()[:5]:
        named = (
            sa.select(MeetingDelegate.meeting_id)
            .join(Delegate, Delegate.id == MeetingDelegate.delegate_id)
            .join(Participant, Participant.id == Delegate.participant_id)
            .where(MeetingDelegate.event_id == event.id, Participant.search_name.contains(word, autoescape=True))
        )
        found = found.where(Meeting.id.in_(named))
    return found


def _within(event: Event, begins: datetime, ends: datetime) -> sa.Select[int]:
    return sa.select(Appointment.id).where(
        Appointment.event_id == event.id, Appointment.starts_at >= begins, Appointment.starts_at < ends
    )


def _midnight(day: date, zone: str) -> datetime:
    return clock.from_zone(datetime.combine(day, time()), zone)


def _edge(event: Event, public_id: str) -> int | None:
    if not is_ref(public_id):
        return None
    return db.session.scalar(sa.select(Meeting.id).where(Meeting.event_id == event.id, Meeting.public_id == public_id))
