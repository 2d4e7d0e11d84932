"""How an event that is made from another one invoices."""

from ..events.cloning import Copies, taken_along
from .models import InvoiceSetup


@taken_along("invoices", floor=7)
def setup(copies: Copies) -> None:
    """Account, days to pay and reminders; numbers go on in the series of the host."""
    copies.copy(copies.rows(InvoiceSetup))
