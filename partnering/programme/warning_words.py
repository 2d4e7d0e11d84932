"""What does not fit, in sentences of the language in force."""

from collections.abc import Callable

from ..agenda.models import Location
from ..events.models import Event
from ..i18n import LazyText, _, _l, bi, day, moment, number, span, time
from . import desk_queries
from .warnings import Misfit
from .ways import Move

SEVERITY: dict[str, LazyText] = {
    "bad": _l("Cannot be"),
    "warn": _l("Does not fit"),
    "note": _l("Not finished"),
}
"""How bad it is, as a word beside the circle."""

NAMES: dict[str, LazyText] = {
    "room_twice": _l("Room booked twice"),
    "person_twice": _l("In two places at once"),
    "not_available": _l("Cannot come then"),
    "meeting_in_way": _l("Meeting in the way"),
    "over_capacity": _l("Too many people"),
    "outside_day": _l("Outside the day"),
    "changeover": _l("Too little time between"),
    "not_registered": _l("Not registered"),
    "says_nothing": _l("Has not said when"),
    "no_room": _l("No room"),
    "no_speaker": _l("Nobody speaks"),
    "no_text": _l("No abstract"),
}
"""Each in a few words, for lists to choose from and for labels."""


def sentence(event: Event, misfit: Misfit) -> str:
    """What does not fit, without the titles of the sessions, which stand beside it as links."""
    return _SENTENCES[misfit.code](event, misfit)


def _person(misfit: Misfit) -> str:
    return misfit.person.name if misfit.person is not None else ""


def _room(room: Location | None) -> str:
    return bi(room.name) if room is not None else _("no room")


def _room_twice(event: Event, misfit: Misfit) -> str:
    return _(
        "%(room)s is booked twice on %(moment)s.",
        room=_room(misfit.room),
        moment=_when(event, misfit),
    )


def _person_twice(event: Event, misfit: Misfit) -> str:
    return _("%(name)s is in two places on %(moment)s.", name=_person(misfit), moment=_when(event, misfit))


def _not_available(event: Event, misfit: Misfit) -> str:
    return _("%(name)s cannot come on %(moment)s.", name=_person(misfit), moment=_when(event, misfit))


def _meeting_in_way(event: Event, misfit: Misfit) -> str:
    return _(
        "%(name)s has a meeting then, at %(span)s. The session goes first once it is public.",
        name=_person(misfit),
        span=span(misfit.starts_at, misfit.ends_at, event.zone),
    )


def _over_capacity(event: Event, misfit: Misfit) -> str:
    return _("%(heads)s people, and seats for %(seats)s.", heads=number(misfit.minutes), seats=number(misfit.needed))


def _outside_day(event: Event, misfit: Misfit) -> str:
    return _("%(moment)s lies outside the hours of the day.", moment=_when(event, misfit))


def _changeover(event: Event, misfit: Misfit) -> str:
    if misfit.person is not None:
        return _(
            "%(name)s has %(minutes)s minutes from one room to the other, and needs %(needed)s.",
            name=_person(misfit),
            minutes=number(misfit.minutes),
            needed=number(misfit.needed),
        )
    return _(
        "%(room)s has %(minutes)s minutes between two sessions, and needs %(needed)s.",
        room=_room(misfit.room),
        minutes=number(misfit.minutes),
        needed=number(misfit.needed),
    )


def _not_registered(event: Event, misfit: Misfit) -> str:
    return _("%(name)s is not registered.", name=_person(misfit))


def _says_nothing(event: Event, misfit: Misfit) -> str:
    return _("%(name)s has not said when they can come.", name=_person(misfit))


def _no_room(event: Event, misfit: Misfit) -> str:
    return _("The session has a time, and no room.")


def _no_speaker(event: Event, misfit: Misfit) -> str:
    return _("Nobody speaks in it yet.")


def _no_text(event: Event, misfit: Misfit) -> str:
    return _("It has no abstract yet.")


_SENTENCES: dict[str, Callable[[Event, Misfit], str]] = {
    "room_twice": _room_twice,
    "person_twice": _person_twice,
    "not_available": _not_available,
    "meeting_in_way": _meeting_in_way,
    "over_capacity": _over_capacity,
    "outside_day": _outside_day,
    "changeover": _changeover,
    "not_registered": _not_registered,
    "says_nothing": _says_nothing,
    "no_room": _no_room,
    "no_speaker": _no_speaker,
    "no_text": _no_text,
}


def _when(event: Event, misfit: Misfit) -> str:
    """The time of the last of its sessions: the one that would move."""
    return f"{day(misfit.starts_at, 'short', event.zone)}, {span(misfit.starts_at, misfit.ends_at, event.zone)}"


def move_label(event: Event, move: Move) -> str:
    """What a button says that moves a session."""
    if move.kind == "room":
        return _("Into %(room)s", room=_room(move.room))
    if desk_queries.local_day(event, move.starts_at) == desk_queries.local_day(event, move.was_at):
        return _("To %(time)s", time=time(move.starts_at, event.zone))
    return _("To %(time)s", time=moment(move.starts_at, "short", event.zone))
