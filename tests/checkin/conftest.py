"""What the tests of pages at the door share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.accounts.models import Person
from partnering.checkin import devices, phones
from partnering.checkin.models import Device
from partnering.db import db, transaction
from partnering.events.models import Event
from tests.factories import make_crew, make_event, make_organiser
from tests.factories.checkin import make_attendee, make_door, ticket_text
from tests.support.counting import statements
from tests.support.signing_in import sign_in


@dataclass
class Foyer:
    """An event with a door, a guest, crew and an organiser, as plain values that outlive a session."""

    slug: str
    door: str
    guest: str
    ticket: str
    crew: Person
    organiser: Person

    def at(self, path: str) -> str:
        """An address at this door."""
        return f"/e/{self.slug}/door/{self.door}/{path}"


@dataclass
class Phone:
    """A browser that nobody signed in, and the device that it becomes."""

    client: FlaskClient
    app: Flask
    id: str
    secret: str

    def enrol(self):
        """Send the secret, as the page does."""
        return self.client.post("/checkin/enrol", data={"secret": self.secret})

    def change(self, deed: Callable[[Event, Device], object]) -> None:
        """Something happens to the device."""
        with self.app.app_context(), transaction():
            device = db.session.scalars(sa.select(Device).where(Device.public_id == self.id)).one()
            deed(db.session.get_one(Event, device.event_id), device)

    def row(self) -> Device:
        """The device as it is stored."""
        with self.app.app_context():
            return db.session.scalars(sa.select(Device).where(Device.public_id == self.id)).one()


@pytest.fixture
def foyer(app: Flask) -> Foyer:
    """One event on its first day, with one door."""
    with app.app_context():
        event = make_event(days=0)
        guest = make_attendee(event)
        return Foyer(
            event.slug,
            make_door(event).public_id,
            guest.public_id,
            ticket_text(guest),
            make_crew(event),
            make_organiser(event),
        )


@pytest.fixture
def crew(client: FlaskClient, foyer: Foyer) -> FlaskClient:
    """Jonas at the door."""
    sign_in(client, foyer.crew)
    return client


@pytest.fixture
def organiser(app: Flask, foyer: Foyer) -> FlaskClient:
    """Katja at her desk."""
    client = app.test_client()
    sign_in(client, foyer.organiser)
    return client


@pytest.fixture
def phone(app: Flask, foyer: Foyer) -> Phone:
    """A phone that read the organisers' code and has not sent it yet."""
    with app.app_context(), transaction():
        event = db.session.scalars(sa.select(Event).where(Event.slug == foyer.slug)).one()
        device = devices.make(event, "Südtür 1", by=None, may_force=True)
        secret = devices.offer(device, None)
        return Phone(app.test_client(), app, device.public_id, secret)


@pytest.fixture
def queries_of(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], int]:
    """A function that counts the statements of a deed, but for those that note every half minute who was heard."""
    monkeypatch.setattr(phones, "NOTED_EVERY", timedelta(hours=1))

    def count(deed: Callable[[], object]) -> int:
        deed()  # what is remembered after the first time
        with app.app_context():
            engine = db.engine
        with statements(engine) as asked:
            deed()
        return len(asked)

    return count
