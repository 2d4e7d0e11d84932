"""How new the public programme is: a number that rises with everything that its pages show."""

import sqlalchemy as sa

from ..db import db
from ..events.models import Event
from .models import ProgrammeSettings


def bump(event_id: int) -> None:
    """Say, in the deed that changes it, that the public programme is another one now."""
    db.session.execute(
        sa.update(ProgrammeSettings)
        .where(ProgrammeSettings.event_id == event_id)
        .values(stand=ProgrammeSettings.stand + 1)
        .execution_options(synchronize_session=False)
    )


def stand_of(event: Event) -> int:
    """The number of what is public now; 0 before anything was."""
    return db.session.scalar(sa.select(ProgrammeSettings.stand).where(ProgrammeSettings.event_id == event.id)) or 0
