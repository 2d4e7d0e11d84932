"""Times for meetings at an event that is made from another one."""

from ..events.cloning import Copies, taken_along
from .models import MeetingBlock
from .setting_up import make_slots


@taken_along("blocks", floor=9)
def blocks(copies: Copies) -> None:
    """Blocks with their slots, open for requests; nobody has met yet."""
    for block in copies.copy(copies.rows(MeetingBlock), phase="open"):
        make_slots(block)
