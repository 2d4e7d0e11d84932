"""The blueprint that the desk's pages share, and how they read their addresses."""

from typing import Any

from flask import request, url_for
from markupsafe import Markup

from ...events.routing import manage_blueprint
from ...headers import single
from ...questions.shown import FileName
from .. import typed

bp = manage_blueprint("backoffice", __name__)


def argument(name: str, known: tuple[str, ...] | None = None, query: Any = None) -> str:
    """A word from the address: cut to 80 letters, or empty when it is none of the `known` ones."""
    text = (single(request.args if query is None else query, name) or "").replace("\x00", "")[:80]
    return text if known is None or text in known else ""


def page_number() -> int:
    """Which page of a list is wanted: 1 for anything that is no number."""
    return typed.whole(single(request.args, "page"), 1, 10_000) or 1


def opened(answer: str) -> str:
    """An answer as a page shows it: the name of a file leads to the file."""
    if not isinstance(answer, FileName):
        return answer
    return Markup('<a href="{}">{}</a>').format(url_for("backoffice.answer_file", public_id=answer.file), str(answer))
