"""The blueprint of the organisers' desk of meetings, and what its pages share."""

from flask import url_for

from ...events.routing import manage_blueprint
from ...i18n import _

desk = manage_blueprint("meetings_desk", __name__)


def tabs() -> list[tuple[str, str, str]]:
    """The desk's pages about meetings, beside the plate of tables."""
    return [
        ("meetings", _("All meetings"), url_for(".meetings")),
        ("capacity", _("Do they fit?"), url_for(".capacity_page")),
        ("rules", _("Rules"), url_for(".rules")),
    ]
