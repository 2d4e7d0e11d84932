"""What the worker does for letters: deliver them every two seconds, forget old ones once a day."""

from datetime import timedelta

from flask import Flask

from ..db import transaction
from ..jobs import periodic
from ..jobs.worker import stopping
from . import carriers, delivery, services, transport


@periodic("mail.deliver", every=timedelta(seconds=2), each_worker=True)
def deliver() -> bool:
    """Deliver what is due; leases keep several workers from delivering one letter twice."""
    return delivery.deliver_all_due(carriers.of_settings(), stopping) > 0


@periodic("mail.forget_old", every=timedelta(days=1))
def forget_old() -> None:
    """Delete letters that were settled long ago."""
    with transaction():
        services.forget_old()


def install(app: Flask) -> None:
    """Set up Flask-Mail."""
    transport.install(app)
