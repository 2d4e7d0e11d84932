"""What organisers see of cards and leads: how many, and nobody's name."""

from flask import render_template

from ...events.routing import current_event, manage_blueprint
from .. import queries

desk = manage_blueprint("contacts_desk", __name__, "contacts")


@desk.get("")
def index() -> str:
    """How many leads each exhibitor took, and how many guests exchanged cards."""
    event = current_event()
    agreed, waiting = queries.cards_counted(event)
    rows = queries.counted(event)
    return render_template(
        "contacts/desk.html",
        rows=rows,
        held=sum(held for _name, held, _gone in rows),
        gone=sum(gone for _name, _held, gone in rows),
        agreed=agreed,
        waiting=waiting,
    )
