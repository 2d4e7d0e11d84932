"""What rooms above add to the page of a party: its invoices, its partnering profile.

A room puts a function into `party_extras` when it opens (`install(app)` of its views). It is called with the party for
each page and answers with a section of HTML, or None where it has nothing to say. Its address: `mails.party_url`.
"""

from collections.abc import Callable

from markupsafe import Markup

from ..models import Party

Extra = Callable[[Party], Markup | None]

party_extras: list[Extra] = []
"""In the order in which the sections stand on the page."""


def add(extra: Extra) -> None:
    """Let `extra` speak on the page of every party, once however often it is added."""
    if extra not in party_extras:
        party_extras.append(extra)


def sections_of(party: Party) -> list[Markup]:
    """What the rooms above have to say about a party."""
    return [section for section in (extra(party) for extra in party_extras) if section]
