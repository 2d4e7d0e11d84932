"""Builders of people, hosts, events and participants."""

from datetime import UTC, datetime, time, timedelta

from partnering import clock
from partnering.accounts.models import Person
from partnering.accounts.services import person_for
from partnering.db import BilingualText, db
from partnering.events.models import Event, Host, LegalText, Participant, TeamRole
from partnering.events.services import give_role, participant_for

from .ground import deed, number


def make_host(name: str = "Probe e. V.", **values: object) -> Host:
    """A host that organises events."""
    with deed():
        host = Host(**{"name": name, "legal_name": name, "email": "host@example.org", **values})
        db.session.add(host)
        db.session.flush()
    return host


def make_event(
    slug: str | None = None,
    *,
    host: Host | None = None,
    days: int = 60,
    length: int = 2,
    legal: bool = True,
    **values: object,
) -> Event:
    """A published event that begins in `days` days at 9:00 in Berlin and lasts `length` days until 18:00.

    Other keywords are columns of `Event`. `legal` gives it its three legal texts.
    """
    with deed():
        host = host or make_host()
        zone = str(values.get("zone", "Europe/Berlin"))
        first = clock.in_zone(clock.now(), zone).date() + timedelta(days=days)
        last = first + timedelta(days=length - 1)
        defaults = {
            "host_id": host.id,
            "slug": slug or f"probe-{number()}",
            "name": BilingualText(de="Probetagung 2027", en="Sample Conference 2027"),
            "venue": BilingualText(de="Haus der Proben", en="House of Samples"),
            "address": "Beispielweg 1, 01067 Dresden",
            "city": "Dresden",
            "first_day": first,
            "last_day": last,
            "opens_at": clock.from_zone(datetime.combine(first, time(9)), zone),
            "closes_at": clock.from_zone(datetime.combine(last, time(18)), zone),
            "zone": zone,
            "sender_name": "Probetagung",
            "sender_address": "tagung@example.org",
            "state": "published",
            "created_at": clock.now(),
        }
        event = Event(**{**defaults, **values})
        db.session.add(event)
        db.session.flush()
        if legal:
            db.session.add_all(
                LegalText(
                    event_id=event.id,
                    kind=kind,
                    number=1,
                    text=BilingualText(de=f"Text: {kind}", en=f"Text: {kind}"),
                    published_at=clock.now(),
                )
                for kind in ("legal_notice", "privacy", "terms")
            )
            db.session.flush()
    return event


def make_person(
    email: str | None = None, *, given_name: str = "Jana", family_name: str = "Wittkowski", **values
) -> Person:
    """A person with one address; without `email` an address of their own. Keywords are columns of `Person`."""
    with deed():
        locale = str(values.pop("locale", "de"))
        address = email or f"person{number()}@example.org"
        person = person_for(address, given_name=given_name, family_name=family_name, locale=locale)
        for name, value in values.items():
            setattr(person, name, value)
        db.session.flush()
    return person


def make_admin(email: str | None = None, **values) -> Person:
    """A person who runs the installation."""
    return make_person(email, **{"admin_since": datetime(2026, 1, 1, tzinfo=UTC), **values})


def make_participant(event: Event, person: Person | None = None, *, email: str | None = None, **values) -> Participant:
    """A person at an event, in no role yet. Keywords are what is printed: given_name, company, function, locale …"""
    with deed():
        person = person or make_person(email)
        participant = participant_for(event, person, **values)
    return participant


def make_role(event: Event, person: Person | None = None, area: str = "organiser") -> TeamRole:
    """That a person organises ("organiser") or helps ("crew") at an event."""
    with deed():
        role = give_role(event, person or make_person(given_name="Katja", family_name="Ruhland"), area)
    return role


def make_organiser(event: Event, person: Person | None = None) -> Person:
    """Someone who organises the event."""
    return make_role(event, person, "organiser").person


def make_crew(event: Event, person: Person | None = None) -> Person:
    """Someone who checks people in at the event."""
    return make_role(event, person or make_person(given_name="Jonas", family_name="Helm"), "crew").person


def make_caterer(event: Event, person: Person | None = None) -> Person:
    """Someone who caters for the event, and alone sees who eats what."""
    return make_role(event, person or make_person(given_name="Carla", family_name="Küch"), "catering").person


def make_reader(event: Event, person: Person | None = None) -> Person:
    """Someone of the committee, who reads contributions and gives points."""
    return make_role(event, person or make_person(given_name="Ruth", family_name="Leser"), "committee").person
