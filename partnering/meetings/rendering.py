"""The letters that bring the news of meetings, and what calendars show of one."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..agenda import mails as calendar
from ..agenda.models import AgendaEntry, Location
from ..db import db
from ..delegates.models import Delegate
from ..events.models import Event
from ..i18n import _, bi
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import calls, queries
from .models import Meeting, MeetingSide


@letters.kind("meetings.confirmed")
def render_confirmed(letter: OutboxLetter) -> Letter | None:
    """The meeting with time, table and calendar part; nothing when it was taken back meanwhile."""
    return _render_entry(letter, "live")


@letters.kind("meetings.changed")
def render_changed(letter: OutboxLetter) -> Letter | None:
    """The meeting as it is now."""
    return _render_entry(letter, "live")


@letters.kind("meetings.cancelled")
def render_cancelled(letter: OutboxLetter) -> Letter | None:
    """That the meeting does not take place, with the cancellation; nothing for calendars that never knew of it."""
    return _render_entry(letter, "cancelled")


def _render_entry(letter: OutboxLetter, state: str) -> Letter | None:
    """What a calendar is told by now: somebody whose first letter was overtaken by a change reads a confirmation."""
    entry = db.session.scalars(
        sa.select(AgendaEntry).where(AgendaEntry.public_id == letter.payload.get("entry"))
    ).one_or_none()
    context = _context(letter)
    if entry is None or context is None or entry.state != state:
        return None
    meeting, delegate = context["meeting"], context["me"]
    if state == "live" and meeting.appointment_id != entry.appointment_id:
        return None
    if state == "cancelled" and entry.sent_state == "none":
        return None
    kind = "cancelled" if state == "cancelled" else "confirmed" if entry.sent_state == "none" else "changed"
    part, method = calendar.calendar_part(
        entry,
        summary=summary(delegate, meeting),
        description=description(delegate, meeting),
        url=letters.url("meetings.show", event_slug=context["event"].slug, id=meeting.public_id),
        private=True,
    )
    composed = letters.compose(
        f"meetings/mail/{kind}",
        entry=entry,
        place=calendar.place_of(entry),
        clocks=calls.times_of(meeting, context["event"].zone),
        call=calls.link_of(meeting),
        itself=letter.payload.get("by") == delegate.public_id,
        was=_was(letter.payload.get("was"), context["event"]),
        **context,
    )
    return composed.with_(calendar=part, method=method, on_sent=calendar.told(entry))


def _was(told: Any, event: Event) -> dict[str, Any] | None:
    """What calendars showed before a change: times, and the place in the language in force."""
    if not isinstance(told, dict):
        return None
    place = db.session.scalars(
        sa.select(Location).where(Location.event_id == event.id, Location.public_id == told.get("place"))
    ).one_or_none()
    return {
        "starts_at": datetime.fromisoformat(told["starts_at"]),
        "ends_at": datetime.fromisoformat(told["ends_at"]),
        "place": calendar.name_of(place),
    }


def _context(letter: OutboxLetter) -> dict[str, Any] | None:
    """The meeting as its recipient sees it, or None when one of them is gone."""
    delegate = _delegate(letter)
    if delegate is None:
        return None
    event = _event(delegate)
    meeting = queries.meeting_by_ref(event, str(letter.payload.get("meeting")))
    if meeting is None:
        return None
    side = _side_name(delegate, meeting)
    other = next(each for each in meeting.sides if each.side != side)
    return {
        "event": event,
        "me": delegate,
        "meeting": meeting,
        "other": other,
        "named": name_of(delegate, meeting, other),
    }


def _delegate(letter: OutboxLetter) -> Delegate | None:
    return db.session.scalars(
        sa.select(Delegate).where(Delegate.public_id == letter.payload.get("delegate"))
    ).one_or_none()


def _event(delegate: Delegate) -> Event:
    return delegate.participant.event


# -- what calendars show


def name_of(viewer: Delegate, meeting: Meeting, other: MeetingSide) -> str:
    """The other side as `viewer` may read it: the lead's name, else the organisation."""
    if queries.shows_name(viewer, other.lead, meeting):
        return other.lead.participant.name or _("Former participant")
    return other.profile.organisation.name


def summary(viewer: Delegate, meeting: Meeting) -> str:
    """What the meeting is called in the viewer's calendar."""
    other = _across(viewer, meeting)
    name, organisation = name_of(viewer, meeting, other), other.profile.organisation.name
    shown = name if name == organisation else f"{name} ({organisation})"
    return _("Meeting: %(name)s", name=shown)


def description(viewer: Delegate, meeting: Meeting) -> str:
    """Who sits at the table, by name and organisation; nobody's address."""
    lines = []
    for side in meeting.sides:
        people = [
            each.participant.name
            for each in queries.seats_of(meeting, side.side)
            if queries.shows_name(viewer, each, meeting)
        ]
        lines.append(": ".join(part for part in (side.profile.organisation.name, ", ".join(people)) if part))
    event = viewer.participant.event
    return "\n".join([*lines, *calls.times_of(meeting, event.zone), bi(event.name)])


def _across(viewer: Delegate, meeting: Meeting) -> MeetingSide:
    side = _side_name(viewer, meeting)
    return next(each for each in meeting.sides if each.side != side)


def _side_name(delegate: Delegate, meeting: Meeting) -> str:
    """The side on which somebody sits or sat: their organisation's, else, as after merging, what their agenda keeps."""
    mine = queries.side_of(meeting, delegate)
    if mine is not None:
        return mine.side
    own = next((side.side for side in meeting.sides if side.profile_id == delegate.profile_id), None)
    if own is not None:
        return own
    role = sa.select(AgendaEntry.role).where(
        AgendaEntry.appointment_id == meeting.appointment_id, AgendaEntry.participant_id == delegate.participant_id
    )
    return "invitee" if db.session.scalar(role) == "invitee" else "requester"
