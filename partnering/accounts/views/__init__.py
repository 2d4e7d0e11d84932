"""The pages of signing in and of one's own account."""

from flask import Flask, g

from .. import cookies
from . import second_factor, settings, signing_in
from .blueprint import bp

__all__ = ["blueprints", "install", "second_factor", "settings", "signing_in"]

blueprints = (bp,)


def install(app: Flask) -> None:
    """Recognise people before every request, and let pages wear the colours they chose."""
    cookies.install(app)

    @app.context_processor
    def chosen_theme() -> dict[str, str]:
        person = g.get("person")
        return {"theme": person.theme} if person is not None and person.theme != "auto" else {}
