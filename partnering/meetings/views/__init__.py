"""The pages of meetings: requests, the inbox, one's free times, and the organisers' desk."""

from flask import Flask

from ...delegates.views.blueprint import partners
from ...navigation import only_for
from . import (
    agreed,
    answering,
    asking,
    at_table,
    colleagues,
    day,
    declining,
    desk,
    desk_blocks,
    desk_booking,
    desk_capacity,
    desk_conflicts,
    desk_list,
    desk_meeting,
    desk_merging,
    desk_places,
    desk_removing,
    desk_rules,
    desk_scans,
    desk_silence,
    desk_statistics,
    free_times,
    inbox,
    vacancies,
)
from .blueprint import bp
from .desk_blueprint import desk as desk_bp

blueprints = (bp, desk_bp)


def install(app: Flask) -> None:
    """Show the way to meetings to whoever partners."""
    only_for(app, partners, "meetings.inbox")


__all__ = [
    "agreed",
    "answering",
    "asking",
    "at_table",
    "blueprints",
    "colleagues",
    "day",
    "declining",
    "desk",
    "desk_blocks",
    "desk_booking",
    "desk_capacity",
    "desk_conflicts",
    "desk_list",
    "desk_meeting",
    "desk_merging",
    "desk_places",
    "desk_removing",
    "desk_rules",
    "desk_scans",
    "desk_silence",
    "desk_statistics",
    "free_times",
    "inbox",
    "install",
    "vacancies",
]
