"""What the worker does for answers: delete what may no longer be kept."""

from datetime import timedelta

from ..db import transaction
from ..jobs import periodic
from . import services


@periodic("questions.purge", every=timedelta(hours=1))
def purge() -> bool:
    """Delete answers and files whose time is over."""
    with transaction():
        return services.purge_due() > 0
