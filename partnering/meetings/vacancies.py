"""What becomes of somebody's requests and meetings when they leave the event, and of those who take them over."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from .. import clock
from ..agenda import services as agenda
from ..db import db
from ..delegates import queries as partnering
from ..delegates.models import Delegate
from . import answering, deeds, ending, mails, queries, seats, steps
from .errors import NotYours, VacancyOver
from .models import Meeting, MeetingDelegate, MeetingVacancy
from .moving import LATE_MINUTES
from .states import AHEAD

WAIT = timedelta(hours=48)
WAIT_RUNNING = timedelta(hours=2)
"""How long a company may look for a substitute: before the event, and while it runs."""


def cascade(delegate: Delegate) -> None:
    """End what somebody who left had asked or was asked; what was agreed passes to colleagues or a substitute.

    Where nobody else sits on their side and nobody could come instead, the meetings are cancelled.
    """
    db.session.flush()
    vacant: list[Meeting] = []
    mine = [meeting for meeting in queries.meetings_of(delegate) if meeting.closed_at is None]
    if mine:
        steps.take_all(mine)
    for meeting in mine:
        side = queries.side_of(meeting, delegate)
        if meeting.request_state == "draft":
            continue
        if meeting.is_open and side is not None and side.lead_id == delegate.id:
            if side.side == "requester":
                ending.withdraw(meeting)
            else:
                answering.decline_for(meeting)
        elif meeting.is_open:
            seats.drop_seat(meeting, delegate)
        elif meeting.placement in AHEAD and not seats.drop_seat(meeting, delegate):
            vacant.append(meeting)
    if not vacant:
        return
    due = _due(delegate, vacant)
    if due is None:
        _cancel(vacant, delegate)
        return
    _open(delegate, vacant, due)


def take_over(vacancy: MeetingVacancy, successor: Delegate, *, only: Collection[int] | None = None) -> list[Meeting]:
    """Let a substitute or colleague take the meetings over whose time they have; the rest is cancelled.

    `only` are the ids of those they ticked, by default all. Returns those they took. Raises `VacancyOver`, `NotYours`.
    """
    _require_open(vacancy, successor)
    leaver = vacancy.leaver
    if successor.left_at is not None or successor.profile_id != leaver.profile_id or successor.id == leaver.id:
        raise NotYours
    taken: list[Meeting] = []
    left: list[Meeting] = []
    for meeting in queries.vacant_meetings(vacancy):
        wanted = only is None or meeting.id in only
        (taken if wanted and _replaced(meeting, leaver, successor) else left).append(meeting)
    _give_up(left, leaver)
    _end(vacancy, "filled" if taken else "lapsed", successor if taken else None)
    return taken


def lapse(vacancy: MeetingVacancy) -> int:
    """Cancel what nobody took over, in one go; how many meetings that were. Raises `VacancyOver`."""
    _require_open(vacancy)
    meetings = queries.vacant_meetings(vacancy)
    _give_up(meetings, vacancy.leaver)
    _end(vacancy, "lapsed", None)
    return len(meetings)


def may_fill(vacancy: MeetingVacancy, delegate: Delegate) -> bool:
    """Whether a delegate may take these meetings over or say who does: the newcomer on the place, or a colleague."""
    return vacancy.state == "open" and concerns(vacancy, delegate)


def concerns(vacancy: MeetingVacancy, delegate: Delegate) -> bool:
    """Whether a delegate may see a vacancy: whoever may fill it, or could have as long as it was open."""
    if delegate.profile_id != vacancy.leaver.profile_id or delegate.id == vacancy.leaver_id:
        return False
    if delegate.registration.place_id == vacancy.place_id:
        return True
    return delegate.id in {other.id for other in partnering.colleagues(vacancy.leaver)}


def open_to(delegate: Delegate) -> list[tuple[MeetingVacancy, int]]:
    """The vacancies that a delegate may fill, by when they are due, with the number of meetings in each."""
    seats = (
        sa.select(MeetingDelegate.delegate_id, sa.func.count().label("number"))
        .join(Meeting, Meeting.id == MeetingDelegate.meeting_id)
        .where(
            MeetingDelegate.event_id == delegate.event_id,
            MeetingDelegate.vacant_since.is_not(None),
            Meeting.request_state == "accepted",
            Meeting.closed_at.is_(None),
        )
        .group_by(MeetingDelegate.delegate_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(MeetingVacancy, seats.c.number)
        .join(Delegate, Delegate.id == MeetingVacancy.leaver_id)
        .join(seats, seats.c.delegate_id == MeetingVacancy.leaver_id)
        .where(
            MeetingVacancy.event_id == delegate.event_id,
            MeetingVacancy.state == "open",
            Delegate.profile_id == delegate.profile_id,
        )
        .order_by(MeetingVacancy.due_at, MeetingVacancy.id)
    ).all()
    return [(row[0], row[1]) for row in rows if may_fill(row[0], delegate)]


def can_take(meeting: Meeting, leaver: Delegate, successor: Delegate) -> bool:
    """Whether somebody could sit in the leaver's stead: they have the time, and nothing else with the other side."""
    if queries.side_of(meeting, successor) is None and not deeds.has_time(meeting, successor):
        return False
    mine = queries.side_of(meeting, leaver)
    if mine is None:
        return False
    already = queries.open_between(successor, queries.other_side(meeting, mine).lead)
    return already is None or already.id == meeting.id


def _replaced(meeting: Meeting, leaver: Delegate, successor: Delegate) -> bool:
    """Whether the successor sits in the leaver's stead now; nothing is written when they have no time."""
    agenda.lock_people([successor.participant_id])
    if not can_take(meeting, leaver, successor):
        return False
    seats.replace(meeting, leaver, successor)
    return True


def _give_up(meetings: Sequence[Meeting], leaver: Delegate) -> None:
    """Let the leaver go from meetings that a colleague has joined meanwhile; cancel those where nobody has."""
    _cancel([meeting for meeting in meetings if not seats.drop_seat(meeting, leaver)], leaver)


def _cancel(meetings: Sequence[Meeting], leaver: Delegate) -> None:
    """Cancel meetings that count on somebody who left, with one letter about all to everybody across the table."""
    mails.partner_left(leaver, meetings)
    for meeting in meetings:
        ending.cancel(meeting, by=leaver, combined=True)


def _due(delegate: Delegate, meetings: list[Meeting]) -> datetime | None:
    """Until when a substitute may be named: 48 hours, 2 while the event runs, never after the first meeting begins."""
    now, event = clock.now(), delegate.participant.event
    replaceable = delegate.registration.state in ("declined", "substituted")
    if not replaceable and not partnering.colleagues(delegate):
        return None
    due = now + (WAIT_RUNNING if event.opens_at <= now else WAIT)
    starts = [meeting.appointment.starts_at for meeting in meetings if meeting.appointment is not None]
    if starts:
        due = min(due, min(starts) - timedelta(minutes=LATE_MINUTES))
    return due if due > now else None


def _open(delegate: Delegate, meetings: list[Meeting], due: datetime) -> None:
    now = clock.now()
    for meeting in meetings:
        steps.change(meeting, None, ("accepted",))
        db.session.execute(
            sa.update(MeetingDelegate)
            .where(MeetingDelegate.meeting_id == meeting.id, MeetingDelegate.delegate_id == delegate.id)
            .values(vacant_since=now)
        )
        steps.end_open(meeting, "withdrawn")
        steps.anew(meeting)
        seats.go(meeting, delegate)
    vacancy = MeetingVacancy(
        event_id=delegate.event_id,
        leaver_id=delegate.id,
        place_id=delegate.registration.place_id,
        due_at=due,
        created_at=now,
    )
    db.session.add(vacancy)
    db.session.flush()
    mails.vacancy_opened(vacancy)


def _require_open(vacancy: MeetingVacancy, *others: Delegate) -> None:
    """Lock who left, and who comes, and look again. Raises `VacancyOver`."""
    meetings = queries.vacant_meetings(vacancy)
    if meetings:
        steps.take_all(meetings, [vacancy.leaver, *others])
    else:
        steps.lock([vacancy.leaver_id, *(other.id for other in others)])
    db.session.refresh(vacancy)
    if vacancy.state != "open":
        raise VacancyOver


def _end(vacancy: MeetingVacancy, state: str, successor: Delegate | None) -> None:
    vacancy.state, vacancy.ended_at = state, clock.now()
    vacancy.successor_id = successor.id if successor is not None else None
    db.session.flush()
