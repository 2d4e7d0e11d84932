"""What a page says by itself while it is open: a meeting begins, somebody asks for a slot, one has moved."""

from dataclasses import dataclass
from datetime import timedelta

from .. import clock
from ..delegates.models import Delegate
from ..i18n import _, bi, time
from . import day_queries, mails, queries
from .models import Meeting

SOON = timedelta(minutes=10)
"""How long before a meeting its notice appears."""

FRESH = timedelta(minutes=15)
"""How long a change is news to a page."""


@dataclass(frozen=True)
class Notice:
    """A sentence about a meeting. `id` stays the same as long as it says the same."""

    id: str
    text: str
    meeting: str


def notices_of(me: Delegate) -> list[Notice]:
    """What somebody should know now, the most urgent first; in the language in force."""
    found = [_begins(me, meeting) for meeting in day_queries.next_of(me, clock.now(), SOON)]
    found += [_asked(me, meeting) for meeting in day_queries.live_asked(me)]
    since = clock.now() - FRESH
    for entry, meeting in day_queries.changed_since(me, since):
        found.append(
            Notice(f"{entry.public_id}-{entry.sequence}", _changed(me, meeting, entry.state), meeting.public_id)
        )
    return found


def _begins(me: Delegate, meeting: Meeting) -> Notice:
    starts_at, place = day_queries.times_of(meeting)[0], _place(meeting)
    at, name = time(starts_at, me.participant.event.zone), _name(me, meeting)
    if place:
        text = _("%(time)s: your meeting with %(name)s begins, table %(table)s.", time=at, name=name, table=place)
    else:
        text = _("%(time)s: your meeting with %(name)s begins.", time=at, name=name)
    return Notice(f"{meeting.public_id}-begins-{clock.to_atom(starts_at)}", text, meeting.public_id)


def _asked(me: Delegate, meeting: Meeting) -> Notice:
    assert meeting.expires_at is not None  # an open request runs out some time
    text = _(
        "%(name)s is here and asks for the next free slot. Please answer by %(time)s.",
        name=_name(me, meeting),
        time=time(meeting.expires_at, me.participant.event.zone),
    )
    return Notice(f"{meeting.public_id}-asks-{meeting.round}", text, meeting.public_id)


def _changed(me: Delegate, meeting: Meeting, state: str) -> str:
    at, name = time(day_queries.times_of(meeting)[0], me.participant.event.zone), _name(me, meeting)
    if state != "live":
        return _("Called off: your meeting with %(name)s at %(time)s.", name=name, time=at)
    place = _place(meeting)
    if place:
        return _(
            "Changed: your meeting with %(name)s is at %(time)s, table %(table)s.", name=name, time=at, table=place
        )
    return _("Changed: your meeting with %(name)s is at %(time)s.", name=name, time=at)


def _name(me: Delegate, meeting: Meeting) -> str:
    side = queries.side_of(meeting, me)
    return mails.name_of(me, meeting, queries.other_side(meeting, side)) if side is not None else ""


def _place(meeting: Meeting) -> str:
    location = meeting.appointment.location if meeting.appointment is not None else None
    return bi(location.name) if location is not None and location.kind != "virtual" else ""
