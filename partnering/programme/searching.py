"""Finding sessions: by track, room and words; and which filter to drop where nothing is left."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..text import word_forms
from .listing import Listed, Programme, Room, Strand


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; every word has to occur, in whatever case and spelling of its marks."""

    day: date | None = None
    track: Strand | None = None
    room: Room | None = None
    q: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the day is chosen."""
        return bool(self.track or self.room or self.q)


@dataclass(frozen=True)
class Way:
    """A filter that can be dropped, by its name in addresses, and what is found then."""

    name: str
    found: int


def found(programme: Programme, wanted: Wanted) -> list[Listed]:
    """The sessions that fit, in the order of the days."""
    forms = word_forms(wanted.q)
    return [each for each in programme.sessions if _fits(each, wanted, forms)]


def _fits(each: Listed, wanted: Wanted, forms: Sequence[Sequence[str]]) -> bool:
    return (
        (wanted.day is None or each.day == wanted.day)
        and (wanted.track is None or (each.track is not None and each.track.ref == wanted.track.ref))
        and (wanted.room is None or (each.room is not None and each.room.id == wanted.room.id))
        and all(any(form in each.hay for form in word) for word in forms)
    )


def nearest(programme: Programme, wanted: Wanted) -> Way | None:
    """The one filter without which the most is found; None where it takes more than one."""
    ways = [
        Way(name, len(found(programme, without)))
        for name, without in (
            ("day", replace(wanted, day=None)),
            ("room", replace(wanted, room=None)),
            ("track", replace(wanted, track=None)),
            ("q", replace(wanted, q="")),
        )
        if without != wanted
    ]
    best = max(ways, key=lambda way: way.found, default=None)
    return best if best is not None and best.found else None
