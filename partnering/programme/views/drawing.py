"""The draft with everything that does not fit in it, for all pages of the desk that show that."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ... import clock
from ...agenda.models import Location
from ...events.routing import current_event
from .. import days, queries, warning_words, warnings, ways
from ..changes import as_drafted
from ..models import ProgrammeSession
from ..warnings import Board, Misfit
from ..ways import Group, Move


@dataclass(frozen=True)
class Desk:
    """The draft with everything that does not fit in it."""

    sessions: Sequence[ProgrammeSession]
    rooms: Sequence[Location]
    board: Board
    found: list[Misfit]
    by_session: dict[int, list[Misfit]]


def draft_desk() -> Desk:
    """The draft of the event of this page, in a constant number of questions."""
    event = current_event()
    sessions = queries.sessions_of(event)
    board = warnings.board(event, [(each, as_drafted(each)) for each in sessions])
    found = warnings.found_on(board)
    return Desk(sessions, queries.rooms_of(event), board, found, warnings.by_session(found))


def with_ways(desk: Desk, found: Sequence[Misfit]) -> list[Group]:
    """These by session, with what can be done about each; for as many as a page shows."""
    return ways.grouped(desk.board, found, desk.rooms)


def words() -> dict[str, Any]:
    """What templates that show misfits need to say them."""
    return {
        "sentence": warning_words.sentence,
        "names": warning_words.NAMES,
        "move_label": warning_words.move_label,
        "move_fields": move_fields,
        "severities": warning_words.SEVERITY,
    }


def move_fields(move: Move, back: str) -> dict[str, object]:
    """What a button sends that moves a session; the version is the one on the page."""
    event = current_event()
    local = clock.in_zone(move.starts_at, event.zone)
    return {
        "day": days.day_of(event, move.starts_at, move.days).isoformat(),
        "starts": f"{local:%H:%M}",
        "minutes": move.minutes,
        "room": move.room.public_id if move.room is not None else "",
        "version": move.session.version,
        "back": back,
    }
