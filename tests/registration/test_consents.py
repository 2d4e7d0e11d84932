"""L03: what somebody agreed to is ended as easily as it was given, also once their ticket has ended."""

from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from partnering.consents import services as consents
from partnering.consents.models import Consent
from partnering.db import BilingualText, db, transaction
from partnering.delegates.queries import delegate_of
from partnering.delegates.services import show
from partnering.registration import mails, services
from partnering.registration.seats import Guest
from tests.factories import make_event, make_person, make_product, make_registration
from tests.support.signing_in import sign_in
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

TEXTS = {"photo": BilingualText("Fotos ja", "Photos yes"), "newsletter": BilingualText("Post ja", "News yes")}


def in_force():
    """The purposes of all consents in force, sorted."""
    db.session.expire_all()
    return sorted(db.session.scalars(sa.select(Consent.purpose).where(Consent.withdrawn_at.is_(None))))


@pytest.fixture
def agreed():
    """A registration whose holder agreed to photos and news, and the path of its ticket."""
    registration = make_registration(make_event(), email="ada@example.org")
    with transaction():
        services.agree(registration, {"photo": True, "newsletter": True}, TEXTS)
    return registration, urlsplit(mails.ticket_url(registration)).path


def end(registration, how):
    """The ticket ends."""
    with transaction():
        if how == "substituted":
            services.name_substitute(registration, Guest("sub@example.org", "", "Tom", "Ersatz", ""))
        else:
            services.cancel_registration(registration, "holder", keep_place=how == "declined")


@pytest.mark.parametrize("how", ["cancelled", "declined", "substituted"])
def test_consents_can_be_ended_when_the_ticket_has_ended(client, agreed, how):
    registration, path = agreed
    end(registration, how)

    page = client.get(f"{path}?lang=en").text
    assert ("Photos yes" in page, "News yes" in page) == (True, True)
    first = client.post(f"{path}/consents", data={"newsletter": "y"})

    assert (first.status_code, in_force()) == (303, ["newsletter"])
    page = client.get(f"{path}?lang=en").text
    assert ("Photos yes" in page, "News yes" in page) == (False, True)
    for _twice in range(2):
        assert client.post(f"{path}/consents").status_code == 303
    assert in_force() == []


def test_nothing_is_agreed_to_once_the_ticket_has_ended(client, agreed):
    registration, path = agreed
    with transaction():
        services.agree(registration, {}, TEXTS)
    end(registration, "cancelled")

    client.post(f"{path}/consents", data={"photo": "y", "newsletter": "y"})

    assert in_force() == []


def test_whoever_is_signed_in_ends_consents_without_a_ticket(client, agreed):
    registration, _path = agreed
    event, person = registration.participant.event, there(registration.participant.person)
    url = f"/e/{event.slug}/me/consents"
    end(registration, "cancelled")
    sign_in(client, person)

    page = client.get(f"{url}?lang=en").text
    assert ("Photos yes" in page, "News yes" in page) == (True, True)
    assert url in client.get(f"/e/{event.slug}/me/ticket").text
    assert url in client.get(f"/e/{event.slug}/me/").text
    for _twice in range(2):
        assert client.post(url, data={"purpose": "photo", "recipient": ""}).status_code == 303

    assert in_force() == ["newsletter"]
    assert client.post(url).status_code == 422


def test_nobody_ends_the_consents_of_somebody_else(client, agreed):
    registration, _path = agreed
    event = registration.participant.event
    make_registration(event, email="ben@example.org", product=make_product(event))
    sign_in(client, make_person(email="ben@example.org"))

    client.post(f"/e/{event.slug}/me/consents", data={"purpose": "photo"})

    assert in_force() == ["newsletter", "photo"]


def test_taking_back_being_found_hides_at_once(client):
    registration = make_registration(make_event())
    delegate = there(delegate_of(registration.participant))
    with transaction():
        show(delegate, "name")
    event, person = registration.participant.event, there(registration.participant.person)
    sign_in(client, person)

    client.post(f"/e/{event.slug}/me/consents", data={"purpose": "directory"})

    db.session.expire_all()
    assert there(delegate_of(registration.participant)).visibility == "hidden"
    assert consents.in_force(registration.participant) == []
