"""Finding sessions: by track, room and words; and which filter to drop where nothing is left. Finding speakers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from ..events.models import Participant
from ..text import word_forms, words
from .listing import Listed, Programme, Room, Strand
from .models import ReleasedSession

Speakers = Sequence[tuple[Participant, Sequence[ReleasedSession]]]
"""People on the stage with what they speak in."""


@dataclass(frozen=True)
class Wanted:
    """What somebody looks for; every word has to occur, in whatever case and spelling of its marks."""

    day: date | None = None
    track: Strand | None = None
    room: Room | None = None
    q: str = ""

    @property
    def readable(self) -> bool:
        """Whether there is a letter or digit to look for."""
        return bool(word_forms(self.q))

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
    """The sessions that fit, in the order of the days; words without a letter or digit fit none."""
    forms = word_forms(wanted.q)
    if wanted.q and not forms:
        return []
    return [each for each in programme.sessions if _fits(each, wanted, forms)]


def _fits(each: Listed, wanted: Wanted, forms: Sequence[Sequence[str]]) -> bool:
    return (
        (wanted.day is None or each.day == wanted.day)
        and (wanted.track is None or (each.track is not None and each.track.ref == wanted.track.ref))
        and (wanted.room is None or (each.room is not None and each.room.id == wanted.room.id))
        and _has(each.hay, forms)
    )


def _has(hay: str, forms: Sequence[Sequence[str]]) -> bool:
    return all(any(form in hay for form in word) for word in forms)


def speakers_found(speakers: Speakers, q: str) -> Speakers:
    """Of these speakers those in whose name, function, organisation or titles every word occurs."""
    forms = word_forms(q)
    if not forms:
        return [] if q else speakers
    return [(who, sessions) for who, sessions in speakers if _has(_hay_of(who, sessions), forms)]


def _hay_of(who: Participant, sessions: Sequence[ReleasedSession]) -> str:
    titles = [word for each in sessions for word in (each.title.de, each.title.en)]
    return words(" ".join([who.name, who.function, who.company, *titles]))


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
