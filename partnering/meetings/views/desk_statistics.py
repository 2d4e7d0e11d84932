"""What became of the requests and meetings, in numbers and plots."""

from datetime import date, timedelta

from flask import render_template

from ... import clock
from ...events.routing import current_event
from ...i18n import _, _n
from ...i18n import time as clock_time
from ..statistics import Occupancy, statistics
from .desk_blueprint import desk, tabs


@desk.get("/meetings/statistics")
def figures() -> str:
    """The event's numbers as of now; each plot has its table."""
    event = current_event()
    found = statistics(event)
    return render_template(
        "meetings/desk_statistics.html",
        found=found,
        days=[(f"{each.day}.{each.month}.", number) for each, number in found.by_day],
        states=[(words, found.states[state]) for state, words in state_words().items()],
        times=list(zip(class_words(), found.answer_times, strict=True)),
        slots=found.slots,
        slot_days=by_day(found.slots, event.zone),
        median=lasting(found.median),
        p90=lasting(found.p90),
        tabs=tabs(),
    )


def by_day(slots: list[Occupancy], zone: str) -> list[tuple[date, list[tuple[str, Occupancy]]]]:
    """The slots of each day, with the time at which each begins."""
    found: dict[date, list[tuple[str, Occupancy]]] = {}
    for each in slots:
        begin = each.slot.starts_at
        found.setdefault(clock.in_zone(begin, zone).date(), []).append((clock_time(begin, zone, oclock=False), each))
    return list(found.items())


def state_words() -> dict[str, str]:
    """What becomes of requests, in words."""
    return {
        "accepted": _("accepted"),
        "declined": _("declined"),
        "withdrawn": _("withdrawn"),
        "open": _("open"),
        "expired": _("expired"),
    }


def class_words() -> list[str]:
    """The classes of answer times, in words."""
    return [_("1 hour"), _("6 hours"), _("1 day"), _("3 days"), _("7 days"), _("longer")]


def lasting(time: timedelta | None) -> str:
    """A time in whole minutes, hours or days, as people say it; "–" for none."""
    if time is None:
        return "–"
    minutes = int(time.total_seconds() // 60)
    if minutes < 120:
        return _n("%(num)s minute", "%(num)s minutes", minutes)
    if minutes < 48 * 60:
        return _n("%(num)s hour", "%(num)s hours", round(minutes / 60))
    return _n("%(num)s day", "%(num)s days", round(minutes / (24 * 60)))
