"""What follows from the signs that two sides have met: live, held, or somebody did not come. Knows no database.

The end depends on the signs alone, not on the order in which they arrive: queues of desks without network come late.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

BEFORE, AFTER = timedelta(minutes=5), timedelta(minutes=10)
"""From how long before the start until how long after the end signs count."""

MISSED_AFTER = timedelta(minutes=5)
"""How long to wait for the other side, from the start, before saying that it does not come."""

LET_GO_AFTER = timedelta(minutes=10)
"""When time and place of a meeting to which somebody did not come are free again, from the start."""

DISPUTE = timedelta(hours=24)
"""How long somebody of whom it is said that they did not come can say that they did."""

PLACED = ("published", "live", "held", "no_show_requester", "no_show_invitee")
"""Placements that signs lead to, and from which more signs may lead on."""

PROVEN = ("badge", "table", "desk")
"""Signs that somebody stood at the table; a button can be pressed anywhere."""

ACROSS = {"requester": "invitee", "invitee": "requester"}


@dataclass(frozen=True)
class Sign:
    """That a side showed itself: it read the other's "badge" or the code at the "table", pressed a "button", or the
    "desk" noted it.
    """

    side: str
    kind: str


@dataclass(frozen=True)
class DeskScan:
    """A line of a desk's queue: whose ticket was read, or for which side of which meeting somebody was seen."""

    scan_id: str
    claimed_at: datetime
    code: str = ""
    meeting: str = ""
    side: str = ""


def in_window(starts_at: datetime, ends_at: datetime, moment: datetime) -> bool:
    """Whether a sign of this moment counts for a meeting of this time."""
    return starts_at - BEFORE <= moment <= ends_at + AFTER


def outcome(
    signs: Collection[Sign],
    *,
    missed: Collection[str] = (),
    disputed: Collection[str] = (),
    over: bool = False,
    closed: bool = False,
) -> str:
    """The placement that follows from the signs that count.

    A badge read by one side proves both. `missed` are the sides that say the other did not come, `disputed` those that
    say they did. `over`: no more signs count by now; `closed`: the block is closed, and who is there alone has met.
    """
    shown = {sign.side for sign in signs}
    if len(shown) > 1 or any(sign.kind == "badge" for sign in signs):
        return "held"
    if not shown:
        return "held" if disputed else "published"
    [side] = shown
    if ACROSS[side] in disputed:
        return "held"
    if side in missed or (over and any(sign.kind in PROVEN for sign in signs)):
        return f"no_show_{ACROSS[side]}"
    return "held" if closed else "live"
