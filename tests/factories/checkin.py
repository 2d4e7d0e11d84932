"""Builders of guests, doors and scans."""

import sqlalchemy as sa

from partnering.accounts.models import Person
from partnering.checkin import redeeming, services
from partnering.checkin.models import CheckinList, Device, Scan
from partnering.checkin.verdicts import Verdict
from partnering.db import BilingualText, db
from partnering.events.models import Event
from partnering.registration.codes import code_text
from partnering.registration.models import Registration, TicketCode
from partnering.registration.services import add_registration
from partnering.tickets.models import Product

from .events import make_crew
from .ground import deed, number
from .tickets import make_product


def make_attendee(
    event: Event,
    product: Product | None = None,
    *,
    given_name: str = "Jana",
    family_name: str = "Wittkowski",
    company: str = "Lumenfold GmbH",
    gross: int | None = 0,
    **values,
) -> Registration:
    """A registered guest who owes nothing; `gross` in cents otherwise, None for the price of the day."""
    with deed():
        product = product or make_product(event)
        email = values.pop("email", f"guest{number()}@example.org")
        return add_registration(
            event,
            product,
            email=email,
            given_name=given_name,
            family_name=family_name,
            company=company,
            gross=gross,
            letters=False,
            **values,
        )


def make_door(event: Event, name: str = "Tür Nord", english: str = "North door", **values) -> CheckinList:
    """A check-in list. Keywords are its columns."""
    with deed():
        return services.make_list(event, BilingualText(de=name, en=english), **values)


def make_device(event: Event, person: Person | None = None) -> Device:
    """The browser of a crew member."""
    with deed():
        return services.browser_device(event, person or make_crew(event))


def code_of(registration: Registration) -> TicketCode:
    """The code in force of a guest's ticket."""
    code = registration.code
    assert code is not None
    return code


def ticket_text(registration: Registration) -> str:
    """What the QR code of a guest's ticket says."""
    return code_text(code_of(registration))


def row_of(verdict: Verdict) -> Scan:
    """The attempt that a verdict answered, as it is stored."""
    return db.session.scalars(sa.select(Scan).where(Scan.public_id == verdict.scan)).one()


def scan(event: Event, door: CheckinList, device: Device, text: str, **values) -> Verdict:
    """One attempt with what a camera read. Keywords as of `redeeming.redeem_code`."""
    with deed():
        return redeeming.redeem_code(event, door, device, text, **values)
