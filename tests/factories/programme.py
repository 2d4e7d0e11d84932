"""Builders of rooms, tracks and sessions."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from partnering import clock
from partnering.accounts.models import EmailAddress, Person
from partnering.agenda.models import Location
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event, Participant
from partnering.events.services import rename
from partnering.programme import drafting, releasing, services
from partnering.programme.models import ProgrammeSession, SessionPerson, Track
from partnering.programme.services import Part, Time
from partnering.rows import new_row, write

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


def make_programme(event: Event, sessions: int = 400, speakers: int = 500, *, rooms: int = 8, tracks: int = 6) -> None:
    """A released programme over the event's days, all of it in one release; each session has one speaker or two.

    Titles, names and companies carry their numbers.
    """
    with deed():
        places = [make_room(event) for _ in range(rooms)]
        strands = [make_track(event) for _ in range(tracks)]
        people = []
        for number in range(speakers):
            each = Participant(event_id=event.id, locale="de", created_at=clock.now())
            names = {"given_name": "Henrike", "family_name": f"Oelsner{number}", "company": f"Institut {number}"}
            rename(each, title="", function="", **names)
            people.append(each)
        drafts = [
            ProgrammeSession(
                event_id=event.id,
                kind="talk",
                title=BilingualText(de=f"Vortrag {number} über Enzyme", en=f"Talk {number} on enzymes"),
                abstract=BilingualText(de="Ein Text von mehreren Sätzen. " * 8, en="A text of some sentences. " * 8),
                language="de",
                track_id=strands[number % tracks].id,
                location_id=places[number % rooms].id,
                starts_at=start,
                ends_at=start + timedelta(minutes=25),
                updated_at=clock.now(),
            )
            for number in range(sessions)
            for start in (_start(event, number // rooms),)
        ]
        db.session.add_all([*people, *drafts])
        db.session.flush()
        db.session.add_all(
            SessionPerson(event_id=event.id, session_id=draft.id, participant_id=people[who].id, position=position)
            for number, draft in enumerate(drafts)
            for position, who in enumerate(sorted({number % speakers, (number + sessions) % speakers}))
        )
        db.session.flush()
        db.session.expire_all()
        releasing.release(event, letters=False)


def _start(event: Event, turn: int) -> datetime:
    """Half hours from eight o'clock, twenty on each day of the event."""
    day, half_hour = divmod(turn, 20)
    return at(event, 8, day=day + 1) + timedelta(minutes=30 * half_hour)


def make_draft_programme(event: Event, *, sessions: int = 400, speakers: int = 500, rooms: int = 10) -> list[int]:
    """The ids of drafted sessions of 45 minutes, every hour from 8:00 to 19:00, in so many rooms, day after day.

    Each has a speaker of its own, as far as there are so many; the others chair. Everybody has an address.
    """
    first, now = number(), clock.now()
    with deed():
        halls = [make_room(event, f"Halle {first}-{n}") for n in range(rooms)]
        people = [new_row(Person, given_name="Nora", family_name=f"Nr{n}", created_at=now) for n in range(speakers)]
        write(*people)
        addresses = [f"p{first}-{n}@example.org" for n in range(speakers)]
        write(
            *(
                new_row(EmailAddress, person_id=person.id, address=address, canonical=address, verified_at=now)
                for person, address in zip(people, addresses, strict=True)
            )
        )
        guests = [
            new_row(
                Participant,
                event_id=event.id,
                person_id=person.id,
                given_name="Nora",
                family_name=person.family_name,
                sort_name=f"{person.family_name} Nora".casefold(),
                created_at=now,
            )
            for person in people
        ]
        write(*guests)
        drafted = [_drafted(event, n, halls[n % rooms], n // rooms) for n in range(sessions)]
        write(*drafted)
        write(
            *(
                new_row(
                    SessionPerson,
                    event_id=event.id,
                    session_id=drafted[n % sessions].id,
                    participant_id=guest.id,
                    role="speaker" if n < sessions else "chair",
                    position=n // sessions,
                )
                for n, guest in enumerate(guests)
            )
        )
    return [session.id for session in drafted]


def _drafted(event: Event, n: int, room: Location, turn: int) -> ProgrammeSession:
    day, hour = divmod(turn, 12)
    starts_at = at(event, 8 + hour, day=1 + day)
    return new_row(
        ProgrammeSession,
        event_id=event.id,
        title=BilingualText(de=f"Vortrag {n}", en=f"Talk {n}"),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        location_id=room.id,
        updated_at=clock.now() - timedelta(days=1),
    )


def move_and_release(event: Event, session: ProgrammeSession, hour: int, *, letters: bool = True) -> None:
    """Let a session begin at this hour of the first day, in public at once; its letters wait, or there are none."""
    with transaction():
        drafting.place(session, at(event, hour), session.room)
        releasing.release(event, letters=letters)
