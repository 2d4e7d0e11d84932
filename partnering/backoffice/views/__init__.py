"""The desk's pages: overview, people, tickets, letters."""

from . import codes, imports, letters, members, overview, people, products, refunds, tickets
from .blueprint import bp

__all__ = ["codes", "imports", "letters", "members", "overview", "people", "products", "refunds", "tickets"]

blueprints = (bp,)
