"""What is forgotten of somebody who is erased: exhibitors read that they withdrew, and nobody has their card."""

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.models import Participant
from .models import CardExchange, Lead


def erase(participant: Participant) -> None:
    """Withdraw what somebody gave at stands, with what was noted about them, and delete their exchanges of cards.

    Leads they took for an exhibitor are its own and stay.
    """
    db.session.flush()
    db.session.execute(
        sa.update(Lead)
        .where(Lead.participant_id == participant.id)
        .values(note="", rating=0, withdrawn_at=sa.func.coalesce(Lead.withdrawn_at, clock.now())),
        execution_options={"synchronize_session": False},
    )
    db.session.execute(
        sa.delete(CardExchange).where(
            sa.or_(CardExchange.low_id == participant.id, CardExchange.high_id == participant.id)
        ),
        execution_options={"synchronize_session": False},
    )
    db.session.expire_all()
