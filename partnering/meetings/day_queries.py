"""What can be asked about meetings on their day: which run now, what signs there are, what is due."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda.models import AgendaEntry, Appointment, Location
from ..checkin.queries import code_printed_as
from ..db import db
from ..delegates.models import Delegate
from ..delegates.queries import delegate_for, is_ref
from ..events.models import Event, Participant
from ..registration import codes
from ..registration.models import TicketCode
from . import evidence, queries
from .models import Meeting, MeetingDelegate, MeetingScan

DAY = timedelta(hours=24)


def times_of(meeting: Meeting) -> tuple[datetime, datetime]:
    """Start and end of a meeting that has a time."""
    assert meeting.appointment is not None  # asked only of those that do
    return meeting.appointment.starts_at, meeting.appointment.ends_at


def until_disputed(meeting: Meeting) -> datetime:
    """Until when somebody of whom it is said that they did not come can say that they did."""
    _starts_at, ends_at = times_of(meeting)
    said = [side.missed_at for side in meeting.sides if side.missed_at is not None]
    return min([*said, ends_at + evidence.AFTER]) + evidence.DISPUTE


def counted_scans(meeting: Meeting) -> Sequence[MeetingScan]:
    """The signs of a meeting that count, by their time."""
    return db.session.scalars(
        sa.select(MeetingScan)
        .where(MeetingScan.meeting_id == meeting.id, MeetingScan.counted)
        .order_by(MeetingScan.bounded_at, MeetingScan.id)
    ).all()


def signs_of(meeting: Meeting) -> set[evidence.Sign]:
    """The same as plain values."""
    return {evidence.Sign(scan.side, scan.kind) for scan in counted_scans(meeting)}


def running_of(me: Delegate, moment: datetime) -> Sequence[Meeting]:
    """My meetings in whose window a moment lies, the one that begins last first."""
    ids = db.session.scalars(
        _mine(me)
        .where(
            Appointment.starts_at <= moment + evidence.BEFORE,
            Appointment.ends_at >= moment - evidence.AFTER,
        )
        .order_by(Appointment.starts_at.desc(), Meeting.id.desc())
    ).all()
    return _in_order(ids)


def running_at(me: Delegate, table: Location, moment: datetime) -> Meeting | None:
    """My meeting at a table in whose window a moment lies; of two the one that begins last."""
    for meeting in running_of(me, moment):
        if meeting.appointment is not None and meeting.appointment.location_id == table.id:
            return meeting
    return None


def begun_by(delegate: Delegate, moment: datetime) -> Meeting | None:
    """The last meeting of a delegate that had begun by a moment, or begins within five minutes of it; of that day."""
    ids = db.session.scalars(
        _mine(delegate)
        .where(
            Appointment.starts_at <= moment + evidence.BEFORE,
            Appointment.ends_at > moment - DAY,
        )
        .order_by(Appointment.starts_at.desc(), Meeting.id.desc())
        .limit(1)
    ).all()
    return next(iter(_in_order(ids)), None)


def next_of(me: Delegate, now: datetime, within: timedelta) -> Sequence[Meeting]:
    """My confirmed meetings that begin between now and then, by time."""
    ids = db.session.scalars(
        _mine(me)
        .where(
            Meeting.placement == "published",
            Appointment.starts_at >= now,
            Appointment.starts_at <= now + within,
        )
        .order_by(Appointment.starts_at, Meeting.id)
    ).all()
    return _in_order(ids)


def live_asked(me: Delegate) -> Sequence[Meeting]:
    """Requests of the day that wait for my answer, the most urgent first."""
    return [
        meeting
        for meeting in queries.meetings_of(me, "received")
        if meeting.origin == "live" and meeting.is_open and meeting.expires_at and meeting.expires_at > clock.now()
    ]


def changed_since(me: Delegate, since: datetime) -> Sequence[tuple[AgendaEntry, Meeting]]:
    """My meetings ahead whose time, place or people changed since then, or that were called off; the latest first."""
    rows = db.session.execute(
        sa.select(AgendaEntry, Meeting.id)
        .join(Appointment, Appointment.id == AgendaEntry.appointment_id)
        .join(Meeting, Meeting.appointment_id == Appointment.id)
        .where(
            AgendaEntry.participant_id == me.participant_id,
            AgendaEntry.sequence > 0,
            AgendaEntry.changed_at >= since,
            Appointment.starts_at >= clock.now(),
        )
        .order_by(AgendaEntry.changed_at.desc(), AgendaEntry.id.desc())
        .limit(5)
    ).all()
    known = {meeting.id: meeting for meeting in queries.meetings_by_ids([row[1] for row in rows])}
    return [(entry, known[meeting_id]) for entry, meeting_id in rows]


def place_by_ref(event: Event, public_id: str) -> Location | None:
    """The table, stand or room of this public id."""
    if not is_ref(public_id):
        return None
    return db.session.scalars(
        sa.select(Location).where(Location.event_id == event.id, Location.public_id == public_id)
    ).one_or_none()


def ticket_of(text: str) -> TicketCode | None:
    """The ticket code that was read by a camera, or typed as it is printed for people to read."""
    return codes.find(text.strip()) or code_printed_as(text)


def delegate_with(event: Event, code: TicketCode) -> Delegate | None:
    """Who partners at an event with this ticket."""
    return delegate_for(code.registration) if code.event_id == event.id else None


def due(now: datetime) -> Sequence[int]:
    """Ids of meetings for which time alone changes something.

    Those whose window is over while one side stood at the table alone, and running ones to which somebody did not come
    and that still hold their time.
    """
    at_table = sa.exists().where(
        MeetingScan.meeting_id == Meeting.id, MeetingScan.counted, MeetingScan.kind.in_(evidence.PROVEN)
    )
    holds = sa.exists().where(
        AgendaEntry.appointment_id == Meeting.appointment_id, AgendaEntry.state == "live", AgendaEntry.blocks
    )
    return db.session.scalars(
        sa.select(Meeting.id)
        .join(Appointment, Appointment.id == Meeting.appointment_id)
        .where(
            Meeting.request_state == "accepted",
            sa.or_(
                sa.and_(Meeting.placement == "live", Appointment.ends_at <= now - evidence.AFTER, at_table),
                sa.and_(
                    Meeting.placement.in_(("no_show_requester", "no_show_invitee")),
                    Appointment.starts_at <= now - evidence.LET_GO_AFTER,
                    Appointment.ends_at > now,
                    holds,
                ),
            ),
        )
        .order_by(Meeting.id)
    ).all()


def held_on(event: Event, day: date) -> Sequence[tuple[int, int]]:
    """(delegate, meeting) ids of who met on a day in the event's zone, by delegate and time."""
    begins = clock.from_zone(datetime.combine(day, datetime.min.time()), event.zone)
    ends = clock.from_zone(datetime.combine(day + timedelta(days=1), datetime.min.time()), event.zone)
    rows = db.session.execute(
        sa.select(MeetingDelegate.delegate_id, Meeting.id)
        .join(Meeting, Meeting.id == MeetingDelegate.meeting_id)
        .join(Appointment, Appointment.id == Meeting.appointment_id)
        .join(Delegate, Delegate.id == MeetingDelegate.delegate_id)
        .where(
            Meeting.event_id == event.id,
            Meeting.request_state == "accepted",
            Meeting.placement == "held",
            MeetingDelegate.vacant_since.is_(None),
            Delegate.left_at.is_(None),
            Appointment.starts_at >= begins,
            Appointment.starts_at < ends,
        )
        .order_by(MeetingDelegate.delegate_id, Appointment.starts_at, Meeting.id)
    ).all()
    return [(row[0], row[1]) for row in rows]


def events_around(now: datetime) -> Sequence[Event]:
    """Events that run now or have ended within two days."""
    return db.session.scalars(
        sa.select(Event)
        .where(Event.opens_at <= now, Event.closes_at > now - timedelta(days=2), Event.state == "published")
        .order_by(Event.id)
    ).all()


def delegates_by_ids(ids: Sequence[int]) -> dict[int, Delegate]:
    """Delegates with their participants, by id."""
    rows = db.session.scalars(
        sa.select(Delegate)
        .where(Delegate.id.in_(ids))
        .options(joinedload(Delegate.participant).joinedload(Participant.event))
    )
    return {each.id: each for each in rows}


def _mine(delegate: Delegate) -> sa.Select[int]:
    """Ids of a delegate's meetings that have a time."""
    return (
        sa.select(Meeting.id)
        .join(MeetingDelegate, MeetingDelegate.meeting_id == Meeting.id)
        .join(Appointment, Appointment.id == Meeting.appointment_id)
        .where(
            MeetingDelegate.delegate_id == delegate.id,
            MeetingDelegate.vacant_since.is_(None),
            Meeting.request_state == "accepted",
            Meeting.placement.in_(evidence.PLACED),
        )
    )


def _in_order(ids: Sequence[int]) -> list[Meeting]:
    """The meetings of these ids with all that a page shows, in the order of the ids."""
    if not ids:
        return []
    known = {meeting.id: meeting for meeting in queries.meetings_by_ids(ids)}
    return [known[each] for each in ids]
