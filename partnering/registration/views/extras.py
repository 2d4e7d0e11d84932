"""What rooms above add to the page of a party, and to a buyer's own ticket: invoices, the partnering profile.

A room puts a function into `party_extras` or `ticket_extras` when it opens (`install(app)` of its views). It is called
with the party for each page and answers with a section of HTML, or None where it has nothing to say. `guest_extras`
speak to whoever holds a ticket, with the registration and, on the page of the secret link, its token. On the page of a
party its address, `mails.party_url`, may be used; a ticket is shown around, so there nothing may lead to it.
"""

from collections.abc import Callable

from markupsafe import Markup

from ..models import Party, Registration

Extra = Callable[[Party], Markup | None]
GuestExtra = Callable[[Registration, str | None], Markup | None]

party_extras: list[Extra] = []
"""In the order in which the sections stand on the page."""

ticket_extras: list[Extra] = []
"""The same on the ticket of whoever booked it."""

guest_extras: list[GuestExtra] = []
"""The same on the ticket of whoever holds it: certificates of attendance."""


def add(extra: Extra) -> None:
    """Let `extra` speak on the page of every party, once however often it is added."""
    if extra not in party_extras:
        party_extras.append(extra)


def add_to_ticket(extra: Extra) -> None:
    """Let `extra` speak on the ticket of every buyer, once however often it is added."""
    if extra not in ticket_extras:
        ticket_extras.append(extra)


def add_for_guest(extra: GuestExtra) -> None:
    """Let `extra` speak on the ticket of every guest, once however often it is added."""
    if extra not in guest_extras:
        guest_extras.append(extra)


def sections_of_guest(registration: Registration, token: str | None = None) -> list[Markup]:
    """What the rooms above have to say to whoever holds a ticket; links lead by `token` where the page has one."""
    return [section for section in (extra(registration, token) for extra in guest_extras) if section]


def sections_of(party: Party) -> list[Markup]:
    """What the rooms above have to say about a party."""
    return _said(party_extras, party)


def sections_of_buyer(party: Party) -> list[Markup]:
    """What they have to say to its buyer, on their own ticket."""
    return _said(ticket_extras, party)


def _said(extras: list[Extra], party: Party) -> list[Markup]:
    return [section for section in (extra(party) for extra in extras) if section]
