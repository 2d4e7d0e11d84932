"""What can happen to the programme: rooms and tracks are named, sessions drafted, released, chosen.

`drafting` writes what organisers alone see, `releasing` makes it public, and `shortcuts` does both for one session.
"""

from .choosing import bookmark, forget
from .facts import Change, EventCalledOff, IsCancelled, NothingToRelease, NoTime, Part, RoomTaken, Time
from .naming import speaker
from .rooms import add_room, add_track, change_room, change_track
from .shortcuts import add, cancel, change, hold_where_free, restore

__all__ = [
    "Change",
    "EventCalledOff",
    "IsCancelled",
    "NoTime",
    "NothingToRelease",
    "Part",
    "RoomTaken",
    "Time",
    "add",
    "add_room",
    "add_track",
    "bookmark",
    "cancel",
    "change",
    "change_room",
    "change_track",
    "forget",
    "hold_where_free",
    "restore",
    "speaker",
]
