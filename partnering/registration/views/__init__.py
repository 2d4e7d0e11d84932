"""Pages of registering, of a buyer's places, and of a ticket."""

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
    "party",
    "ticket",
    "waiting",
    "withdrawal",
]
