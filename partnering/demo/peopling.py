"""The people of a sample event: those who registered, alone or together, and those who come without a ticket."""

from datetime import timedelta
from typing import Any

from .. import clock
from ..accounts.services import person_for
from ..db import db
from ..delegates import services as delegates
from ..delegates.models import Delegate
from ..delegates.queries import delegate_for
from ..events.models import Event, Participant
from ..events.services import participant_for
from ..organisations.services import organisation_for
from ..registration import queries
from ..registration import services as registration
from ..registration.models import Party
from ..tickets.models import Product
from .reading import Sheet, organisations

Term = tuple[str, str, str]


def register(event: Event, sheet: Sheet, products: dict[str, Product]) -> dict[str, Participant]:
    """Everybody, by e-mail address: parties in the order in which they were placed, then those without a ticket."""
    known = organisations()
    people = {person["email"]: person for person in sheet.people["people"]}
    for key in sorted({person["organisation"] for person in people.values()}):
        entry = known[key]
        organisation = organisation_for(
            event.host_id, entry["name"], kind=entry["type"], city=entry["city"], country=entry["country"]
        )
        organisation.domains = [entry["domain"]]
    parties = sorted(sheet.people["parties"], key=lambda party: sheet.moment(party["placed"]) or event.opens_at)
    for party in parties:
        placed_at = sheet.moment(party["placed"])
        assert placed_at is not None  # parties name their moment
        with clock.frozen(placed_at):
            _place(event, party, [people[email] for email in party["people"]], products, known)
    return {email: _participant(event, person, known) for email, person in people.items()}


def _place(
    event: Event,
    given: dict[str, Any],
    people: list[dict[str, Any]],
    products: dict[str, Product],
    known: dict[str, dict[str, Any]],
) -> None:
    """One party: through the same steps as on the pages, or, for what is not on sale there, by the organiser."""
    company = known[given["organisation"]]["name"]
    tickets = given["tickets"]
    product = products[tickets[0]["ticket"]]
    placed: list[Party] = []
    if len(tickets) == 1 and not product.hidden:
        party = registration.begin(event, product, tickets[0]["quantity"], people[0]["locale"])
        seats = product.seats * tickets[0]["quantity"]
        open_seats: list[dict[str, Any]] = [{} for _seat in range(seats - len(people))]
        registration.keep(
            party,
            people=[_typed(person) for person in people] + open_seats,
            company=company,
            billing={"name": company, "city": known[given["organisation"]]["city"]},
        )
        registration.place(party)
        placed.append(party)
    else:
        for person in people:
            held = registration.add_registration(
                event,
                products[person["ticket"]],
                company=company,
                locale=person["locale"],
                email=person["email"],
                title=person["title"],
                given_name=person["first_name"],
                family_name=person["last_name"],
                function=person["function"],
            )
            placed.append(held.place.party)
    for party in placed:
        if given["payment"] == "paid":
            party.settled_at = clock.now() + timedelta(days=6)
    db.session.flush()


def _typed(person: dict[str, Any]) -> dict[str, str]:
    return {
        "email": person["email"],
        "title": person["title"],
        "given_name": person["first_name"],
        "family_name": person["last_name"],
        "function": person["function"],
    }


def _participant(event: Event, person: dict[str, Any], known: dict[str, dict[str, Any]]) -> Participant:
    row = person_for(
        person["email"], given_name=person["first_name"], family_name=person["last_name"], locale=person["locale"]
    )
    participant = participant_for(
        event,
        row,
        title=person["title"],
        given_name=person["first_name"],
        family_name=person["last_name"],
        function=person["function"],
        company=known[person["organisation"]]["name"],
        locale=person["locale"],
    )
    participant.biography = person.get("bio", "")
    held = queries.live_registration(participant)
    if held is not None:
        held.confirmed_at = held.confirmed_at or held.created_at
    return participant


def make_profiles(event: Event, sheet: Sheet, participants: dict[str, Participant]) -> dict[str, Delegate]:
    """Profiles of organisations, and everybody's choice to be found; delegates by e-mail address."""
    written = {profile["organisation"]: profile for profile in sheet.profiles}
    described = {more["organisation"]: more["description"] for more in sheet.partnering.get("organisations", [])}
    found: dict[str, Delegate] = {}
    for person in sheet.people["people"]:
        held = queries.live_registration(participants[person["email"]])
        delegate = delegate_for(held) if held is not None else None
        if held is None or delegate is None:
            continue
        with clock.frozen(held.created_at + timedelta(minutes=12)):
            profile = written.pop(person["organisation"], None)
            if profile is not None:
                known = organisations()[person["organisation"]]
                delegates.edit(
                    delegate.profile,
                    description=described.get(person["organisation"], ""),
                    offers=profile["offers"]["text"],
                    seeks=profile["seeks"]["text"],
                    terms=_terms(profile),
                    organisation_type=(profile["terms"].get("organisation_type") or [""])[0],
                    country=known["country"],
                    region=known.get("region"),
                    language=profile["language"],
                )
            delegates.introduce(delegate, languages=person["languages"])
            delegates.show(delegate, person["visibility"])
        found[person["email"]] = delegate
    return found


def _terms(profile: dict[str, Any]) -> list[Term]:
    terms: list[Term] = [
        ("is", facet, code)
        for facet, codes in profile["terms"].items()
        if facet != "organisation_type"
        for code in codes
    ]
    for side, key in (("offer", "offers"), ("seek", "seeks")):
        terms += [(side, "goal", code) for code in profile[key]["goals"]]
    return terms
