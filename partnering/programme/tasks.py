"""What the worker does for the programme: send the letters of a release, bring calendars up to date."""

import sqlalchemy as sa

from ..db import db, transaction
from ..events.models import Event
from ..jobs import Progress, task
from . import catching_up, release_letters


@task("programme.send_letters")
def send_letters(job: Progress, letters: list[str]) -> None:
    """Send these drafts, in steps; taken up again, it sends none twice."""
    for start in range(0, len(letters), release_letters.AT_ONCE):
        some = letters[start : start + release_letters.AT_ONCE]
        with transaction():
            release_letters.send_some(release_letters.at(some))
        job.progress(start + len(some), len(letters))


@task("programme.send_calendars")
def send_calendars(job: Progress) -> None:
    """Bring calendars up to date, in steps, until none is behind; taken up again, it writes to nobody twice."""
    event = db.session.scalars(sa.select(Event).where(Event.public_id == job.event_ref)).one()
    done, left = 0, True
    while left:
        with transaction():
            some = catching_up.behind(event)[: release_letters.AT_ONCE]
            catching_up.resend(some)
            left = len(some) == release_letters.AT_ONCE
        done += len(some)
        job.progress(done, done)
