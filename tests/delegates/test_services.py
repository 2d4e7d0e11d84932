"""Who joins, what profiles keep, who may find whom, and what becomes of it."""

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.audit import AuditEntry
from partnering.consents.models import Consent
from partnering.db import db, transaction
from partnering.delegates import queries, services
from partnering.delegates.models import Delegate, DirectoryDocument, OrganisationProfile
from partnering.delegates.reasons import Reason, between, chosen
from partnering.delegates.visibility import DIRECTORY_CONSENT, agree, contact_of
from partnering.registration import changes
from partnering.registration.seats import Guest
from partnering.registration.signals import party_placed, registration_begun, registration_cancelled
from tests.factories.delegates import make_delegate, make_party, make_registration
from tests.factories.events import make_event
from tests.factories.tickets import make_product

pytestmark = pytest.mark.usefixtures("ctx")


def consents(delegate: Delegate) -> list[tuple[str, str, bool]]:
    """Purpose, proof, and whether it holds, of a delegate's consents in their order."""
    rows = db.session.scalars(
        sa.select(Consent).where(Consent.participant_id == delegate.participant_id).order_by(Consent.id)
    )
    return [(row.purpose, row.proof, row.withdrawn_at is None) for row in rows]


def test_a_newcomer_is_hidden():
    event = make_event()
    with transaction():
        delegate = services.join(make_registration(event))
    assert (delegate.visibility, delegate.visible_at, consents(delegate)) == ("hidden", None, [])


def test_joining_twice_changes_nothing():
    event = make_event()
    registration = make_registration(event)
    with transaction():
        first, second = services.join(registration), services.join(registration, offers="Anders")
    assert first.id == second.id
    assert second.profile.offers == ""


def test_who_joins_later_fills_in_what_is_empty_and_overwrites_nothing():
    event = make_event()
    jana = make_delegate(event, sentences=("Phagen", ""), offers=["licence"])
    ben = make_delegate(event, colleague_of=jana, sentences=("Etwas anderes", "Kapital"), seeks=["investment"])
    assert ben.profile_id == jana.profile_id
    assert (jana.profile.offers, jana.profile.seeks) == ("Phagen", "Kapital")
    assert queries.terms_of(jana.profile) == {("offer", "goal", "licence")}


def test_who_has_no_company_shares_a_profile_with_nobody():
    event = make_event()
    one = make_delegate(event, company="", given_name="Jana")
    two = make_delegate(event, company="", given_name="Jana")
    assert one.profile_id != two.profile_id


def test_being_found_stands_on_a_consent_and_ends_with_it():
    event = make_event()
    jana = make_delegate(event, visibility="hidden")
    for visibility in ("organisation", "name", "hidden"):
        with transaction():
            services.show(jana, visibility)
    assert consents(jana) == [("directory", "organisation", False), ("directory", "name", False)]
    assert (jana.visibility, jana.visible_at) == ("hidden", None)
    kept = db.session.scalars(sa.select(Consent)).first()
    assert kept is not None
    assert kept.text.text == DIRECTORY_CONSENT
    actions = db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.object_ref == jana.public_id)).all()
    assert actions == ["delegate.shown"] * 3


def test_no_list_holds_more_than_five_and_none_what_does_not_exist():
    event = make_event()
    registration = make_registration(event)
    six = ["licence", "co_development", "research_collaboration", "investment", "distribution", "supply"]
    with pytest.raises(services.TooManyTerms), transaction():
        services.join(registration, terms=[("offer", "goal", code) for code in six])
    for term in (("offer", "goal", "world_peace"), ("wants", "goal", "licence"), ("is", "colour", "red")):
        with pytest.raises(services.UnknownTerm), transaction():
            services.join(registration, terms=[term])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Delegate)) == 0


def test_a_profile_is_found_by_its_words_in_both_languages():
    event = make_event()
    jana = make_delegate(
        event,
        company="Müller & Łuczak GmbH",
        sentences=("GMP-Peptidsynthese", ""),
        fields=[("therapeutic_area", "oncology")],
        organisation_type="biotech_company",
    )
    text = db.session.scalars(sa.select(DirectoryDocument.text).where(DirectoryDocument.delegate_id == jana.id)).one()
    for word in ("mueller", "muller", "luczak", "gmp", "peptidsynthese", "onkologie", "oncology", "biotech"):
        assert word in text.split()


def test_reasons_come_from_both_profiles():
    mine = {("seek", "goal", "licence"), ("offer", "goal", "supply"), ("is", "sector", "bioinformatics")}
    theirs = {
        ("offer", "goal", "licence"),
        ("seek", "goal", "supply"),
        ("is", "sector", "bioinformatics"),
        ("is", "technology", "bioinformatics"),
        ("seek", "goal", "licence"),
    }
    assert between(chosen(mine), chosen(theirs)) == [
        Reason("offer", "goal", "licence"),
        Reason("seek", "goal", "supply"),
        Reason("is", "sector", "bioinformatics"),
    ]
    assert between(chosen(theirs), chosen(mine)) == [
        Reason("offer", "goal", "supply"),
        Reason("seek", "goal", "licence"),
        Reason("is", "sector", "bioinformatics"),
    ]


def test_the_same_company_name_gives_no_say_over_others():
    event = make_event()
    jana = make_delegate(event, email="jana@lumenfold.example", company="Lumenfold GmbH")
    ben = make_delegate(event, colleague_of=jana, email="ben@elsewhere.example")
    lena = make_delegate(event, email="lena@lumenfold.example", company="Lumenfold GmbH")
    stranger = make_delegate(event, email="somebody@gmail.com", company="Lumenfold GmbH")
    other = make_delegate(event, email="else@gmail.com", company="Lumenfold GmbH")
    assert len({each.profile_id for each in (jana, ben, lena, stranger, other)}) == 1
    assert {each.id for each in queries.colleagues(jana)} == {ben.id, lena.id}
    assert queries.colleagues(stranger) == []
    assert [queries.keeps_profile(each) for each in (jana, ben, lena, stranger)] == [True, True, True, False]


def test_a_placed_party_makes_profile_and_delegates_but_shows_the_buyer_only():
    event = make_event()
    party = make_party(event)
    jana = make_registration(event, party=party, company="Lumenfold GmbH")
    ben = make_registration(event, party=party, company="Lumenfold GmbH")
    draft = {
        "partnering": {
            "offers": "Phagen",
            "seeks": "Kapital",
            "terms": [["offer", "goal", "licence"]],
            "organisation_type": "start_up",
            "country": "DE",
            "languages": ["de", "pl"],
            "visibility": "name",
        }
    }
    with transaction():
        for registration in (jana, ben):
            registration_begun.send(registration, placing=True)
        party_placed.send(party, draft=draft)
    [profile] = db.session.scalars(sa.select(OrganisationProfile)).all()
    assert (profile.offers, profile.seeks, profile.organisation_type) == ("Phagen", "Kapital", "start_up")
    found = db.session.scalars(sa.select(Delegate).order_by(Delegate.registration_id)).all()
    assert [(each.registration_id, each.visibility, each.languages) for each in found] == [
        (jana.id, "name", "de,pl"),
        (ben.id, "hidden", "de"),
    ]
    assert consents(found[0]) == [("directory", "name", True)]


def test_a_ticket_without_partnering_makes_no_delegate():
    event = make_event()
    make_product(event, partnering=False)
    registration = make_registration(event)
    with transaction():
        registration_begun.send(registration)
        party_placed.send(registration.place.party, draft={})
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Delegate)) == 0


def test_a_substitute_starts_hidden_and_without_consent():
    event = make_event()
    jana = make_delegate(event)
    with transaction():
        jana.registration.state, jana.registration.ended_at = "substituted", clock.now()
        registration_cancelled.send(jana.registration)
    newcomer = make_registration(event, company=jana.profile.organisation.name)
    with transaction():
        registration_begun.send(newcomer)
    after = queries.delegate_for(newcomer)
    assert after is not None
    assert (after.visibility, consents(after), after.profile_id) == ("hidden", [], jana.profile_id)
    assert consents(jana) == [("directory", "name", False)]
    assert jana.left_at is not None


def test_a_substitute_inherits_no_choice_of_whoever_held_the_place():
    event = make_event()
    jana = make_delegate(event, company="Lumenfold GmbH", seeks=["licence"], visibility="name", function="Leiterin")
    with transaction():
        for purpose in ("matchmaking", "contact"):
            agree(jana, purpose, channel="privacy")
        services.show(jana, "name", function=False)
        services.introduce(jana, languages=["cs"], seeks="Eine Phagenbank")
        services.reachable(jana, "+49 351 4040")
        jana.takes_requests, jana.shares_agenda, jana.rhythm, jana.meeting_limit = False, False, "daily", 3
    with transaction():
        guest = Guest("ben@example.org", "", "Ben", "Adeyemi")
        held = changes.name_substitute(jana.registration, guest)
        assert held is not None
    ben = queries.delegate_for(held)
    assert ben is not None
    assert (ben.id == jana.id, ben.profile_id == jana.profile_id) == (False, True)
    assert (ben.visibility, ben.visible_at, ben.seeks, ben.phone) == ("hidden", None, "", "")
    assert (ben.shows_function, ben.languages) == (True, ben.participant.locale)
    assert (ben.takes_requests, ben.shares_agenda, ben.rhythm, ben.meeting_limit) == (True, True, "hourly", None)
    assert consents(ben) == []
    assert contact_of(ben) is None
    assert jana.left_at is not None
    assert jana.visibility == "hidden"
