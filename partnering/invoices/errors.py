"""What can go wrong with invoices for those who read them."""

from ..errors import DomainError
from ..i18n import _l


class NotMadeYet(DomainError):
    """The invoice is issued and its PDF is being made."""

    message = _l("This invoice is issued, and its PDF is being made. Please try again in a minute.")
    status = 409
