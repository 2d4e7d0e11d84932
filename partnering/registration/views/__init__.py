"""Pages of registering, of a buyer's places, and of a ticket."""

from . import add_ons, approval, check, flow, flow_questions, party, ticket, waiting
from .blueprint import bp

blueprints = (bp,)

__all__ = ["add_ons", "approval", "blueprints", "check", "flow", "flow_questions", "party", "ticket", "waiting"]
