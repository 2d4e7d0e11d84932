"""What the directory says of each card: can I book this person, and if not, why not?"""

from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import clock
from ..agenda.models import Appointment, Location
from ..db import BilingualText, db
from ..delegates import groups
from ..delegates.booking import Standing
from ..delegates.models import Delegate
from ..events.models import Event
from ..i18n import _, day, moment, time
from ..rows import ask
from . import absences, on_site
from .errors import NotAllowed
from .models import Meeting, MeetingDelegate


class MeetingBookings:
    """Answers from the meetings and the time that people have."""

    def free_slots(self, me: Delegate) -> Sequence[Any]:
        """The slots in which I am free."""
        return absences.free(me)

    def standings(
        self, me: Delegate, others: Sequence[Delegate], slots: Sequence[Any] | None = None
    ) -> Mapping[int, Standing]:
        """My standing with each, in six queries at most, whatever their number."""
        if not others:
            return {}
        event = db.session.get_one(Event, me.event_id)
        between = _between(me, others)
        closed = _closed(event)
        here = on_site.here([me, *others]) if closed and asked_on_the_spot(event) else set()
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
                here=me.id in here and other.id in here and (me.group_id, other.group_id) not in forbidden,
            )
            for other in others
        }

    def without_shared_slot(self, me: Delegate, slots: Sequence[Any] | None = None) -> Set[int] | None:
        """The participants who are taken or away in every slot in which I am free; None if I have no such slot."""
        mine = self.free_slots(me) if slots is None else slots
        if not mine:
            return None
        return absences.never_free(me, mine)

    def acquainted(self, me: Delegate) -> Set[int]:
        """Whoever leads a side of anything but a draft in which I sit, also beside a colleague."""
        sits = sa.select(MeetingDelegate.meeting_id).where(MeetingDelegate.delegate_id == me.id)
        mine = sa.or_(Meeting.low_id == me.id, Meeting.high_id == me.id, Meeting.id.in_(sits))
        rows = db.session.execute(
            sa.select(Meeting.low_id, Meeting.high_id).where(mine, Meeting.request_state != "draft")
        )
        return {lead for row in rows for lead in row} - {me.id}

    def outlook(self, me: Delegate) -> str:
        """How many requests I can still send, and until when."""
        event = db.session.get_one(Event, me.event_id)
        closed = _closed(event)
        if closed and asked_on_the_spot(event):
            if on_site.here([me]):
                live = _("Whoever is here as well can still be asked for the next free slot.")
            else:
                live = _("Once you have checked in, you can ask whoever is here as well for the next free slot.")
            return f"{closed} {live}"
        if closed:
            return closed
        left = max(0, event.open_request_limit - me.open_requests)
        if event.partnering_until is None:
            return _("Requests you can still send: %(count)s.", count=left)
        until = moment(event.partnering_until, "weekday", event.zone)
        return _("Requests you can still send: %(count)s. Booking closes on %(until)s.", count=left, until=until)


def asked_on_the_spot(event: Event) -> bool:
    """Whether meetings can no longer be requested ahead, but those who are here may ask each other."""
    ended = event.partnering_until is not None and clock.now() > event.partnering_until
    return ended and on_site.on_its_days(event)


def _closed(event: Event) -> str:
    now = clock.now()
    if event.partnering_from is not None and now < event.partnering_from:
        return _("Meetings can be requested from %(day)s.", day=day(event.partnering_from, "long", event.zone))
    if event.partnering_until is not None and now > event.partnering_until:
        return _("Requesting meetings has ended.")
    return ""


class Between(NamedTuple):
    """An open request or a meeting of two: where it stands, and its time and place if it has them."""

    low_id: int
    high_id: int
    public_id: str
    request_state: str
    turn_id: int | None
    starts_at: datetime | None
    place: BilingualText | None


def _between(me: Delegate, others: Sequence[Delegate]) -> dict[int, Between]:
    """Open requests and meetings with each of them, by their id."""
    rows = ask(_BETWEEN, {"me": me.id, "others": [other.id for other in others]})
    return {row.high_id if row.low_id == me.id else row.low_id: Between._make(row) for row in rows}


_BETWEEN = (
    sa.select(
        Meeting.low_id,
        Meeting.high_id,
        Meeting.public_id,
        Meeting.request_state,
        Meeting.turn_id,
        Appointment.starts_at,
        Location.name,
    )
    .outerjoin(Appointment, Appointment.id == Meeting.appointment_id)
    .outerjoin(Location, Location.id == Appointment.location_id)
    .where(
        Meeting.closed_at.is_(None),
        Meeting.request_state != "draft",
        sa.or_(
            sa.and_(Meeting.low_id == sa.bindparam("me"), Meeting.high_id.in_(sa.bindparam("others", expanding=True))),
            sa.and_(Meeting.high_id == sa.bindparam("me"), Meeting.low_id.in_(sa.bindparam("others", expanding=True))),
        ),
    )
)


def _standing(
    me: Delegate, other: Delegate, meeting: Between | None, closed: str, free: int, *, here: bool
) -> Standing:
    if other.id == me.id or other.profile_id == me.profile_id:
        return Standing("closed", _("You belong to the same organisation."))
    if meeting is None:
        if here and free and other.takes_requests:
            return Standing("here", closed)
        if closed:
            return Standing("closed", closed)
        if not free:
            return Standing("closed", _("No free time suits both of you."), free=0)
        return Standing("bookable", free=free)
    ref = meeting.public_id
    if meeting.request_state in ("pending", "countered"):
        if meeting.turn_id == me.id:
            return Standing("asked", _("Waiting for your answer"), ref)
        return Standing("requested", _("Requested, waiting for an answer"), ref)
    if meeting.starts_at is None:
        return Standing("confirmed", _("Accepted, time follows"), ref)
    zone = db.session.get_one(Event, me.event_id).zone
    when = f"{day(meeting.starts_at, 'short', zone)}, {time(meeting.starts_at, zone)}"
    if meeting.place is None:
        return Standing("confirmed", _("Confirmed: %(when)s", when=when), ref)
    return Standing("confirmed", _("Confirmed: %(when)s, table %(table)s", when=when, table=str(meeting.place)), ref)
