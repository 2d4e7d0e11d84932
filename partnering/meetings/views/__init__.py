"""The pages of meetings: requests, the inbox, one's free times, and the organisers' desk."""

from . import (
    answering,
    asking,
    desk,
    desk_blocks,
    desk_capacity,
    desk_list,
    desk_meeting,
    desk_places,
    desk_rules,
    desk_statistics,
    free_times,
    inbox,
)
from .blueprint import bp
from .desk_blueprint import desk as desk_bp

blueprints = (bp, desk_bp)

__all__ = [
    "answering",
    "asking",
    "blueprints",
    "desk",
    "desk_blocks",
    "desk_capacity",
    "desk_list",
    "desk_meeting",
    "desk_places",
    "desk_rules",
    "desk_statistics",
    "free_times",
    "inbox",
]
