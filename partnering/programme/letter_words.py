"""What a letter of a release says, session by session, in the language in force."""

from typing import NamedTuple

from . import changes, queries
from .changes import Line
from .models import LetterChange, ReleasedSession, ReleaseLetter


class Item(NamedTuple):
    """One session of a letter as it is now, what is new about it, and what its reader is in it: "" for no longer."""

    session: ReleasedSession
    part: str
    is_new: bool
    lines: list[Line]


def items_of(letter: ReleaseLetter) -> list[Item]:
    """The sessions of a letter by time."""
    zone = letter.participant.event.zone
    found = [_item(each, zone) for each in letter.changes]
    return sorted(found, key=lambda item: (item.session.starts_at, item.session.session_id))


def _item(each: LetterChange, zone: str) -> Item:
    now = each.after if each.after.current else queries.current_row(each.after.session) or each.after
    before = each.before if each.was_part else None
    if before is not None and not each.part:
        return Item(now, "", False, [])
    change = changes.between(now.session, before, changes.as_released(now))
    return Item(now, each.part, before is None, changes.lines(change, zone))
