"""Builders of delegates, without the purchase around them."""

from collections.abc import Iterable

import sqlalchemy as sa

from partnering import clock
from partnering.db import db
from partnering.delegates import services
from partnering.delegates.models import Delegate
from partnering.delegates.reasons import Term
from partnering.events.models import Event
from partnering.organisations.services import organisation_for
from partnering.registration.models import Party, Place, Registration
from partnering.tickets.models import Product

from .events import make_participant, make_person
from .ground import deed, number
from .tickets import make_product


def make_registration(
    event: Event, *, company: str | None = None, party: Party | None = None, email: str | None = None, **values
) -> Registration:
    """A live registration with its place, on a party of its own unless one is given. Keywords are the participant's."""
    with deed():
        product = db.session.scalars(sa.select(Product).where(Product.event_id == event.id)).first() or make_product(
            event
        )
        running = number()
        company = company if company is not None else f"Firma {running}"
        party = party or make_party(event)
        person = make_person(email or f"guest{running}@firma{running}.example", locale=values.get("locale", "de"))
        given = {"given_name": f"Gast{running}", "family_name": "Muster", **values}
        participant = make_participant(event, person, company=company, **given)
        organisation = organisation_for(event.host_id, company) if company else None
        place = Place(event_id=event.id, party_id=party.id, product_id=product.id, position=0)
        db.session.add(place)
        db.session.flush()
        registration = Registration(
            event_id=event.id,
            place_id=place.id,
            participant_id=participant.id,
            organisation_id=organisation.id if organisation else None,
            state="live",
            created_at=clock.now(),
            confirmed_at=clock.now(),
        )
        db.session.add(registration)
        db.session.flush()
    return registration


def make_party(event: Event) -> Party:
    """A placed party without places."""
    with deed():
        party = Party(
            event_id=event.id,
            reference=f"P{number():07d}",
            contact_name="Probe",
            contact_email="probe@example.org",
            billing={},
            draft={},
            locale="de",
            created_at=clock.now(),
            placed_at=clock.now(),
        )
        db.session.add(party)
        db.session.flush()
    return party


def make_delegate(
    event: Event,
    *,
    offers: Iterable[str] = (),
    seeks: Iterable[str] = (),
    fields: Iterable[tuple[str, str]] = (),
    visibility: str = "name",
    colleague_of: Delegate | None = None,
    sentences: tuple[str, str] = ("", ""),
    organisation_type: str = "",
    country: str = "",
    languages: Iterable[str] = ("de", "en"),
    **values,
) -> Delegate:
    """Somebody who partners. `offers` and `seeks` are goals, `fields` pairs of facet and code.

    `colleague_of` puts them on the same purchase and organisation; other keywords are the participant's.
    """
    with deed():
        if colleague_of is not None:
            values.setdefault("company", colleague_of.profile.organisation.name)
            values["party"] = colleague_of.registration.place.party
        registration = make_registration(event, **values)
        terms: list[Term] = [("offer", "goal", code) for code in offers]
        terms += [("seek", "goal", code) for code in seeks]
        terms += [("is", facet, code) for facet, code in fields]
        delegate = services.join(
            registration,
            offers=sentences[0],
            seeks=sentences[1],
            terms=terms,
            visibility=visibility,
            organisation_type=organisation_type,
            country=country,
            languages=languages,
        )
    return delegate
