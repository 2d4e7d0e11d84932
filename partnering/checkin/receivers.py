"""What the doors do when somebody is erased."""

from typing import Any

import sqlalchemy as sa

from ..db import db
from ..events.models import Participant
from ..events.signals import participant_erased
from ..registration.models import Registration
from .models import DoorNote, Scan


@participant_erased.connect
def forgotten(participant: Participant, **_news: Any) -> None:
    """Forget what was noted of somebody, and what they answered; that a ticket was let in stays."""
    held = sa.select(Registration.id).where(Registration.participant_id == participant.id)
    silent = {"synchronize_session": False}
    db.session.flush()
    db.session.execute(sa.delete(DoorNote).where(DoorNote.registration_id.in_(held)), execution_options=silent)
    db.session.execute(
        sa.update(Scan).where(Scan.registration_id.in_(held)).values(answers={}), execution_options=silent
    )
