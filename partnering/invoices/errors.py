"""What can go wrong with invoices for those who read them."""

from ..errors import DomainError
from ..i18n import _l


class NotMadeYet(DomainError):
    """The invoice is issued and its PDF is being made."""

    message = _l("This invoice is issued, and its PDF is being made. Please try again in a minute.")
    status = 409


class NothingOverdue(DomainError):
    """Only what is overdue is reminded of, once its PDF is made."""

    message = _l("There is nothing to remind of: the invoice is not overdue.")


class RemindedToday(DomainError):
    """One reminder a day is enough."""

    message = _l("This invoice was reminded of today. Try again tomorrow.")
