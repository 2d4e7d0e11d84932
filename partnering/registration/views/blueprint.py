"""The blueprint of all pages here: some lie within an event, some are opened by a secret link."""

from typing import Any

from flask import current_app, g, render_template
from werkzeug.wrappers import Response

from ... import links
from ...errors import Gone, NotFound
from ...events.models import Event
from ...events.routing import within_event
from ...guards import GuardedBlueprint, public
from ...headers import secret_path

bp = GuardedBlueprint("registration", __name__, guard=within_event(public))


@bp.url_value_preprocessor
def find_event(endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the event out of the address; the guard loads it."""
    g.event_slug = (values or {}).pop("event_slug", None)
    g.event = None


@bp.url_defaults
def keep_event(endpoint: str, values: dict[str, Any]) -> None:
    """Stay within the event."""
    if (
        "event_slug" not in values
        and g.get("event") is not None
        and current_app.url_map.is_endpoint_expecting(endpoint, "event_slug")
    ):
        values["event_slug"] = g.event.slug


def secret_link() -> Response | None:
    """Open to whoever holds the secret in the address, and to nobody else: the view reads it."""
    secret_path()
    return None


def public_id_of(purpose: str, token: str) -> tuple[str, int]:
    """(public id, generation) of a secret link. Raises `NotFound` for what this house did not sign."""
    parts = links.read(purpose, token)
    if parts is None:
        raise NotFound
    return parts


def check_generation(known: int, generation: int) -> None:
    """Raises `Gone` for a link that was right once."""
    if known != generation:
        raise Gone


def page(template: str, event: Event, *, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of an event."""
    html = render_template(f"registration/{template}.html", event=event, person=g.get("person"), **context)
    return html, status
