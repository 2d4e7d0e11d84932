"""Pages of registering, of a buyer's places, and of a ticket."""

from . import add_ons, check, flow, flow_questions, party, ticket
from .blueprint import bp

blueprints = (bp,)

__all__ = ["add_ons", "blueprints", "check", "flow", "flow_questions", "party", "ticket"]
