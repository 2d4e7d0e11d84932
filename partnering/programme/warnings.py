"""What does not fit in the programme."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..agenda.models import Location
from ..events.models import Participant
from .models import ProgrammeSession


@dataclass(frozen=True)
class Clash:
    """That two sessions overlap in one room, or need the same person at once."""

    kind: Literal["room", "person"]
    first: ProgrammeSession
    second: ProgrammeSession
    room: Location | None = None
    participant: Participant | None = None


def clashes(sessions: Iterable[ProgrammeSession]) -> list[Clash]:
    """Which of these sessions cannot all happen: two in a room at once, somebody in two places at once."""
    live = [(each, each.appointment) for each in sessions if each.cancelled_at is None]
    timed = sorted(
        ((each, at) for each, at in live if at is not None), key=lambda pair: (pair[1].starts_at, pair[0].id)
    )
    found = []
    for index, (first, at) in enumerate(timed):
        people = {part.participant_id: part.participant for part in first.people}
        for second, other in timed[index + 1 :]:
            if other.starts_at >= at.ends_at:
                break
            if at.location_id is not None and at.location_id == other.location_id:
                found.append(Clash("room", first, second, room=at.location))
            shared = sorted(people.keys() & {part.participant_id for part in second.people})
            found += [Clash("person", first, second, participant=people[id]) for id in shared]
    return found
