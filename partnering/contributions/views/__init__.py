"""The call for everybody, authors' own pages, the committee's reading room, the organisers' desk."""

from flask import Flask

from ... import navigation
from ...events.routing import current_event
from ...i18n import _
from .. import queries
from . import committee, desk, mine, public, setting_up, telling  # noqa: F401 -- they put their pages on the blueprints
from .blueprints import desk as desk_blueprint
from .blueprints import pages, reading


def open_call() -> list[tuple[str, str]]:
    """The call in the navigation of the event's public pages, while it is open."""
    event = current_event()
    return [("contributions.call", _("Call for contributions"))] if queries.has_open_call(event) else []


def install(app: Flask) -> None:
    """Let people find the call while it is open."""
    navigation.in_season(app, open_call)


blueprints = (pages, reading, desk_blueprint)
