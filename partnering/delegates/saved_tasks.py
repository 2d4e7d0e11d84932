"""Letters about new people in saved searches."""

from datetime import timedelta

from .. import clock
from ..db import transaction
from ..jobs import periodic
from . import saved


@periodic("delegates.new_partners", every=timedelta(hours=1))
def tell_about_new_partners() -> None:
    """Write to everybody in whose searches somebody is new, each in a transaction of their own."""
    for delegate_id in saved.due(clock.now()):
        with transaction():
            saved.tell(delegate_id)
