"""Where people are led after signing in: a page of this site, whatever the address asked for."""

import re

from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

_SHAPE = re.compile(r"(/|(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?)(?:\?[A-Za-z0-9_.~=&%+,:*-]*)?", re.ASCII)
_NEVER = {"static", "accounts.login", "accounts.login_sent", "accounts.enter", "accounts.second_factor"}


def target(asked: str | None, otherwise: str = "/") -> str:
    """`asked` if it is the path of one of our pages, with or without a query; else `otherwise`."""
    match = _SHAPE.fullmatch(asked or "")
    if match is None or len(match[0]) > 500:
        return otherwise
    try:
        endpoint, _values = current_app.url_map.bind("localhost").match(match[1], method="GET")
    except (HTTPException, RequestRedirect):
        return otherwise
    return otherwise if endpoint in _NEVER else match[0]
