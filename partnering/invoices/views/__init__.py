"""The desk's pages on invoices, and the buyer's."""

from flask import Flask

from ...epc import in_fours
from ...registration.views import extras
from ..printing import percent
from . import auditing, buyer, lists, one, setting_up
from .blueprint import desk

__all__ = ["auditing", "blueprints", "buyer", "install", "lists", "one", "setting_up"]

blueprints = (buyer.bp, buyer.own, desk)


def install(app: Flask) -> None:
    """Add the invoices to the page of every booking and the ticket of its buyer, and let templates write IBANs."""
    app.add_template_filter(in_fours, "in_fours")
    app.add_template_filter(percent, "percent")
    extras.add(buyer.section)
    extras.add_to_ticket(buyer.on_ticket)
