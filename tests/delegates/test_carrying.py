"""What an organisation wrote before comes along to the next event, for those who may speak for it."""

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import db, transaction
from partnering.delegates import opportunities, queries, services
from partnering.delegates.models import Delegate, OrganisationProfile
from partnering.events.models import Event, Host
from partnering.organisations.models import Organisation
from tests.factories import make_host
from tests.factories.delegates import make_delegate, make_registration
from tests.factories.meetings import make_partnering_event
from tests.support.signing_in import sign_in

LUMENFOLD = "Lumenfold GmbH"


@pytest.fixture
def host(ctx: Flask) -> Host:
    """Who organises one event after the other."""
    return make_host()


@pytest.fixture
def last_year(host: Host) -> Delegate:
    """Jana at the first event, with everything that a profile can hold."""
    event = make_partnering_event(host=host, days=30)
    jana = make_delegate(
        event,
        company=LUMENFOLD,
        email="jana@lumenfold.example",
        sentences=("Peptide", "Phagen"),
        offers=["licence"],
        organisation_type="biotech_company",
        country="DE",
    )
    with transaction():
        services.edit(
            jana.profile,
            offers="Peptide",
            seeks="Phagen",
            terms=queries.terms_of(jana.profile),
            description="Wir falten Licht.",
            organisation_type="biotech_company",
            country="DE",
            region="DE-SN",
        )
        opportunities.add(
            jana.profile,
            language="de",
            kind="asset",
            side="offer",
            title="LF-101",
            stage="preclinical",
            terms=[("modality", "peptide")],
        )
    return jana


def this_year(host: Host) -> Event:
    """The next event."""
    return make_partnering_event(host=host, days=200)


def own_domain(delegate: Delegate, *domains: str) -> None:
    """Let the host know whose addresses speak for the organisation."""
    with transaction():
        db.session.get_one(Organisation, delegate.profile.organisation_id).domains = list(domains)


def test_whoever_kept_the_profile_finds_it_again(host: Host, last_year: Delegate):
    jana = make_delegate(this_year(host), company=LUMENFOLD, email="jana@lumenfold.example", visibility="hidden")
    profile, before = jana.profile, last_year.profile
    assert profile.id != before.id
    assert profile.carried_from_id == before.id
    assert (profile.offers, profile.seeks, profile.description) == ("Peptide", "Phagen", "Wir falten Licht.")
    assert (profile.organisation_type, profile.country, profile.region) == ("biotech_company", "DE", "DE-SN")
    assert queries.terms_of(profile) == {("offer", "goal", "licence")}
    [deal] = queries.opportunities_of(profile)
    assert (deal.title, deal.stage, [term.term for term in deal.terms]) == ("LF-101", "preclinical", ["peptide"])
    assert len(queries.opportunities_of(before)) == 1


def test_so_does_a_colleague_at_a_domain_that_the_host_knows(host: Host, last_year: Delegate):
    own_domain(last_year, "lumenfold.example")
    ben = make_delegate(this_year(host), company=LUMENFOLD, email="ben@lumenfold.example")
    assert ben.profile.carried_from_id == last_year.profile.id


@pytest.mark.parametrize("domains", [[], ["web.de"], ["other.example"]])
def test_typing_the_name_of_a_company_gives_nobody_what_it_wrote(host: Host, last_year: Delegate, domains: list[str]):
    own_domain(last_year, *domains)
    stranger = make_delegate(this_year(host), company=LUMENFOLD, email="stranger@web.de")
    assert stranger.profile.organisation_id == last_year.profile.organisation_id
    assert (stranger.profile.carried_from_id, stranger.profile.offers) == (None, "")
    assert queries.opportunities_of(stranger.profile) == []


def test_what_is_typed_while_registering_wins(host: Host, last_year: Delegate):
    jana = make_delegate(
        this_year(host),
        company=LUMENFOLD,
        email="jana@lumenfold.example",
        sentences=("Etwas Neues", ""),
        seeks=["investment"],
    )
    assert (jana.profile.offers, jana.profile.seeks) == ("Etwas Neues", "Phagen")
    assert queries.terms_of(jana.profile) == {("seek", "goal", "investment")}


def test_nothing_comes_from_a_later_event_or_another_host(host: Host, last_year: Delegate):
    earlier = make_delegate(make_partnering_event(host=host, days=5), company=LUMENFOLD, email="jana@lumenfold.example")
    elsewhere = make_delegate(make_partnering_event(days=200), company=LUMENFOLD, email="jana@lumenfold.example")
    assert [one.profile.carried_from_id for one in (earlier, elsewhere)] == [None, None]


def test_people_choose_anew_whether_they_are_found(host: Host, last_year: Delegate):
    event = this_year(host)
    jana = make_delegate(event, company=LUMENFOLD, email="jana@lumenfold.example", visibility="hidden")
    assert (jana.visibility, jana.seeks, jana.phone) == ("hidden", "", "")
    assert last_year.visibility == "name"


def test_the_page_says_where_it_comes_from_until_it_is_saved(client: FlaskClient, host: Host, last_year: Delegate):
    event = this_year(host)
    jana = make_delegate(event, company=LUMENFOLD, email="jana@lumenfold.example")
    person = jana.participant.person
    assert person is not None
    sign_in(client, person)
    path = f"/e/{event.slug}/me/profile"
    assert "Übernommen von Probetagung 2027." in client.get(path).text
    answers = {"offers": "Peptide", "languages": ["de"], "visibility": "name"}
    assert client.post(path, data=answers).status_code == 302
    assert "Übernommen von" not in client.get(path).text


def test_many_at_once_take_over_what_one_of_them_may(host: Host, last_year: Delegate):
    """As joining one by one: each new profile once, by whoever may speak for the organisation, and by nobody else."""
    own_domain(last_year, "lumenfold.example")
    event = this_year(host)
    stranger = make_delegate(make_partnering_event(host=host, days=40), company="Zellkultur AG", email="x@zk.example")
    with transaction():
        services.edit(stranger.profile, offers="Zellen", seeks="", terms=[])
    held = [
        make_registration(event, company=company, email=email)
        for company, email in (
            (LUMENFOLD, "someone@elsewhere.example"),
            (LUMENFOLD, "ben@lumenfold.example"),
            ("Zellkultur AG", "somebody@elsewhere.example"),
            ("Neu GmbH", "neu@neu.example"),
        )
    ]
    with transaction():
        services.join_all(held)
    rows = db.session.scalars(sa.select(OrganisationProfile).where(OrganisationProfile.event_id == event.id))
    profiles = {one.organisation.name: one for one in rows}
    ours = profiles[LUMENFOLD]
    assert (ours.carried_from_id, ours.offers, ours.region) == (last_year.profile.id, "Peptide", "DE-SN")
    assert queries.terms_of(ours) == {("offer", "goal", "licence")}
    assert [one.title for one in queries.opportunities_of(ours)] == ["LF-101"]
    assert [(profiles[name].carried_from_id, profiles[name].offers) for name in ("Zellkultur AG", "Neu GmbH")] == [
        (None, ""),
        (None, ""),
    ]
    assert {one.visibility for one in ours.delegates} == {"hidden"}
