"""What is tidied away each day."""

from datetime import timedelta

from .. import jobs
from ..db import transaction
from . import sessions, tokens


@jobs.periodic("accounts.forget", every=timedelta(hours=6))
def forget() -> None:
    """Delete sessions and one-time secrets that ended long ago."""
    with transaction():
        sessions.forget_old()
        tokens.forget_old()
