"""The pages of signing in and of one's own account."""

from flask import Flask

from ...guards import GuardedBlueprint
from .. import cookies

blueprints: tuple[GuardedBlueprint, ...] = ()


def install(app: Flask) -> None:
    """Recognise people before every request."""
    cookies.install(app)
