"""What the worker does for registrations: forget what nobody sent."""

from datetime import timedelta

from ..db import transaction
from ..jobs import periodic
from . import services


@periodic("registration.forget_drafts", every=timedelta(hours=1))
def forget_drafts() -> bool:
    """Delete parties that were begun days ago and never placed."""
    with transaction():
        return services.forget_drafts() > 0
