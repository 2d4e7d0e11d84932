"""The pages of the partnering profiles: while registering, my own, the directory, and who keeps a company's."""

from flask import Flask

from ...registration.views import extras
from . import (
    desk,
    desk_profiles,
    directory,
    handing_over,
    letters,
    opportunities,
    organisation,
    privacy,
    profile,
    public,
    registering,
    saved,
    suggestions,
)
from .blueprint import bp

blueprints = (bp, desk.desk, desk_profiles.desk, handing_over.bp, letters.secret, public.bp)


def install(app: Flask) -> None:
    """Show on the page of a party who keeps its company's profile."""
    extras.add(handing_over.section)


__all__ = [
    "blueprints",
    "desk",
    "desk_profiles",
    "directory",
    "handing_over",
    "install",
    "letters",
    "opportunities",
    "organisation",
    "privacy",
    "profile",
    "public",
    "registering",
    "saved",
    "suggestions",
]
