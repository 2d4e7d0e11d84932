"""The blueprint of all pages here: some lie within an event, some are opened by a secret link."""

from typing import Any

from flask import g, render_template

from ... import links
from ...errors import BrokenLink, Gone
from ...events.models import Event
from ...events.routing import half_event_blueprint
from ...guards import public

bp = half_event_blueprint("registration", __name__, guard=public)


def public_id_of(purpose: str, token: str) -> tuple[str, int]:
    """(public id, generation) of a secret link. Raises `BrokenLink` for what this house did not sign."""
    parts = links.read(purpose, token)
    if parts is None:
        raise BrokenLink
    return parts


def check_generation(known: int, generation: int) -> None:
    """Raises `Gone` for a link that was right once."""
    if known != generation:
        raise Gone


def page(template: str, event: Event, *, status: int = 200, **context: Any) -> tuple[str, int]:
    """A page of an event."""
    html = render_template(f"registration/{template}.html", event=event, person=g.get("person"), **context)
    return html, status
