"""Which sessions of the draft an organiser wants to see."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from ..events.models import Event
from ..i18n import LazyText, _l
from ..text import fold
from . import days
from .availability import Day
from .models import ProgrammeSession
from .warnings import Misfit

STATES: dict[str, LazyText] = {
    "draft": _l("Draft differs"),
    "hidden": _l("Not public"),
    "unplaced": _l("Without a time"),
    "warned": _l("Does not fit"),
    "cancelled": _l("Called off"),
}
"""What a session can be asked for by, beside its day, room, track and kind."""


@dataclass(frozen=True)
class Wanted:
    """What is asked for; an empty one asks for everything. `code` is that of a misfit."""

    day: date | None = None
    room: str = ""
    track: str = ""
    kind: str = ""
    state: str = ""
    code: str = ""
    words: str = ""

    def __bool__(self) -> bool:
        return self != Wanted()


def those(
    event: Event,
    sessions: Iterable[ProgrammeSession],
    wanted: Wanted,
    *,
    hours: Sequence[Day],
    drafted: Collection[int],
    misfits: Mapping[int, Sequence[Misfit]],
) -> list[ProgrammeSession]:
    """The sessions that are asked for, in the same order. `drafted` are the ids of those that differ in public."""
    sought = fold(wanted.words)

    def day_of(each: ProgrammeSession) -> date | None:
        return days.day_of(event, each.starts_at, hours) if each.starts_at is not None else None

    def fits(each: ProgrammeSession) -> bool:
        found = misfits.get(each.id, ())
        states = {
            "draft": each.id in drafted,
            "hidden": each.appointment is None,
            "unplaced": each.starts_at is None,
            "warned": any(misfit.severity != "note" for misfit in found),
            "cancelled": each.cancelled_at is not None,
        }
        return (
            (
                wanted.day is None
                or (each.starts_at is not None and days.day_of(event, each.starts_at, hours) == wanted.day)
            )
            and (not wanted.room or (each.room is not None and each.room.public_id == wanted.room))
            and (not wanted.track or (each.track is not None and each.track.public_id == wanted.track))
            and (not wanted.kind or each.kind == wanted.kind)
            and (not wanted.state or states[wanted.state])
            and (not wanted.code or any(misfit.code == wanted.code for misfit in found))
            and (not sought or sought in fold(words_of(each)))
        )

    return [each for each in sessions if fits(each)]


def words_of(each: ProgrammeSession) -> str:
    """Where a search looks: titles in both languages, and who is in it."""
    return " ".join(
        [each.title.de, each.title.en, each.subtitle.de, each.subtitle.en]
        + [part.participant.name for part in each.people]
    )
