"""Pages of registering, of a buyer's places, and of a ticket."""

from . import flow, party, ticket
from .blueprint import bp

blueprints = (bp,)

__all__ = ["blueprints", "flow", "party", "ticket"]
