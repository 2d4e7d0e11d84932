"""What can happen between two who want to meet: asked, answered, moved, called off, brought back, taken over.

Every deed first locks everybody who sits in the meeting, by id, then changes it only in the version and state it was
seen in, then takes or frees time, people before tables. So of two deeds at once one wins, and the other is told why.
"""

from .answering import accept, counter, decline, decline_all, decline_for, forward, may_undo, undo
from .asking import deadline, discard, draft_between, request_meeting, save_draft, send
from .ending import cancel, close_block, expire, is_cancellable, revivable, revive, withdraw
from .merging import Merged, merge_delegates
from .moving import book, move, place, reseat, swap_tables, unplace
from .parting import part
from .placing import UNDO_SECONDS, limit_reached
from .proposing import agree, hosts_of, lapse_proposal, open_of, propose, refuse, slots_of, take_back
from .seats import drop_seat, join, leave, replace
from .setting_up import make_block, make_slots, make_tables
from .steps import put
from .vacancies import cascade, lapse, may_fill, take_over

undo_accept = undo

__all__ = [
    "UNDO_SECONDS",
    "Merged",
    "accept",
    "agree",
    "book",
    "cancel",
    "cascade",
    "close_block",
    "counter",
    "deadline",
    "decline",
    "decline_all",
    "decline_for",
    "discard",
    "draft_between",
    "drop_seat",
    "expire",
    "forward",
    "hosts_of",
    "is_cancellable",
    "join",
    "lapse",
    "lapse_proposal",
    "leave",
    "limit_reached",
    "make_block",
    "make_slots",
    "make_tables",
    "may_fill",
    "may_undo",
    "merge_delegates",
    "move",
    "open_of",
    "part",
    "place",
    "propose",
    "put",
    "refuse",
    "replace",
    "request_meeting",
    "reseat",
    "revivable",
    "revive",
    "save_draft",
    "send",
    "slots_of",
    "swap_tables",
    "take_back",
    "take_over",
    "undo",
    "undo_accept",
    "unplace",
    "withdraw",
]
