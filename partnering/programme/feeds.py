"""The public programme as calendars: all of it, a track, a speaker, one session. Each carries the session's own UID.

What was called off stays for thirty days, as in the calendars of those who take part.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from .. import ical
from ..agenda.calendars import place_at
from ..agenda.models import Appointment, Location
from ..events.models import Event, Participant
from ..i18n import bi, locale
from ..memory import remembered_part
from ..stands import watch
from . import describing, queries
from .models import ProgrammeSession, Release, ReleasedPerson, ReleasedSession, Track
from .queries import Released

REFRESH_MINUTES = 60

PROGRAMME = "programme"
"""The topic of everything that the public calendars depend on."""

watch(PROGRAMME, Event, Location, Track, Appointment, ProgrammeSession, Release, ReleasedSession, ReleasedPerson)
watch(PROGRAMME, Participant, new=False)


@dataclass(frozen=True)
class Public:
    """A session as calendars hold it, with the public ids by which it can be asked for, and its speakers' names."""

    entry: ical.Entry
    session: str
    track: str
    speakers: dict[str, str]


@dataclass(frozen=True)
class Feed:
    """A calendar with the name of its file, and its ETag, which is another one exactly when the content is."""

    content: bytes
    name: str
    etag: str


def programme(event: Event) -> Feed:
    """The whole programme in the language in force."""
    return _feed(event, bi(event.name), event.slug, [each.entry for each in public(event)])


def of_track(event: Event, track: Track) -> Feed:
    """The sessions of one track."""
    entries = [each.entry for each in public(event) if each.track == track.public_id]
    return _feed(event, f"{bi(event.name)}: {bi(track.name)}", f"{event.slug}-{bi(track.name)}", entries)


def of_speaker(event: Event, public_id: str) -> Feed | None:
    """The sessions of one who speaks in public; None for anybody else."""
    found = [each for each in public(event) if public_id in each.speakers]
    if not found:
        return None
    name = found[0].speakers[public_id]
    return _feed(event, f"{bi(event.name)}: {name}", f"{event.slug}-{name}", [each.entry for each in found])


def of_session(event: Event, public_id: str) -> Feed | None:
    """One session; None if it is not public, or no longer told of."""
    found = next((each for each in public(event) if each.session == public_id), None)
    if found is None:
        return None
    return _feed(event, found.entry.summary, f"{event.slug}-{found.entry.summary}", [found.entry])


def public(event: Event) -> Sequence[Public]:
    """What the public calendars are made of, in the order of the days; kept while nothing changes."""
    return remembered_part(
        ("feeds", event.id, locale()),
        lambda: tuple(_public(event, each) for each in queries.still_told(event)),
        topic=PROGRAMME,
    )


def _public(event: Event, each: Released) -> Public:
    """A session as the public calendar holds it: nobody's entry, so it carries the appointment's UID."""
    session, appointment = each.session, each.session.appointment
    thing = describing.thing(event, session)
    entry = ical.Entry(
        uid=appointment.uid,
        sequence=appointment.sequence,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        zone=event.zone,
        summary=thing.summary,
        description=thing.description,
        location=place_at(event, each.room),
        url=thing.url,
        status="CANCELLED" if session.cancelled_at is not None else "CONFIRMED",
        last_modified=max(appointment.changed_at, thing.changed_at or appointment.changed_at),
        categories=thing.categories,
    )
    speakers = {part.participant.public_id: part.participant.name for part in session.people}
    return Public(entry, session.public_id, session.track.public_id if session.track else "", speakers)


def _feed(event: Event, name: str, file: str, entries: Sequence[ical.Entry]) -> Feed:
    changed_at = max((entry.last_modified for entry in entries), default=event.created_at)
    content = ical.calendar(entries, name, changed_at, REFRESH_MINUTES)
    return Feed(content, f"{file}.ics", hashlib.sha256(content).hexdigest()[:32])
