"""Builders of rooms, tracks and sessions."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from partnering import clock
from partnering.agenda.models import Location
from partnering.db import BilingualText
from partnering.events.models import Event, Participant
from partnering.programme import services
from partnering.programme.models import ProgrammeSession, Track
from partnering.programme.services import Part, Time

from .ground import deed, number


def make_room(event: Event, name: str | None = None, **values) -> Location:
    """A room; keywords are those of `services.add_room`."""
    name = name or f"Saal {number()}"
    with deed():
        return services.add_room(event, BilingualText(de=name, en=name), **values)


def make_track(event: Event, name: str | None = None, tint: int | None = None) -> Track:
    """A track."""
    name = name or f"Strang {number()}"
    with deed():
        return services.add_track(event, BilingualText(de=name, en=name), tint)


def at(event: Event, hour: int = 10, minute: int = 0, *, day: int = 1) -> datetime:
    """A wall-clock time on a day of the event (1 is the first), as an instant."""
    wall = datetime.combine(event.first_day + timedelta(days=day - 1), time(hour, minute))
    return clock.from_zone(wall, event.zone)


def make_session(
    event: Event,
    title: str | None = None,
    *,
    starts_at: datetime | None = None,
    minutes: int = 45,
    room: Location | None = None,
    speakers: Sequence[Participant] = (),
    released: bool = True,
    **values,
) -> ProgrammeSession:
    """A released session at 10:00 on the first day, with these speakers; other keywords as for `services.add`."""
    title = title or f"Vortrag {number()}"
    with deed():
        starts_at = starts_at or at(event)
        when = Time(starts_at, starts_at + timedelta(minutes=minutes), room) if released else None
        session, _busy = services.add(
            event,
            title=values.pop("full_title", BilingualText(de=title, en=title)),
            people=values.pop("people", [Part(speaker) for speaker in speakers]),
            time=when,
            **values,
        )
    return session


def make_speaker(event: Event, name: str = "Henrike Oelsner", **values) -> Participant:
    """Somebody who speaks and is known by name only; keywords as for `services.speaker`."""
    with deed():
        return services.speaker(event, name, **values)
