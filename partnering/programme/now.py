"""What is on, what comes next, and what is different from what was printed: for the page and for screens."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from .listing import Listed, Programme, Room

SOON = timedelta(minutes=60)
"""What begins within so much time is told of as next."""

TODAY = timedelta(hours=12)
"""What begins within so much time stands on the sign at a door."""


@dataclass(frozen=True)
class Line:
    """One room, or with None what is in no room: what runs there, and what follows soon or, if nothing runs, today."""

    room: Room | None
    running: list[Listed]
    following: list[Listed]


@dataclass(frozen=True)
class Now:
    """The programme at one moment.

    state: "before" the first session, "on" while something runs or begins soon, "pause" until `goes_on_at`, "after" the
    last; "empty" without any session.
    """

    at: datetime
    state: str
    lines: list[Line]
    goes_on_at: datetime | None
    changed: list[Listed]

    @property
    def running(self) -> list[Listed]:
        """Everything that runs."""
        return [each for line in self.lines for each in line.running]

    @property
    def following(self) -> list[Listed]:
        """Everything that begins soon, by time."""
        return sorted((each for line in self.lines for each in line.following), key=lambda each: each.starts_at)


def of(programme: Programme, at: datetime, *, room: Room | None = None) -> Now:
    """What is on `at` this moment; in one `room` also what follows there in the next twelve hours."""
    here = [each for each in programme.sessions if room is None or (each.room is not None and each.room.id == room.id)]
    live = [each for each in here if not each.off]
    until = at + SOON
    running = [each for each in live if each.starts_at <= at < each.ends_at]
    ahead = [each for each in live if each.starts_at > at]
    soon = [each for each in ahead if each.starts_at <= until]
    if room is not None:
        soon = [each for each in ahead if each.starts_at <= at + TODAY]
    goes_on_at = ahead[0].starts_at if ahead else None
    return Now(at, _state(live, running, soon, at), _lines(running, soon), goes_on_at, _changed(here, at))


def _state(live: Sequence[Listed], running: Sequence[Listed], soon: Sequence[Listed], at: datetime) -> str:
    if not live:
        return "empty"
    if running or any(each.starts_at <= at + SOON for each in soon):
        return "on"
    if at < live[0].starts_at:
        return "before"
    return "pause" if any(each.starts_at > at for each in live) else "after"


def _lines(running: Sequence[Listed], soon: Sequence[Listed]) -> list[Line]:
    """By room in their order, what is in no room first: it concerns everybody."""
    rooms = {each.room.id if each.room else 0: each.room for each in [*running, *soon]}
    ordered = sorted(rooms.values(), key=lambda room: (room.position, room.id) if room else (-1, 0))
    return [
        Line(
            room,
            [each for each in running if each.room == room],
            [each for each in soon if each.room == room],
        )
        for room in ordered
    ]


def _changed(here: Sequence[Listed], at: datetime) -> list[Listed]:
    """What of the next twelve hours was called off, or moved on the last day: print does not know it."""
    until, since = at + TODAY, at - timedelta(hours=24)
    return [
        each
        for each in here
        if at < each.ends_at
        and each.starts_at < until
        and (each.off or (each.earlier is not None and each.earlier.changed_at > since))
    ]
