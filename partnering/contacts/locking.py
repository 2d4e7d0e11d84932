"""Who is held while something between them is written, so that two who scan each other at once meet in one row."""

import sqlalchemy as sa

from ..db import db
from ..events.models import Participant


def hold(*participants: Participant) -> None:
    """Keep these participants from other deeds of this room until this one is done, by id."""
    db.session.execute(
        sa.select(Participant.id)
        .where(Participant.id.in_([each.id for each in participants]))
        .order_by(Participant.id)
        .with_for_update(key_share=True)
    ).all()
