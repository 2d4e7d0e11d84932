"""The public directory of organisations: who gets in and out, who is found, and that it knows no visitor."""

import io
import random
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import db, transaction
from partnering.delegates import opportunities, public, services
from partnering.delegates.errors import NothingToPublish
from partnering.delegates.models import Delegate
from partnering.delegates.public import LISTS, Search
from partnering.events.models import Event
from partnering.organisations import images, publishing
from partnering.organisations.models import Organisation, OrganisationDocument
from tests.factories import make_organiser
from tests.factories.delegates import make_delegate
from tests.factories.images import make_png
from tests.factories.meetings import make_partnering_event
from tests.support.counting import statements_of
from tests.support.letters import deliver_all
from tests.support.signing_in import sign_in

SITE = "https://lumenfold.example"


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def known(event: Event, name: str, *, description: str = "Wir falten Licht.", **values) -> Delegate:
    """Somebody whose organisation the host knows by its domain, with a profile."""
    number = len(name)
    delegate = make_delegate(event, company=name, email=f"guest{number}@{name.split()[0].lower()}.example", **values)
    with transaction():
        person = delegate.participant.person
        assert person is not None
        delegate.profile.organisation.domains = [person.email.partition("@")[2]]
        delegate.profile.description = description
    return delegate


def publish(delegate: Delegate, website: str = SITE) -> bool:
    """Ask for the entry."""
    with transaction():
        return public.publish(delegate.profile, delegate, website=website)


def names(**search) -> list[str]:
    """Who is found, in order."""
    db.session.rollback()
    return [one.name for one in public.find(Search(**search)).organisations]


def guest(client: FlaskClient, delegate: Delegate) -> str:
    """Sign a delegate in; the address of the page about their organisation."""
    person = delegate.participant.person
    assert person is not None
    sign_in(client, person)
    return f"/e/{delegate.participant.event.slug}/me/organisation"


# -- in and out


def test_an_address_at_a_known_domain_puts_the_profile_in_at_once(event: Event):
    jana = known(event, "Lumenfold GmbH", offers=["licence"], fields=[("sector", "medical_technology")], country="DE")
    assert publish(jana) is True
    organisation = jana.profile.organisation
    assert organisation.public_at is not None
    assert (organisation.description, organisation.website, organisation.country) == ("Wir falten Licht.", SITE, "DE")
    assert {(term.side, term.facet, term.term) for term in organisation.terms} == {
        ("offer", "goal", "licence"),
        ("is", "sector", "medical_technology"),
    }
    assert names() == ["Lumenfold GmbH"]


def test_others_wait_for_the_host_and_an_entry_that_was_shown_is_not_until_then(event: Event):
    jana = known(event, "Lumenfold GmbH")
    publish(jana)
    with transaction():
        publishing.set_domains(jana.profile.organisation, [])
        jana.profile.description = "Etwas anderes"
    assert publish(jana) is False
    assert jana.profile.organisation.public_asked_at is not None
    assert names() == []
    with transaction():
        public.approve(jana.profile, event)
    assert names() == ["Lumenfold GmbH"]


def test_a_mail_service_speaks_for_nobody(event: Event):
    jana = known(event, "Lumenfold GmbH")
    with transaction():
        person = jana.participant.person
        assert person is not None
        person.addresses[0].canonical = "lumenfold@web.de"
        jana.profile.organisation.domains = ["web.de"]
    db.session.expire_all()
    assert publish(jana) is False


def test_an_empty_profile_has_nothing_to_say(event: Event):
    jana = known(event, "Lumenfold GmbH", description="")
    with pytest.raises(NothingToPublish):
        publish(jana)
    assert jana.profile.organisation.public_asked_at is None


def test_taking_it_out_takes_effect_at_once_and_leaves_no_words(event: Event):
    jana = known(event, "Lumenfold GmbH")
    publish(jana)
    with transaction():
        public.unpublish(jana.profile, event)
    assert names() == [] == names(words="lumenfold")
    kept = db.session.scalars(sa.select(OrganisationDocument)).one()
    assert (kept.shown, kept.text, kept.codes, kept.number) == (False, "", [], 2)


def test_the_keeper_is_told_once_that_the_host_approved(event: Event, ctx: Flask):
    jana = known(event, "Lumenfold GmbH")
    with transaction():
        jana.profile.organisation.domains = []
    publish(jana)
    with transaction():
        public.approve(jana.profile, event)
        public.approve(jana.profile, event)
    [letter] = [one for one in deliver_all(ctx) if "öffentlichen Verzeichnis" in one["Subject"]]
    body = letter.get_body(("plain",))
    assert body is not None
    assert f"/organisations/{jana.profile.organisation.public_id}" in body.get_content()
    assert f"/e/{event.slug}/me/organisation" in body.get_content()


def test_a_letter_about_what_was_taken_out_meanwhile_does_not_leave(event: Event, ctx: Flask):
    jana = known(event, "Lumenfold GmbH")
    with transaction():
        jana.profile.organisation.domains = []
    publish(jana)
    with transaction():
        public.approve(jana.profile, event)
        public.unpublish(jana.profile, event)
    assert [one for one in deliver_all(ctx) if "öffentlichen Verzeichnis" in one["Subject"]] == []


# -- who is found


def test_words_are_found_however_they_are_written(event: Event):
    publish(known(event, "Müller GmbH", description="Peptidsynthese in der Hafenstraße"))
    publish(known(event, "Weber AG", description="Zellkultur", offers=["licence"]))
    for words in ("müller", "Mueller", "muller", "hafenstrasse", "Hafenstraße", "synthese", "pept gmbh"):
        assert names(words=words) == ["Müller GmbH"], words
    assert names(words="lizenz") == ["Weber AG"] == names(words="licence")
    assert names(words="zebra") == [] == names(words="&&&")
    assert names(words='web" OR "mul') == []


def test_an_entry_is_found_by_the_words_of_its_opportunities_as_long_as_they_stand_there(event: Event):
    jana, said = known(event, "Lumenfold GmbH"), {"language": "de", "kind": "asset", "side": "offer"}
    with transaction():
        asset = opportunities.add(
            jana.profile, title="Größenmesser", summary="Für Müller", terms=[("modality", "peptide")], **said
        )
        opportunities.add(jana.profile, title="Geheimnis", shown=False, **said)
    assert names(words="groessenmesser") == []
    publish(jana)
    found = {typed: names(words=typed) for typed in ("groessenmesser", "messer", "mueller", "peptide", "geheimnis")}
    assert found == {typed: ["Lumenfold GmbH"] for typed in found if typed != "geheimnis"} | {"geheimnis": []}
    with transaction():
        opportunities.edit(asset, kind="asset", side="offer", title="Anderes")
    assert names(words="groessenmesser") == names(words="anderes") == []
    publish(jana)
    assert names(words="anderes") == ["Lumenfold GmbH"]
    with transaction():
        opportunities.remove(asset)
    assert names(words="anderes") == []
    assert names(words="lumenfold") == ["Lumenfold GmbH"]


def test_filters_and_their_numbers_are_those_of_brute_force(event: Event):
    chance = random.Random(7)
    sectors = ["medical_technology", "animal_health", "bioinformatics"]
    goals = ["licence", "investment", "supply"]
    for number in range(30):
        delegate = known(
            event,
            f"Firma{'x' * number} GmbH",
            offers=chance.sample(goals, chance.randint(0, 2)),
            seeks=chance.sample(goals, chance.randint(0, 2)),
            fields=[("sector", code) for code in chance.sample(sectors, chance.randint(0, 2))],
            organisation_type=chance.choice(["hospital", "investor", ""]),
        )
        with transaction():
            delegate.profile.region = chance.choice(["DE-SN", "DE-BE", ""])
        publish(delegate)
    rows = [(one, facts(one)) for one in db.session.scalars(sa.select(Organisation).order_by(Organisation.folded_name))]
    codes = {"kind": ["hospital", "investor"], "sector": sectors, "region": ["DE-SN", "DE-BE"]}
    codes |= {"offers": goals, "seeks": goals}
    for _round in range(60):
        lists: dict[str, Any] = {name: tuple(chance.sample(all_, chance.randint(0, 2))) for name, all_ in codes.items()}
        search = Search(**lists)
        found = public.find(search)
        wanted = [one for one, held in rows if fits(held, search)]
        assert found.total == len(wanted)
        assert [one.id for one in found.organisations] == [one.id for one in wanted[: public.PAGE]]
        for name in LISTS:
            without = [held for _one, held in rows if fits(held, search, besides=name)]
            numbers = {code: sum((name, code) in held for held in without) for code in codes.get(name, [])}
            assert dict(found.facets[name]) == {code: n for code, n in numbers.items() if n}, (name, search)


def facts(organisation: Organisation) -> set[tuple[str, str]]:
    """What an organisation is filtered by, read from its rows."""
    held = {("kind", organisation.kind), ("region", organisation.region)}
    for term in organisation.terms:
        name = {"offer": "offers", "seek": "seeks", "is": term.facet}[term.side]
        held.add((name, term.term))
    return held


def fits(held: set[tuple[str, str]], search: Search, besides: str = "") -> bool:
    """Whether every list that names something is met."""
    lists = [(name, getattr(search, name)) for name in LISTS if name != besides and getattr(search, name)]
    return all(any((name, code) in held for code in wanted) for name, wanted in lists)


def test_pages_follow_each_other_and_take_the_same_number_of_queries(event: Event):
    publish(known(event, "Ax GmbH"))
    publish(known(event, "Axx GmbH"))
    few = statements_of(lambda: [(one.terms, one.logo) for one in public.find(Search()).organisations])
    for number in range(25):
        publish(known(event, f"B{'x' * (number + 3)} GmbH"))
    assert statements_of(lambda: [(one.terms, one.logo) for one in public.find(Search()).organisations]) == few
    first, second = public.find(Search()), public.find(Search(page=2))
    assert (first.total, len(first.organisations), first.last) == (27, 24, 24)
    assert (second.first, len(second.organisations), second.last) == (25, 3, 27)


def test_reindexing_writes_the_same_again(event: Event, app: Flask):
    publish(known(event, "Müller GmbH"))
    before = db.session.scalars(sa.select(OrganisationDocument.text)).one()
    with transaction():
        db.session.execute(sa.update(OrganisationDocument).values(text="weg", codes=[]))
    assert names(words="mueller") == []
    assert "organisations: 1" in app.test_cli_runner().invoke(args=["reindex"]).output
    db.session.rollback()
    assert db.session.scalars(sa.select(OrganisationDocument.text)).one() == before
    assert names(words="mueller") == ["Müller GmbH"]


# -- pages for everybody


def test_everybody_reads_it_without_a_cookie_and_from_a_cache(client: FlaskClient, event: Event):
    jana = known(event, "Lumenfold GmbH", offers=["licence"])
    publish(jana)
    for path in ("/organisations", f"/organisations/{jana.profile.organisation.public_id}"):
        answer = client.get(f"{path}?lang=en")
        assert answer.status_code == 200
        assert "Lumenfold GmbH" in answer.text
        assert "Set-Cookie" not in answer.headers
        assert answer.headers["Cache-Control"] == "public, max-age=60"
        again = client.get(f"{path}?lang=en", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_an_entry_shows_what_was_agreed_to_and_no_people(client: FlaskClient, event: Event):
    jana = known(event, "Lumenfold GmbH", offers=["licence"], given_name="Jana", family_name="Wittkowski")
    publish(jana)
    page = client.get(f"/organisations/{jana.profile.organisation.public_id}?lang=en").text
    assert f'<a href="{SITE}" rel="nofollow noopener noreferrer">' in page
    assert "Wir falten Licht." in page
    assert f"/e/{event.slug}/" in page
    assert "Wittkowski" not in page
    assert "@" not in page.partition("<main")[2].partition("</main")[0]


def test_an_entry_shows_the_opportunities_that_it_was_asked_for_with_and_no_contact(client: FlaskClient, event: Event):
    jana = known(event, "Lumenfold GmbH", offers=["licence"], given_name="Jana", family_name="Wittkowski")
    with transaction():
        said = {"language": "en", "kind": "asset", "side": "offer"}
        asset = opportunities.add(jana.profile, title="LF-101", terms=[("goal", "licence")], contact=jana, **said)
        opportunities.add(jana.profile, title="Secret sauce", shown=False, **said)
    publish(jana)
    path = f"/organisations/{jana.profile.organisation.public_id}?lang=en"
    page = client.get(path).text
    assert "LF-101" in page
    assert "Secret sauce" not in page
    assert "Wittkowski" not in page
    with transaction():
        opportunities.edit(asset, kind="asset", side="offer", title="LF-102")
    assert "LF-10" not in client.get(path).text
    assert "One opportunity is new or changed" in client.get(f"{guest(client, jana)}?lang=en").text
    publish(jana)
    assert "LF-102" in client.get(path).text
    with transaction():
        opportunities.remove(asset)
    assert "LF-102" not in client.get(path).text


def test_what_is_not_public_does_not_exist(client: FlaskClient, event: Event):
    jana = known(event, "Lumenfold GmbH")
    path = f"/organisations/{jana.profile.organisation.public_id}"
    assert client.get(path).status_code == 404
    publish(jana)
    assert client.get(path).status_code == 200
    with transaction():
        public.unpublish(jana.profile, event)
    assert client.get(path).status_code == 404
    assert client.get("/organisations/aaaaaaaaaaaaaaaa").status_code == 404
    assert client.get("/organisations/%00").status_code == 404


def test_filters_are_links_that_can_be_taken_off(client: FlaskClient, event: Event):
    publish(known(event, "Lumenfold GmbH", offers=["licence"]))
    publish(known(event, "Weber AG", seeks=["licence"]))
    page = client.get("/organisations?offers=licence&lang=en").text
    assert "Lumenfold GmbH" in page
    assert "Weber AG" not in page
    assert "1 organisation<" in page
    empty = client.get("/organisations?offers=licence&q=weber&lang=en").text
    assert "No organisation matches all of this" in empty
    assert client.get("/organisations?offers=%3Cscript%3E&page=999").status_code == 200
    assert client.get("/organisations?q=a&q=b").status_code == 400


def test_a_draft_of_an_event_is_not_named(client: FlaskClient, event: Event):
    jana = known(event, "Lumenfold GmbH")
    publish(jana)
    with transaction():
        event.state = "draft"
    assert f"/e/{event.slug}/" not in client.get(f"/organisations/{jana.profile.organisation.public_id}").text


# -- logos


def logo_of(delegate: Delegate) -> str:
    """The address of a new logo."""
    organisation = delegate.profile.organisation
    with transaction():
        image = images.keep(organisation, images.read(io.BytesIO(make_png())))
    return f"/organisations/{organisation.public_id}/logo/{image.public_id}"


def test_a_logo_is_for_guests_and_organisers_until_the_organisation_is_public(client: FlaskClient, event: Event):
    jana, paul = known(event, "Lumenfold GmbH"), make_delegate(event)
    stranger = make_delegate(make_partnering_event())
    path = logo_of(jana)
    assert client.get(path).status_code == 404
    for who, status in (
        (paul.participant.person, 200),
        (stranger.participant.person, 404),
        (make_organiser(event), 200),
    ):
        assert who is not None
        sign_in(client, who)
        answer = client.get(path)
        assert answer.status_code == status
        assert answer.headers["Cache-Control"] == "no-store"
    publish(jana)
    visitor = client.application.test_client().get(path)
    assert (visitor.status_code, visitor.content_type) == (200, "image/png")
    assert visitor.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert visitor.headers["X-Content-Type-Options"] == "nosniff"
    assert visitor.headers["Cache-Control"] == "public, max-age=60"


def test_an_old_logo_and_one_of_somebody_else_do_not_exist(client: FlaskClient, event: Event):
    jana, paul = known(event, "Lumenfold GmbH"), known(event, "Weber AG")
    old, other = logo_of(jana), logo_of(paul)
    publish(jana)
    new = logo_of(jana)
    ref = other.rpartition("/")[2]
    assert client.get(new).status_code == 200
    assert client.get(old).status_code == 404
    assert client.get(f"{new.rpartition('/')[0]}/{ref}").status_code == 404


# -- the page about my organisation


def test_the_keeper_publishes_and_takes_out(client: FlaskClient, event: Event):
    jana = known(event, "Lumenfold GmbH")
    path = guest(client, jana)
    missing = client.post(f"{path}/public?lang=en", data={"website": "ftp://x.example"})
    assert missing.status_code == 422
    assert missing.text.count("Enter an address such as") == 2
    assert missing.text.count("Tick the box if you may speak for your organisation") == 2
    assert client.post(f"{path}/public", data={"website": "lumenfold.example", "agreed": "y"}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(Delegate, jana.id).profile.organisation.website == SITE
    assert names() == ["Lumenfold GmbH"]
    assert client.post(f"{path}/public/end").status_code == 303
    assert names() == []


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://user:pass@lumenfold.example",
        "https://localhost",
        "http:// lumenfold.example",
        "https://[::1",
        "//",
    ],
)
def test_only_plain_web_addresses_are_taken(client: FlaskClient, event: Event, typed: str):
    jana = known(event, "Lumenfold GmbH")
    path = guest(client, jana)
    assert client.post(f"{path}/public", data={"website": typed, "agreed": "y"}).status_code == 422


def test_an_empty_profile_leads_to_the_profile(client: FlaskClient, event: Event):
    jana = known(event, "Lumenfold GmbH", description="")
    path = guest(client, jana)
    answer = client.post(f"{path}/public", data={"agreed": "y"})
    assert answer.location == f"/e/{event.slug}/me/profile"


def test_a_logo_is_sent_shown_and_taken_away(client: FlaskClient, event: Event):
    jana, paul = known(event, "Lumenfold GmbH"), make_delegate(event)
    path = guest(client, jana)
    for sent in (b"hello", b""):
        refused = client.post(f"{path}/logo?lang=en", data={"image": (io.BytesIO(sent), "logo.png")})
        assert refused.status_code == 422
        assert refused.text.count("Please choose a PNG or a JPEG image.") == 2
    assert client.post(f"{path}/logo", data={"image": (io.BytesIO(make_png()), "logo.png")}).status_code == 303
    db.session.rollback()
    logo = db.session.get_one(Delegate, jana.id).profile.organisation.logo
    assert logo is not None
    guest(client, paul)
    for page in (f"/e/{event.slug}/me/partners", f"/e/{event.slug}/me/partners/{jana.public_id}"):
        assert f"/logo/{logo.public_id}" in client.get(page).text
    guest(client, jana)
    assert client.post(f"{path}/logo/delete").status_code == 303
    db.session.rollback()
    assert db.session.get_one(Delegate, jana.id).profile.organisation.logo is None


def test_colleagues_are_let_act_for_each_other(client: FlaskClient, event: Event):
    jana = known(event, "Lumenfold GmbH")
    path = guest(client, jana)
    for word, acts in (("yes", True), ("yes", True), ("no", False)):
        assert client.post(f"{path}/team", data={"on": word}).status_code == 303
        db.session.rollback()
        assert db.session.get_one(Delegate, jana.id).profile.team_acts is acts
    assert client.post(f"{path}/team", data={"on": "maybe"}).status_code == 404


def test_strangers_with_the_same_company_name_change_nothing(client: FlaskClient, event: Event):
    jana = known(event, "Lumenfold GmbH")
    stranger = make_delegate(event, company="Lumenfold GmbH")
    publish(jana)
    path = guest(client, stranger)
    assert client.get(path).status_code == 200
    for deed, data in (
        ("logo", {"image": (io.BytesIO(make_png()), "logo.png")}),
        ("logo/delete", {}),
        ("team", {"on": "yes"}),
        ("public", {"agreed": "y"}),
        ("public/end", {}),
    ):
        assert client.post(f"{path}/{deed}", data=data).status_code == 404, deed
    assert names() == ["Lumenfold GmbH"]


def test_a_profile_keeps_its_region_with_the_entry(event: Event):
    jana = known(event, "Lumenfold GmbH")
    with transaction():
        services.edit(jana.profile, offers="", seeks="", terms=[], description="Licht", country="DE", region="DE-SN")
    publish(jana)
    assert names(region=("DE-SN",)) == ["Lumenfold GmbH"] == names(words="saxony") == names(words="Sachsen")
    with transaction():
        services.edit(jana.profile, offers="", seeks="", terms=[], country="CZ", region="DE-SN")
    assert jana.profile.region == ""
