"""The pages on cards and leads: a guest's, an exhibitor's, what the link in a letter leads to, the desk's counts."""

from flask import Flask

from ...delegates.views import privacy
from ...navigation import only_for
from . import cards, desk, given, leads
from .blueprint import takes_leads

blueprints = (cards.bp, leads.bp, given.secret, desk.desk)


def install(app: Flask) -> None:
    """Show leads to exhibitors alone, and on everybody's privacy page to whom they gave their details."""
    only_for(app, takes_leads, "leads.index")
    privacy.add_section(cards.given_section)


__all__ = ["blueprints", "cards", "desk", "given", "install", "leads"]
