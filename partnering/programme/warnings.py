"""What does not fit in the programme."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..agenda.models import Location
from ..events.models import Participant
from .changes import Look, as_drafted
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
    """Which of these sessions cannot all happen as they are drafted."""
    return clashes_among((each, as_drafted(each)) for each in sessions)


def clashes_among(looks: Iterable[tuple[ProgrammeSession, Look]]) -> list[Clash]:
    """Which of these cannot all happen so: two in a room at once, somebody in two places at once; by time."""
    timed = sorted(
        (
            (look.starts_at, session.id, look.ends_at, session, look)
            for session, look in looks
            if look.state == "live" and look.starts_at is not None and look.ends_at is not None
        ),
        key=lambda each: each[:2],
    )
    found = []
    for index, (_starts_at, _id, ends_at, first, look) in enumerate(timed):
        people = {each.participant.id: each.participant for each in look.people}
        for starts_at, _other_id, _ends_at, second, other in timed[index + 1 :]:
            if starts_at >= ends_at:
                break
            if look.room is not None and other.room is not None and look.room.id == other.room.id:
                found.append(Clash("room", first, second, room=look.room))
            shared = sorted(people.keys() & {each.participant.id for each in other.people})
            found += [Clash("person", first, second, participant=people[id]) for id in shared]
    return found
