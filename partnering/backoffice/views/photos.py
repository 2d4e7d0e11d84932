"""The photographer's list: on the page, to print, and as a file."""

from flask import Response, render_template

from ... import audit
from ...db import transaction
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import as_file
from ...i18n import _
from ...tables import CSV
from .. import photos as lists
from ..export import as_csv
from .blueprint import bp
from .people import tabs


@bp.get("/people/photos")
def photos() -> str:
    """Who did not agree to being photographed."""
    return render_template("backoffice/photos.html", found=lists.photos(current_event()), tabs=tabs())


@bp.get("/people/photos.csv")
def photos_file() -> Response:
    """The same as a file, once it is written down who took it along."""
    with transaction():
        event = fresh_event()
        audit.record("photos.list_taken", event, event=event)
    event = current_event()
    content = as_csv(lists.heads(), lists.rows(lists.photos(event)))
    what = _("no-photos")
    return as_file(content, CSV, f"{event.slug}-{what}.csv")
