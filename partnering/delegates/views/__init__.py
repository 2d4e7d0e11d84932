"""The pages of the partnering profiles: while registering, my own, the directory, and who keeps a company's."""

from flask import Flask

from ...navigation import only_for
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
from .blueprint import bp, partners

blueprints = (bp, desk.desk, desk_profiles.desk, handing_over.bp, letters.secret, public.bp)


def install(app: Flask) -> None:
    """Show on the page of a party who keeps its company's profile, and pages of partnering to whoever partners."""
    extras.add(handing_over.section)
    only_for(app, partners, "delegates.directory", "delegates.profile")


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
