"""Deny by default: every route names its guard, and a route without one is not served.

A guard is a function that returns None to let the request pass, returns a response (such as a redirect to sign-in),
or raises `NotFound` or `Forbidden`. Its name is what the authorisation matrix of the tests calls it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, Flask, request
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Response

from .headers import secret_path

Guard = Callable[[], Response | None]
View = TypeVar("View", bound=Callable[..., Any])


class GuardedBlueprint(Blueprint):
    """A blueprint whose views all stand behind `guard`, unless one names another with `@guarded`."""

    def __init__(self, name: str, import_name: str, *, guard: Guard, **options: Any) -> None:
        super().__init__(name, import_name, **options)
        self.guard = guard


def guarded(guard: Guard) -> Callable[[View], View]:
    """Put one view behind `guard` instead of its blueprint's."""

    def mark(view: View) -> View:
        view.guard = guard  # type: ignore[attr-defined]  # an attribute of our own on a function
        return view

    return mark


def public() -> None:
    """Open to everybody."""
    return None


def secret_link() -> None:
    """Open to whoever holds the secret in the address, and to nobody else: the view reads it."""
    secret_path()


def guard_of(app: Flask, endpoint: str) -> Guard | None:
    """The guard in front of an endpoint, or None where nobody named one."""
    own: Guard | None = getattr(app.view_functions[endpoint], "guard", None)
    if own is not None:
        return own
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    return blueprint.guard if isinstance(blueprint, GuardedBlueprint) else None


def install(app: Flask) -> None:
    """Ask the guard before every view."""

    @app.before_request
    def ask_guard() -> Response | None:
        asked = request._get_current_object()  # type: ignore[attr-defined]  # the documented way
        if asked.routing_exception is not None:
            if isinstance(asked.routing_exception, MethodNotAllowed):
                return None
            raise asked.routing_exception
        if asked.endpoint is None:
            raise NotFound
        guard = guard_of(app, asked.endpoint)
        if guard is None:
            raise NotFound
        return guard()
