"""When speakers can come, in half hours of the days of the programme. Saying so moves nothing by itself."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from .. import audit, clock
from ..db import db
from ..errors import DomainError
from ..events.models import Event, Participant
from ..i18n import _l, days_between
from ..text import clean_lines
from .models import AvailableTime, ProgrammeDay, SpeakerProfile
from .profiles import profile_for

STEP = timedelta(minutes=30)
OPENS, CLOSES = time(8), time(20)
"""The hours of a day for which organisers have set none, in the event's zone."""

Window = tuple[datetime, datetime]


class OutsideDays(DomainError):
    """A time that no day of the programme has."""

    message = _l("This time is on no day of the programme.")
    status = 422


@dataclass(frozen=True)
class Day:
    """A day of the programme as instants."""

    day: date
    opens_at: datetime
    closes_at: datetime

    @property
    def steps(self) -> list[Window]:
        """Its half hours; the last one may be shorter."""
        found, at = [], self.opens_at
        while at < self.closes_at:
            found.append((at, min(at + STEP, self.closes_at)))
            at += STEP
        return found


@dataclass(frozen=True)
class Said:
    """What somebody said: the stretches of time in which they can come, when they said so, and a sentence."""

    windows: Sequence[Window]
    at: datetime
    note: str

    def covers(self, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether they can come for all of this time."""
        return any(begins <= starts_at and ends_at <= ends for begins, ends in self.windows)


def days_of(event: Event) -> list[Day]:
    """The days for which speakers are asked: those that organisers have set, else the event's from 8 to 20."""
    rows = db.session.scalars(
        sa.select(ProgrammeDay).where(ProgrammeDay.event_id == event.id).order_by(ProgrammeDay.day)
    ).all()
    return [Day(row.day, row.opens_at, row.closes_at) for row in rows] or event_days(event)


def event_days(event: Event) -> list[Day]:
    """The days of the event with the hours that hold while organisers have set none."""
    return [usual(event, day) for day in days_between(event.first_day, event.last_day)]


def usual(event: Event, day: date) -> Day:
    """A day with these hours."""
    return Day(day, *(clock.from_zone(datetime.combine(day, hour), event.zone) for hour in (OPENS, CLOSES)))


def say(event: Event, participant: Participant, windows: Iterable[Window], note: str = "") -> None:
    """Write down when a participant can come; it replaces all that they said before. No window: at no time.

    Windows that touch become one. Raises `OutsideDays`.
    """
    days, wanted = days_of(event), merged(windows)
    if not all(_within(window, days) for window in wanted):
        raise OutsideDays
    profile = profile_for(participant)
    db.session.execute(sa.delete(AvailableTime).where(AvailableTime.participant_id == participant.id))
    for begins, ends in wanted:
        db.session.add(AvailableTime(event_id=event.id, participant_id=participant.id, starts_at=begins, ends_at=ends))
    profile.availability_at, profile.availability_note = clock.now(), clean_lines(note)
    db.session.flush()
    audit.record(
        "programme.availability_set",
        participant,
        event=event,
        after={"windows": [[begins.isoformat(), ends.isoformat()] for begins, ends in wanted]},
    )


def merged(windows: Iterable[Window]) -> list[Window]:
    """The same time in as few stretches as possible, in order."""
    found: list[Window] = []
    for begins, ends in sorted(windows):
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        else:
            found.append((begins, ends))
    return found


def _within(window: Window, days: Collection[Day]) -> bool:
    return any(day.opens_at <= window[0] < window[1] <= day.closes_at for day in days)


def said_by(participant: Participant) -> Said | None:
    """When a participant can come, or None if they have not said."""
    return _said(SpeakerProfile.participant_id == participant.id, AvailableTime.participant_id == participant.id).get(
        participant.id
    )


def of(event: Event) -> dict[int, Said]:
    """When everybody can come who has said so, by participant's id, in two questions."""
    return _said(SpeakerProfile.event_id == event.id, AvailableTime.event_id == event.id)


def _said(whose: sa.ColumnElement[bool], which: sa.ColumnElement[bool]) -> dict[int, Said]:
    windows: dict[int, list[Window]] = defaultdict(list)
    for row in db.session.execute(
        sa.select(AvailableTime.participant_id, AvailableTime.starts_at, AvailableTime.ends_at)
        .where(which)
        .order_by(AvailableTime.participant_id, AvailableTime.starts_at)
    ):
        windows[row.participant_id].append((row.starts_at, row.ends_at))
    profiles = db.session.execute(
        sa.select(
            SpeakerProfile.participant_id, SpeakerProfile.availability_at, SpeakerProfile.availability_note
        ).where(whose, SpeakerProfile.availability_at.is_not(None))
    )
    return {
        row.participant_id: Said(windows[row.participant_id], row.availability_at, row.availability_note)
        for row in profiles
    }
