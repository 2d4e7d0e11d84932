"""The desk's pages: overview, people, tickets, letters."""

from . import approvals, codes, imports, letters, members, overview, people, products, refunds, tickets, waiting
from .blueprint import bp

__all__ = [
    "approvals",
    "codes",
    "imports",
    "letters",
    "members",
    "overview",
    "people",
    "products",
    "refunds",
    "tickets",
    "waiting",
]

blueprints = (bp,)
