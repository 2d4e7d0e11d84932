"""The desk's pages: overview, people, tickets, letters."""

from . import (
    approvals,
    bookings,
    calling_off,
    catering,
    codes,
    entering,
    extras,
    form_preview,
    forms,
    imports,
    letters,
    log,
    members,
    overview,
    people,
    person,
    photos,
    products,
    refunds,
    several,
    tickets,
    waiting,
)
from .blueprint import bp

__all__ = [
    "approvals",
    "bookings",
    "calling_off",
    "catering",
    "codes",
    "entering",
    "extras",
    "form_preview",
    "forms",
    "imports",
    "letters",
    "log",
    "members",
    "overview",
    "people",
    "person",
    "photos",
    "products",
    "refunds",
    "several",
    "tickets",
    "waiting",
]

blueprints = (bp,)
