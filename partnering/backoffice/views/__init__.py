"""The desk's pages: overview, people, tickets, letters."""

from . import (
    approvals,
    catering,
    codes,
    form_preview,
    forms,
    imports,
    letters,
    members,
    overview,
    people,
    products,
    refunds,
    tickets,
    waiting,
)
from .blueprint import bp

__all__ = [
    "approvals",
    "catering",
    "codes",
    "form_preview",
    "forms",
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
