"""The blueprint of the organisers' desk of meetings, and what its pages share."""

from typing import Any

from flask import url_for

from ...events.routing import manage_blueprint
from ...i18n import _
from ..models import Meeting

desk = manage_blueprint("meetings_desk", __name__)


def tabs() -> list[tuple[str, str, str]]:
    """The desk's pages about meetings, beside the plate of tables."""
    return [
        ("meetings", _("All meetings"), url_for(".meetings")),
        ("conflicts", _("Conflicts"), url_for(".conflicts")),
        ("people", _("Without an answer"), url_for(".people")),
        ("capacity", _("Do they fit?"), url_for(".capacity_page")),
        ("statistics", _("Statistics"), url_for(".figures")),
        ("rules", _("Rules"), url_for(".rules")),
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
