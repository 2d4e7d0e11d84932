"""L03: what somebody agreed to is ended as easily as it was given, also once their ticket has ended."""

import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from partnering.consents import recipients
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


# -- sponsors and exhibitors, each by name


@pytest.fixture
def sponsors(agreed):
    """Two recipients that the event asks about."""
    event = agreed[0].participant.event
    with transaction():
        return [
            recipients.add(event, name, BilingualText("über Laborgeräte zu informieren.", "news on laboratory devices"))
            for name in ("Lumenfold GmbH", "Zellwerk AG")
        ]


def given_to():
    """Names of those whom the consents in force let have details, sorted."""
    db.session.expire_all()
    return sorted(
        db.session.scalars(
            sa.select(Consent.recipient).where(Consent.purpose == "sponsor", Consent.withdrawn_at.is_(None))
        )
    )


def boxes(page, name):
    """The boxes of a page whose names begin so, and which of them are ticked."""
    found = re.findall(rf'<input type="checkbox" id="({name}\w+)"[^>]*?( checked)?>', page)
    return [ticked != "" for _name, ticked in found]


def test_each_named_recipient_is_asked_about_apart_and_unticked(client, agreed, sponsors):
    _registration, path = agreed
    first, second = (recipients.field_of(one) for one in sponsors)
    page = client.get(f"{path}?lang=en").text
    assert boxes(page, "to_") == [False, False]
    assert "email address on to Lumenfold GmbH. Purpose: news on laboratory devices. I can end this" in page

    client.post(f"{path}/consents", data={"photo": "y", "newsletter": "y", first: "y", "to_unknown": "y"})

    assert given_to() == ["Lumenfold GmbH"]
    assert boxes(client.get(path).text, "to_") == [True, False]
    consent = db.session.scalars(sa.select(Consent).where(Consent.purpose == "sponsor")).one()
    assert (consent.channel, consent.text.number, consent.text.recipient) == ("ticket", 1, "Lumenfold GmbH")
    assert consent.text.text.de.endswith("Zweck: über Laborgeräte zu informieren. Ich kann das jederzeit beenden.")

    client.post(f"{path}/consents", data={"photo": "y", "newsletter": "y", second: "y"})
    assert given_to() == ["Zellwerk AG"]
    assert in_force() == ["newsletter", "photo", "sponsor"]


@pytest.mark.parametrize("way", ["ticket", "signed in"])
def test_what_was_agreed_to_is_ended_for_one_recipient_at_a_time(client, agreed, sponsors, way):
    registration, path = agreed
    event, person = registration.participant.event, there(registration.participant.person)
    first, second = (recipients.field_of(one) for one in sponsors)
    client.post(f"{path}/consents", data={"photo": "y", first: "y", second: "y"})
    end(registration, "cancelled")
    if way == "ticket":
        page = client.get(f"{path}?lang=en").text
        form = next(part for part in page.split("<form")[1:] if f'name="{second}"' in part and first not in part)
        sent = dict.fromkeys(re.findall(r'name="([a-z_0-9A-Z-]+)" value="y"', form), "y")
        assert sent == {"photo": "y", second: "y"}
        client.post(f"{path}/consents", data=sent)
    else:
        sign_in(client, person)
        client.post(f"/e/{event.slug}/me/consents", data={"purpose": "sponsor", "recipient": "Lumenfold GmbH"})

    assert given_to() == ["Zellwerk AG"]
    assert in_force() == ["photo", "sponsor"]


def test_nobody_agrees_to_a_recipient_once_the_ticket_has_ended(client, agreed, sponsors):
    registration, path = agreed
    end(registration, "cancelled")

    client.post(f"{path}/consents", data={recipients.field_of(sponsors[0]): "y"})

    assert given_to() == []


def test_a_recipient_of_whom_nobody_is_asked_any_more_can_still_be_ended(client, agreed, sponsors):
    _registration, path = agreed
    first, second = (recipients.field_of(one) for one in sponsors)
    client.post(f"{path}/consents", data={first: "y"})
    with transaction():
        for one in sponsors:
            recipients.stop(one)

    page = client.get(path).text
    assert (first in page, second in page) == (True, False)
    client.post(f"{path}/consents", data={first: "y", second: "y"})
    assert given_to() == ["Lumenfold GmbH"]
    client.post(f"{path}/consents")
    assert given_to() == []


def test_another_purpose_is_another_version_and_the_old_one_stays_proof(agreed, sponsors):
    registration, _path = agreed
    with transaction():
        recipients.agree(registration.participant, {sponsors[0].public_id}, channel="ticket", locale="de")
        recipients.describe(sponsors[0], BilingualText("Angebote zu machen", "to make offers"))

    [held] = [one for one in consents.in_force(registration.participant) if one.purpose == "sponsor"]
    assert (held.text.number, "Laborgeräte" in held.text.text.de) == (1, True)
    with pytest.raises(recipients.RecipientInUse), transaction():
        recipients.remove(sponsors[0])
    with transaction():
        recipients.choose(registration.participant, set(), channel="ticket")
        recipients.choose(registration.participant, {sponsors[0].public_id}, channel="ticket")
    history = [(one.text.number, one.withdrawn_at is None) for one in consents.history(registration.participant)[:2]]
    assert history == [(2, True), (1, False)]


def test_a_name_stands_on_the_list_once(agreed, sponsors):
    event = agreed[0].participant.event
    with pytest.raises(recipients.RecipientKnown), transaction():
        recipients.add(event, "LUMENFOLD GmbH", BilingualText("x"))
    with transaction():
        recipients.remove(sponsors[0])

    assert [one.name for one in recipients.recipients_of(event)] == ["Zellwerk AG"]


def test_a_substitute_inherits_no_consent(agreed, sponsors):
    registration, _path = agreed
    with transaction():
        recipients.agree(registration.participant, {sponsors[0].public_id}, channel="ticket", locale="de")
        heir = services.name_substitute(registration, Guest("sub@example.org", "", "Tom", "Ersatz", ""))

    assert consents.in_force(there(heir).participant) == []
