"""What buyers may do about their own invoices. A secret link stands for its buyer."""

from ..registration.models import Party
from . import queries


def may_correct_billing(party: Party) -> bool:
    """Whether the buyer may still mend whom the invoices go to: until one of those that hold has to be paid."""
    if party.placed_at is None:
        return False
    live = queries.live_invoices(party)
    if not live:
        return bool(queries.uninvoiced(party))
    today = queries.today_at(party.event)
    return all(today <= invoice.due_on for invoice in live)
