"""The blueprint that the desk's pages share, and how they read their addresses."""

from typing import Any

from flask import request

from ...events.routing import manage_blueprint
from ...headers import single
from .. import typed

bp = manage_blueprint("backoffice", __name__)


def argument(name: str, known: tuple[str, ...] | None = None, query: Any = None) -> str:
    """A word from the address: cut to 80 letters, or empty when it is none of the `known` ones."""
    text = (single(request.args if query is None else query, name) or "").replace("\x00", "")[:80]
    return text if known is None or text in known else ""


def page_number() -> int:
    """Which page of a list is wanted: 1 for anything that is no number."""
    return typed.whole(single(request.args, "page"), 1, 10_000) or 1
