"""The blueprint of the organisers' desk of meetings, and what its pages share."""

from typing import Any

from flask import url_for

from ...events.routing import manage_blueprint
from ...i18n import _
from ...navigation import address
from ..models import Meeting

desk = manage_blueprint("meetings_desk", __name__)


def tabs() -> list[tuple[str, str, str]]:
    """The desk's pages about meetings, beside the plate of tables."""
    papers = address("schedule_desk.index")
    return [
        ("meetings", _("All meetings"), url_for("meetings_desk.meetings")),
        ("conflicts", _("Conflicts"), url_for("meetings_desk.conflicts")),
        ("people", _("Without an answer"), url_for("meetings_desk.people")),
        ("seen", _("At the tables"), url_for("meetings_desk.seen")),
        ("capacity", _("Do they fit?"), url_for("meetings_desk.capacity_page")),
        ("statistics", _("Statistics"), url_for("meetings_desk.figures")),
        ("rules", _("Rules"), url_for("meetings_desk.rules")),
        *([("papers", _("Papers"), papers)] if papers else []),
    ]


def table_tabs() -> list[tuple[str, str, str]]:
    """The desk's pages about times and places."""
    return [
        ("tables", _("Table plan"), url_for(".tables")),
        ("blocks", _("Meeting blocks"), url_for(".blocks")),
        ("places", _("Halls and places"), url_for(".places")),
        ("lunch", _("Lunch break"), url_for(".lunch")),
    ]


def two_sides(meeting: Meeting) -> dict[str, Any]:
    """Requester and invitee of a meeting."""
    return {side.side: side for side in meeting.sides}
