"""The letters that bring the news of meetings, and what calendars show of one."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ..agenda import mails as calendar
from ..agenda.models import AgendaEntry, Location
from ..db import db
from ..delegates.directory import reasons_for
from ..delegates.models import Delegate
from ..delegates.reasons import MOST
from ..events.models import Event
from ..i18n import _, bi
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import calls, news, queries
from .models import Meeting, MeetingSide


@letters.kind("meetings.requested")
def render_requested(letter: OutboxLetter) -> Letter | None:
    """Everything that waits for an answer and has not been in a letter before."""
    delegate = _delegate(letter)
    if delegate is None or delegate.left_at is not None:
        return None
    last = db.session.scalar(
        sa.select(sa.func.max(OutboxLetter.sent_at)).where(
            OutboxLetter.kind == letter.kind,
            OutboxLetter.recipient_ref == letter.recipient_ref,
            OutboxLetter.state == "sent",
            OutboxLetter.id < letter.id,
        )
    )
    kinds = ("requested", "revived")
    untold = news.untold(delegate, kinds)
    new = [
        meeting
        for meeting in queries.meetings_of(delegate, "received")
        if meeting.id in untold
        or (meeting.round == 1 and (last is None or (meeting.sent_at is not None and meeting.sent_at > last)))
    ]
    if not new:
        return None
    asked = []
    for meeting in new:
        side = queries.side_of(meeting, delegate)
        assert side is not None
        other = queries.other_side(meeting, side)
        reasons = reasons_for(delegate, [other.lead])[other.lead_id][:MOST]
        asked.append({"meeting": meeting, "other": other, "reasons": reasons, "slots": queries.offered(meeting)})
    composed = letters.compose("meetings/mail/requested", event=_event(delegate), me=delegate, asked=asked)
    return composed.with_(on_sent=news.was_told(delegate.id, kinds))


@letters.kind("meetings.confirmed")
def render_confirmed(letter: OutboxLetter) -> Letter | None:
    """The meeting with time, table and calendar part; nothing when it was taken back meanwhile."""
    return _render_entry(letter, "meetings/mail/confirmed", "live")


@letters.kind("meetings.changed")
def render_changed(letter: OutboxLetter) -> Letter | None:
    """The meeting as it is now."""
    return _render_entry(letter, "meetings/mail/changed", "live")


@letters.kind("meetings.cancelled")
def render_cancelled(letter: OutboxLetter) -> Letter | None:
    """That the meeting does not take place, with the cancellation for calendars that knew of it."""
    return _render_entry(letter, "meetings/mail/cancelled", "cancelled")


def _render_entry(letter: OutboxLetter, template: str, state: str) -> Letter | None:
    entry = db.session.scalars(
        sa.select(AgendaEntry).where(AgendaEntry.public_id == letter.payload.get("entry"))
    ).one_or_none()
    context = _context(letter)
    if entry is None or context is None or entry.state != state:
        return None
    meeting, delegate = context["meeting"], context["me"]
    if state == "live" and meeting.appointment_id != entry.appointment_id:
        return None
    if meeting.is_open and entry.sent_state == "none":
        return None
    itself = letter.payload.get("by") == delegate.public_id
    part, method = calendar.calendar_part(
        entry,
        summary=summary(delegate, meeting),
        description=description(delegate, meeting),
        url=letters.url("meetings.show", event_slug=context["event"].slug, id=meeting.public_id),
        private=True,
    )
    composed = letters.compose(
        template,
        entry=entry,
        place=calendar.place_of(entry),
        itself=itself,
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


@letters.kind("meetings.accepted")
def render_accepted(letter: OutboxLetter) -> Letter | None:
    """That both will meet, and that the time follows."""
    return _render_news(letter, "meetings/mail/accepted", ("accepted",))


@letters.kind("meetings.countered")
def render_countered(letter: OutboxLetter) -> Letter | None:
    """That other times were suggested."""
    return _render_news(letter, "meetings/mail/countered", ("countered",))


@letters.kind("meetings.declined")
def render_declined(letter: OutboxLetter) -> Letter | None:
    """That it does not work this time."""
    return _render_news(letter, "meetings/mail/declined", ("declined",))


@letters.kind("meetings.withdrawn")
def render_withdrawn(letter: OutboxLetter) -> Letter | None:
    """That a request was taken back."""
    return _render_news(letter, "meetings/mail/withdrawn", ("withdrawn",))


@letters.kind("meetings.expired")
def render_expired(letter: OutboxLetter) -> Letter | None:
    """That a request ran out."""
    return _render_news(letter, "meetings/mail/expired", ("expired",))


def _render_news(letter: OutboxLetter, template: str, states: tuple[str, ...]) -> Letter | None:
    context = _context(letter)
    if context is None or context["meeting"].request_state not in states:
        return None
    return letters.compose(template, **context)


def _context(letter: OutboxLetter) -> dict[str, Any] | None:
    """The meeting as its recipient sees it, or None when one of them is gone."""
    delegate = _delegate(letter)
    if delegate is None:
        return None
    event = _event(delegate)
    meeting = queries.meeting_by_ref(event, str(letter.payload.get("meeting")))
    if meeting is None:
        return None
    mine = queries.side_of(meeting, delegate)
    side = mine.side if mine is not None else next(s.side for s in meeting.sides if s.profile_id == delegate.profile_id)
    other = next(each for each in meeting.sides if each.side != side)
    return {
        "event": event,
        "me": delegate,
        "meeting": meeting,
        "other": other,
        "named": name_of(delegate, meeting, other),
        "team": queries.seats_of(meeting, other.side),
        "i_asked": side == "requester",
        "slots": queries.offered(meeting),
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
    mine = queries.side_of(meeting, viewer)
    side = mine.side if mine is not None else next(s.side for s in meeting.sides if s.profile_id == viewer.profile_id)
    return next(each for each in meeting.sides if each.side != side)
