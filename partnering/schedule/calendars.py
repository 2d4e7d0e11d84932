"""A participant's days as a calendar: to download, and to subscribe to. It names no address and no ticket code."""

from collections.abc import Iterable

from .. import ical
from ..agenda.calendars import feed
from ..agenda.models import AgendaEntry
from ..events.models import Participant
from ..i18n import bi
from . import queries
from .queries import Plan

REFRESH_MINUTES = 60
HELD = ("session", "meeting")
"""Kinds of appointments that stand in calendars: times that people keep for themselves do not."""


def of(participant: Participant, *, subscribed: bool = False) -> bytes:
    """The sessions and meetings of a participant in the language in force; equal days give equal bytes.

    A calendar that is `subscribed` to also holds what was cancelled, for thirty days, and says how often to look.
    """
    entries = queries.entries_of([participant.id], cancelled=subscribed)
    return _file(participant, entries, REFRESH_MINUTES if subscribed else None)


def calendar(plan: Plan) -> bytes:
    """What of a plan stands in calendars, as a file."""
    return _file(plan.participant, [item.entry for item in plan.items if item.entry is not None], None)


def _file(participant: Participant, entries: Iterable[AgendaEntry], refresh: int | None) -> bytes:
    said = feed([entry for entry in entries if entry.appointment.kind in HELD])
    return ical.calendar(
        said,
        f"{bi(participant.event.name)}: {participant.name}",
        max((each.last_modified for each in said), default=participant.created_at),
        refresh,
    )
