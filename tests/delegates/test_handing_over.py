"""Whoever bought the places lets a colleague keep the company's profile, one who has accepted, and no other's."""

import pytest
import sqlalchemy as sa

from partnering import links
from partnering.db import db, transaction
from partnering.delegates import permissions, queries
from partnering.delegates.models import OrganisationProfile
from partnering.registration import queries as registrations
from partnering.registration import services
from partnering.registration.models import Party
from tests.factories import make_event, make_guest, make_party, make_product
from tests.support.letters import deliver_all
from tests.support.there import there

BEN = make_guest("ben@lumenfold.example", "Ben", "Adeyemi")


def book(company="Lumenfold GmbH", buyer="jana@example.org"):
    """A party of three for a company: the buyer, Ben who has accepted, Eva who has not."""
    return extend(make_event(), company, buyer)


def extend(event, company, buyer, ben=BEN):
    """The same at an event."""
    people = [make_guest(buyer), ben, make_guest()]
    party = make_party(event, product=make_product(event, gross=0), quantity=3, people=people, company=company)
    with transaction():
        place = registrations.places_of(party)[1]
        services.set_details(
            there(place.registration), title="", given_name="Ben", family_name="Adeyemi", function="CTO"
        )
    return party


def address(party, number):
    """Where the buyer asks whoever holds a place."""
    token = links.token("party", party.public_id, party.generation)
    return f"/r/{token}/places/{registrations.places_of(party)[number].public_id}/profile"


def keeper(party):
    """Who keeps the profile of the party's company."""
    db.session.expire_all()
    profile = there(queries.profile_for(party.event, there(party.organisation_id)))
    return there(queries.keeper_of(profile)).participant.name


def test_a_colleague_who_accepted_keeps_the_profile_from_then_on(ctx, client):
    party = book()
    assert keeper(party) == "Jana Wittkowski"

    assert client.get(address(party, 1)).status_code == 200
    assert keeper(party) == "Jana Wittkowski"
    for _twice in range(2):
        assert client.post(address(party, 1), data={"key": "a" * 32}).status_code == 303

    assert keeper(party) == "Ben Adeyemi"
    db.session.rollback()
    sent = [message for message in deliver_all(ctx) if "Partneringprofil von Lumenfold GmbH" in message["Subject"]]
    assert [message["To"].addresses[0].addr_spec for message in sent] == ["ben@lumenfold.example"]


def test_who_has_not_accepted_cannot_be_asked(ctx, client):
    party = book()

    assert client.post(address(party, 2)).status_code == 404
    assert keeper(party) == "Jana Wittkowski"


def test_typing_a_companys_name_gives_no_say_over_its_profile(ctx, client):
    first = book()
    mo = make_guest("mo@example.com", "Mo", "Mallory")
    stranger = extend(first.event, "Lumenfold GmbH", "mallory@example.com", mo)

    assert client.post(address(stranger, 1)).status_code == 404
    assert keeper(first) == "Jana Wittkowski"
    assert "mallory" not in client.get(address(stranger, 1)).text


def test_the_profile_goes_back_when_its_keeper_leaves(ctx):
    party = book()
    profile = db.session.scalars(sa.select(OrganisationProfile)).one()
    ben = queries.partners_of(party, profile)[1]
    with transaction():
        db.session.get_one(OrganisationProfile, profile.id).lead_id = ben.participant_id
    assert (keeper(party), permissions.may_edit(ben)) == ("Ben Adeyemi", True)

    with transaction():
        party = db.session.get_one(Party, party.id)
        services.cancel_place(registrations.places_of(party)[1])

    assert keeper(party) == "Jana Wittkowski"


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_party_page_says_who_keeps_it(ctx, client, lang):
    party = book()
    token = links.token("party", party.public_id, party.generation)

    page = client.get(f"/r/{token}?lang={lang}").text

    assert ("Ben Adeyemi einladen" if lang == "de" else "Invite Ben Adeyemi") in page
