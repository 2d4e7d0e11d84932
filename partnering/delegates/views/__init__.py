"""The pages of the partnering profiles: while registering, my own, and the directory."""

from . import directory, profile, registering
from .blueprint import bp

blueprints = (bp,)

__all__ = ["blueprints", "directory", "profile", "registering"]
