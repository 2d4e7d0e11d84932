"""The blueprint of the desk's pages on invoices, and what several of them need."""

from ...errors import or_404, require
from ...events.routing import current_event, manage_blueprint
from ...i18n import _
from ...registration.models import Party
from ...registration.queries import locked_party, party_at
from .. import queries
from ..models import Invoice

desk = manage_blueprint("invoices_desk", __name__, "invoices")


def invoice_or_404(public_id: str) -> Invoice:
    """An invoice or cancellation of this event."""
    found = or_404(queries.invoice_at(public_id))
    require(found.event_id == current_event().id)
    return found


def party_or_404(public_id: str, *, lock: bool = False) -> Party:
    """A placed party of this event; with `lock` kept from others."""
    found = or_404(locked_party(public_id) if lock else party_at(public_id))
    require(found.event_id == current_event().id and found.placed_at is not None)
    return found


def state_words() -> dict[str, tuple[str, str, str]]:
    """What the states of invoices are called, with tone and well."""
    return {
        "open": (_("Open"), "info", "free"),
        "part_paid": (_("Paid in part"), "warn", "pending"),
        "overdue": (_("Overdue"), "bad", "you"),
        "paid": (_("Paid"), "ok", "taken"),
        "cancelled": (_("Cancelled"), "", "off"),
        "cancellation": (_("Cancellation"), "line", "off"),
    }
