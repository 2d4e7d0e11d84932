"""What can happen between two who want to meet: asked, accepted, countered, declined, withdrawn, cancelled, expired.

Every deed first locks the two lead delegates by id, then changes the meeting only in the version and state it was
seen in, then takes or frees time, people before tables. So of two deeds at once one wins, and the other is told why.
"""

from .answering import accept, counter, decline, decline_for, may_undo, undo_accept
from .asking import deadline, request_meeting
from .ending import cancel, expire, withdraw
from .placing import UNDO_SECONDS
from .seats import drop_seat
from .setting_up import make_block, make_slots, make_tables

__all__ = [
    "UNDO_SECONDS",
    "accept",
    "cancel",
    "counter",
    "deadline",
    "decline",
    "decline_for",
    "drop_seat",
    "expire",
    "make_block",
    "make_slots",
    "make_tables",
    "may_undo",
    "request_meeting",
    "undo_accept",
    "withdraw",
]
