"""Times for meetings at an event that is made from another one."""

from ..events.cloning import Copies, taken_along
from .models import LunchWindow, MeetingBlock, MeetingBlockZone, MeetingRules
from .setting_up import make_slots


@taken_along("blocks", floor=10)
def blocks(copies: Copies) -> None:
    """Blocks with their slots and zones, open for requests, lunch and the rules; nobody has met yet."""
    for block in copies.copy(copies.rows(MeetingBlock), phase="open"):
        make_slots(block)
    copies.copy(copies.rows(MeetingBlockZone))
    copies.copy(copies.rows(LunchWindow))
    copies.copy(copies.rows(MeetingRules), plan_on=None)
