"""What the directory says of each card: can I book this person, and if not, why not?"""

from collections.abc import Mapping, Sequence, Set

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from .. import clock
from ..agenda.models import Appointment
from ..db import db
from ..delegates import groups
from ..delegates.booking import Standing
from ..delegates.models import Delegate
from ..events.models import Event
from ..i18n import _, day, moment, time
from . import absences, queries
from .errors import NotAllowed
from .models import Meeting, MeetingSlot


class MeetingBookings:
    """Answers from the meetings and the time that people have."""

    def free_slots(self, me: Delegate) -> Sequence[MeetingSlot]:
        """The slots in which I am free."""
        return queries.free_slots([me])

    def standings(
        self, me: Delegate, others: Sequence[Delegate], slots: Sequence[MeetingSlot] | None = None
    ) -> Mapping[int, Standing]:
        """My standing with each, in five queries at most, whatever their number."""
        if not others:
            return {}
        event = db.session.get_one(Event, me.event_id)
        between = _between(me, others)
        closed = _closed(event)
        mine = self.free_slots(me) if slots is None else slots
        free = absences.shared(me, [other.participant_id for other in others], mine) if mine else {}
        refused = closed or str(NotAllowed.message)
        forbidden = groups.forbidden(event.id) if me.group_id is not None else set()
        return {
            other.id: _standing(
                me,
                other,
                between.get(other.id),
                refused if (me.group_id, other.group_id) in forbidden else closed,
                free.get(other.participant_id, 0),
            )
            for other in others
        }

    def without_shared_slot(self, me: Delegate, slots: Sequence[MeetingSlot] | None = None) -> Set[int] | None:
        """The participants who are taken or away in every slot in which I am free; None if I have no such slot."""
        mine = self.free_slots(me) if slots is None else slots
        if not mine:
            return None
        return absences.never_free(me, mine)

    def acquainted(self, me: Delegate) -> Set[int]:
        """Whoever leads the other side of anything but a draft."""
        mine = sa.and_(sa.or_(Meeting.low_id == me.id, Meeting.high_id == me.id), Meeting.request_state != "draft")
        rows = db.session.execute(sa.select(Meeting.low_id, Meeting.high_id).where(mine))
        return {row.high_id if row.low_id == me.id else row.low_id for row in rows}

    def outlook(self, me: Delegate) -> str:
        """How many requests I can still send, and until when."""
        event = db.session.get_one(Event, me.event_id)
        closed = _closed(event)
        if closed:
            return closed
        left = max(0, event.open_request_limit - me.open_requests)
        if event.partnering_until is None:
            return _("Requests you can still send: %(count)s.", count=left)
        until = moment(event.partnering_until, "weekday", event.zone)
        return _("Requests you can still send: %(count)s. Booking closes on %(until)s.", count=left, until=until)


def _closed(event: Event) -> str:
    now = clock.now()
    if event.partnering_from is not None and now < event.partnering_from:
        return _("Meetings can be requested from %(day)s.", day=day(event.partnering_from, "long", event.zone))
    if event.partnering_until is not None and now > event.partnering_until:
        return _("Requesting meetings has ended.")
    return ""


def _between(me: Delegate, others: Sequence[Delegate]) -> dict[int, Meeting]:
    """Open requests and meetings with each of them, by their id."""
    meetings = db.session.scalars(_BETWEEN, {"me": me.id, "others": [other.id for other in others]}).all()
    return {meeting.high_id if meeting.low_id == me.id else meeting.low_id: meeting for meeting in meetings}


_BETWEEN = (
    sa.select(Meeting)
    .where(
        Meeting.closed_at.is_(None),
        Meeting.request_state != "draft",
        sa.or_(
            sa.and_(Meeting.low_id == sa.bindparam("me"), Meeting.high_id.in_(sa.bindparam("others", expanding=True))),
            sa.and_(Meeting.high_id == sa.bindparam("me"), Meeting.low_id.in_(sa.bindparam("others", expanding=True))),
        ),
    )
    .options(joinedload(Meeting.appointment).joinedload(Appointment.location))
)


def _standing(me: Delegate, other: Delegate, meeting: Meeting | None, closed: str, free: int) -> Standing:
    if other.id == me.id or other.profile_id == me.profile_id:
        return Standing("closed", _("You belong to the same organisation."))
    if meeting is None:
        if closed:
            return Standing("closed", closed)
        if not free:
            return Standing("closed", _("No free time suits both of you."), free=0)
        return Standing("bookable", free=free)
    ref = meeting.public_id
    if meeting.is_open:
        if meeting.turn_id == me.id:
            return Standing("asked", _("Waiting for your answer"), ref)
        return Standing("requested", _("Requested, waiting for an answer"), ref)
    appointment = meeting.appointment
    if appointment is None:
        return Standing("confirmed", _("Accepted, time follows"), ref)
    zone = db.session.get_one(Event, me.event_id).zone
    when = f"{day(appointment.starts_at, 'short', zone)}, {time(appointment.starts_at, zone)}"
    if appointment.location is None:
        return Standing("confirmed", _("Confirmed: %(when)s", when=when), ref)
    table = str(appointment.location.name)
    return Standing("confirmed", _("Confirmed: %(when)s, table %(table)s", when=when, table=table), ref)
