"""What rooms above add to the page of a party, and to a buyer's own ticket: invoices, the partnering profile.

A room puts a function into `party_extras` or `ticket_extras` when it opens (`install(app)` of its views). It is called
with the party for each page and answers with a section of HTML, or None where it has nothing to say. On the page of a
party its address, `mails.party_url`, may be used; a ticket is shown around, so there nothing may lead to it.
"""

from collections.abc import Callable

from markupsafe import Markup

from ..models import Party

Extra = Callable[[Party], Markup | None]

party_extras: list[Extra] = []
"""In the order in which the sections stand on the page."""

ticket_extras: list[Extra] = []
"""The same on the ticket of whoever booked it."""


def add(extra: Extra) -> None:
    """Let `extra` speak on the page of every party, once however often it is added."""
    if extra not in party_extras:
        party_extras.append(extra)


def add_to_ticket(extra: Extra) -> None:
    """Let `extra` speak on the ticket of every buyer, once however often it is added."""
    if extra not in ticket_extras:
        ticket_extras.append(extra)


def sections_of(party: Party) -> list[Markup]:
    """What the rooms above have to say about a party."""
    return _said(party_extras, party)


def sections_of_buyer(party: Party) -> list[Markup]:
    """What they have to say to its buyer, on their own ticket."""
    return _said(ticket_extras, party)


def _said(extras: list[Extra], party: Party) -> list[Markup]:
    return [section for section in (extra(party) for extra in extras) if section]
