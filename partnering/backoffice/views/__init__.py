"""The desk's pages: overview, people, tickets, letters."""

from . import letters, overview, people, tickets
from .blueprint import bp

__all__ = ["letters", "overview", "people", "tickets"]

blueprints = (bp,)
