"""Pages of registering, of a buyer's places, and of a ticket."""

from flask import Flask

from .. import taxing
from . import add_ons, answers, approval, booking, check, flow, flow_questions, party, ticket, waiting, withdrawal
from .blueprint import bp

blueprints = (bp,)

__all__ = [
    "add_ons",
    "answers",
    "approval",
    "blueprints",
    "booking",
    "check",
    "flow",
    "flow_questions",
    "install",
    "party",
    "ticket",
    "waiting",
    "withdrawal",
]


def install(app: Flask) -> None:
    """Let pages and letters ask whether an event's prices contain VAT."""
    app.jinja_env.globals["shows_no_vat"] = taxing.is_small
