"""A participant's plan as a calendar: to download, and to subscribe to. It names no address and no ticket code."""

from datetime import datetime

from .. import ical
from ..agenda.mails import place_of
from ..events.models import Event
from ..i18n import _, bi
from ..mail import letters
from ..meetings.mails import description as meeting_description
from ..meetings.mails import summary as meeting_summary
from ..programme.mails import description as session_description
from .queries import Item, Plan

REFRESH_MINUTES = 60


def calendar(plan: Plan, *, subscribed: bool = False) -> bytes:
    """The sessions and meetings of a plan in the language in force; equal plans give equal bytes.

    A calendar that is `subscribed` to also holds what was cancelled, for thirty days, and says how often to look.
    Times that people keep for themselves stay out of it.
    """
    event = plan.participant.event
    items = [item for item in plan.items if item.kind in ("session", "talk", "break", "met")]
    if subscribed:
        items += [item for item in plan.cancelled if item.kind != "own"]
    return ical.calendar(
        [_entry(event, plan, item) for item in items],
        f"{bi(event.name)}: {plan.participant.name}",
        max([_changed(item) for item in items], default=plan.participant.created_at),
        REFRESH_MINUTES if subscribed else None,
    )


def _entry(event: Event, plan: Plan, item: Item) -> ical.Entry:
    entry = item.entry
    assert entry is not None  # what is only asked for stands in no calendar
    return ical.Entry(
        uid=entry.uid,
        sequence=entry.sequence,
        starts_at=item.starts_at,
        ends_at=item.ends_at,
        zone=event.zone,
        summary=_summary(plan, item),
        description=_description(plan, item),
        location=place_of(entry),
        url=_url(event, item),
        status="CONFIRMED" if entry.state == "live" else "CANCELLED",
        last_modified=_changed(item),
        private=item.kind == "met",
    )


def _summary(plan: Plan, item: Item) -> str:
    if item.session is not None:
        return bi(item.session.title)
    if item.workshop:
        return bi(item.workshop)
    if item.meeting is not None and plan.delegate is not None:
        return meeting_summary(plan.delegate, item.meeting)
    return _("Meeting")


def _description(plan: Plan, item: Item) -> str:
    if item.session is not None:
        return session_description(item.session)
    if item.meeting is not None and plan.delegate is not None:
        return meeting_description(plan.delegate, item.meeting)
    return ""


def _url(event: Event, item: Item) -> str:
    if item.session is not None:
        return letters.url("programme.session", event_slug=event.slug, public_id=item.session.public_id)
    if item.meeting is not None:
        return letters.url("meetings.show", event_slug=event.slug, id=item.meeting.public_id)
    return ""


def _changed(item: Item) -> datetime:
    """When something that the calendar shows changed last."""
    assert item.entry is not None  # as above
    return max(item.entry.changed_at, item.session.updated_at) if item.session is not None else item.entry.changed_at
