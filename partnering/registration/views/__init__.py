"""Pages of registering, of a buyer's places, and of a ticket."""

from flask import Flask

from ...events import routing
from .. import instructions, taxing
from . import (
    add_ons,
    answers,
    approval,
    booking,
    check,
    flow,
    flow_questions,
    mine,
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
    "mine",
    "my_consents",
    "party",
    "ticket",
    "waiting",
    "withdrawal",
]


def install(app: Flask) -> None:
    """Lead buyers without a ticket home; let pages ask whether prices contain VAT, and how consumers withdraw."""
    if mine.home_without_part not in routing.homes:
        routing.homes.append(mine.home_without_part)
    app.jinja_env.globals["shows_no_vat"] = taxing.is_small
    app.jinja_env.globals["withdrawal_in_short"] = instructions.in_short
