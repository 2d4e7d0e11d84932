"""Pages of registering, of a buyer's places, and of a ticket."""

from flask import Flask

from .. import instructions, taxing
from . import (
    add_ons,
    answers,
    approval,
    booking,
    check,
    flow,
    flow_questions,
    my_consents,
    party,
    ticket,
    waiting,
    withdrawal,
)
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
    "my_consents",
    "party",
    "ticket",
    "waiting",
    "withdrawal",
]


def install(app: Flask) -> None:
    """Let pages and letters ask whether prices contain VAT, and what consumers are told about withdrawing."""
    app.jinja_env.globals["shows_no_vat"] = taxing.is_small
    app.jinja_env.globals["withdrawal_in_short"] = instructions.in_short
