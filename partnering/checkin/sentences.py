"""What a list does, in plain sentences for organisers: so that nobody has to read a form to know who gets in."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .. import clock, i18n
from ..db import BilingualText
from ..events.models import Event
from ..i18n import _, _n
from . import zones
from .knowing import door_of
from .models import CheckinList
from .rules import day_of, too_early_or_late


@dataclass(frozen=True)
class Names:
    """What public ids in rules stand for: products by their names, lists by theirs."""

    products: Mapping[str, BilingualText]
    lists: Mapping[str, BilingualText]

    def products_named(self, refs: Collection[str]) -> str:
        """Ticket types and add-ons in their order; those that are gone are left out."""
        return ", ".join(i18n.bi(name) for ref, name in self.products.items() if ref in refs)

    def lists_named(self, refs: Collection[str]) -> str:
        """Lists in their order."""
        return ", ".join(i18n.bi(name) for ref, name in self.lists.items() if ref in refs)


def told(event: Event, checkin_list: CheckinList, names: Names, questions: int) -> str:
    """What a list does; `questions` are asked at it."""
    parts = (_whom, _when, _how_often)
    said = [sentence for part in parts for sentence in part(event, checkin_list, names)]
    return " ".join([*said, *_besides(checkin_list, names, questions)])


def _whom(event: Event, door: CheckinList, names: Names) -> Iterator[str]:
    products, addons = door.rules.get("products"), door.rules.get("addons")
    if products is None and addons is None:
        yield _("Lets in everybody with a ticket.")
        return
    tickets, extras = names.products_named(products or ()), names.products_named(addons or ())
    if tickets and extras:
        yield _(
            "Lets in who holds one of these tickets: %(tickets)s; or has booked one of these: %(extras)s.",
            tickets=tickets,
            extras=extras,
        )
    elif tickets:
        yield _("Lets in only who holds one of these tickets: %(tickets)s.", tickets=tickets)
    elif extras:
        yield _("Lets in only who has booked one of these: %(extras)s.", extras=extras)
    else:
        yield _("Lets nobody in: the tickets that it asks for are gone.")


def _when(event: Event, door: CheckinList, names: Names) -> Iterator[str]:
    if "days" in door.rules:
        yield _("Only on these days: %(days)s.", days=i18n.some_days(door.rules["days"]))
    opens, closes = door.opens_at, door.closes_at
    if opens and closes:
        words = {"begin": i18n.moment(opens, in_zone=event.zone), "end": i18n.moment(closes, in_zone=event.zone)}
        yield _("From %(begin)s to %(end)s.", **words)
    elif opens:
        yield _("From %(begin)s on.", begin=i18n.moment(opens, in_zone=event.zone))
    elif closes:
        yield _("Until %(end)s.", end=i18n.moment(closes, in_zone=event.zone))
    begins, ends = door.daily_from, door.daily_until
    if begins and ends and ends <= begins:
        yield _(
            "Each day from %(begin)s to %(end)s of the next morning; the night belongs to the day on which it begins.",
            begin=clock_time(begins),
            end=clock_time(ends),
        )
    elif begins and ends:
        yield _("Each day from %(begin)s to %(end)s.", begin=clock_time(begins), end=clock_time(ends))
    elif begins:
        yield _("Each day from %(begin)s on.", begin=clock_time(begins))
    elif ends:
        yield _("Each day until %(end)s.", end=clock_time(ends))


def _how_often(event: Event, door: CheckinList, names: Names) -> Iterator[str]:
    daily = door.window_kind == "day"
    if door.entries == "single":
        yield _("A ticket opens it once a day.") if daily else _("A ticket opens it once.")
    elif door.entries == "reentry":
        yield (
            _("A ticket opens it once a day, and again after going out.")
            if daily
            else _("A ticket opens it once, and again after going out.")
        )
    else:
        yield (
            _("A ticket opens it as often as somebody comes, and counts once a day.")
            if daily
            else _("A ticket opens it as often as somebody comes, and counts once.")
        )
    if door.most_entries:
        yield _n("At most %(num)s entry.", "At most %(num)s entries.", door.most_entries)
    if door.least_minutes:
        yield _n(
            "Not again within %(num)s minute of the last entry.",
            "Not again within %(num)s minutes of the last entry.",
            door.least_minutes,
        )
    if door.exit_all_at:
        yield _("At %(time)s everybody counts as gone out.", time=clock_time(door.exit_all_at))


def _besides(door: CheckinList, names: Names, questions: int) -> Iterator[str]:
    if door.rules.get("after"):
        yield _("Only after being let in here: %(lists)s.", lists=names.lists_named(door.rules["after"]))
    if door.unpaid == "refuse":
        yield _("Who has not paid is not let in.")
    elif door.unpaid == "warn":
        yield _("Open invoices are shown in amber.")
    shown = extras_named(door.rules.get("extras", ()), names)
    if shown:
        yield _("The door is shown: %(extras)s.", extras=shown)
    if questions:
        yield _n("%(num)s question is asked.", "%(num)s questions are asked.", questions)
    if door.certificate:
        yield _("Who came gets a certificate.")


def extras_named(extras: Sequence[str], names: Names) -> str:
    """What the door is shown of a guest."""
    named = names.products_named(extras)
    return ", ".join(filter(None, (named, _("photo refusal") if "photo" in extras else "")))


def clock_time(wall: str) -> str:
    """ "18:30" as people read it: "18:30 Uhr" / "18:30"."""
    text = wall.removeprefix("0")
    return f"{text}\xa0Uhr" if i18n.locale() == "de" else text


def state_of(event: Event, checkin_list: CheckinList) -> tuple[str, str, str]:
    """(word, tone, well) for whether a list lets in now."""
    if checkin_list.closed_at is not None:
        return _("Closed by organisers"), "", "off"
    door, at = door_of(event, checkin_list, ()), zones.to_ms(clock.now())
    hours = too_early_or_late(door, at)
    if hours == "no_longer_valid":
        return _("Over"), "", "off"
    days = door.days
    if days is not None and day_of(door, at) > max(days, default=""):
        return _("Over"), "", "off"
    if hours is not None or (days is not None and day_of(door, at) not in days):
        return _("Not yet"), "", "free"
    return _("Lets in now"), "ok", "taken"
