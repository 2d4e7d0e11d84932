"""A newcomer with an empty profile sees on every page of theirs what to do next: one main action, and it leads on."""

from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import transaction
from partnering.delegates import queries
from partnering.delegates import services as partnering
from partnering.registration import services as registration
from partnering.registration.models import Registration
from tests.factories import make_event, make_pool, make_product
from tests.factories.meetings import make_block, make_tables
from tests.security.stage import methods_of, parameters, routes
from tests.support.signing_in import sign_in

FILES = (".ics", ".pdf", ".json", ".vcf")
"""What is no page."""

FOR_OTHERS = ("/e/<event_slug>/me/talks/", "/e/<event_slug>/me/stand/")
"""What is there for people who speak alone, or for exhibitors."""


class Actions(HTMLParser):
    """The main actions within <main>: what they say, and where links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.depth = {"main": 0, "dialog": 0}
        self.inside: tuple[str, str] | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.depth:
            self.depth[tag] += 1
        held = dict(attrs)
        if self.depth["main"] and not self.depth["dialog"] and "btn--main" in (held.get("class") or "").split():
            self.inside, self.text = (tag, held.get("href") or ""), ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self.depth:
            self.depth[tag] -= 1
        if self.inside is not None and tag == self.inside[0]:
            self.found.append((" ".join(self.text.split()), self.inside[1]))
            self.inside = None

    def handle_data(self, data: str) -> None:
        self.text += data


def actions(html: str) -> list[tuple[str, str]]:
    """The main actions of a page; looking for words is a tool that stands on it at all times."""
    parser = Actions()
    parser.feed(html)
    return [action for action in parser.found if action != ("Search", "")]


@pytest.fixture
def newcomer(ctx: Flask) -> Registration:
    """Somebody who has just registered and written nothing yet, where meetings can be asked for."""
    event = make_event()
    with transaction():
        make_tables(event, 2)
        make_block(event)
        held = registration.add_registration(
            event,
            make_product(event, pools=[make_pool(event, 10)], gross=0),
            email="neu@lumenfold.example",
            given_name="Nea",
            family_name="Lind",
            company="Lumenfold GmbH",
        )
        partnering.join(held)
    return held


def pages_of_mine(app: Flask) -> list[str]:
    """Every page of /me that needs nothing but being there."""
    found = [
        rule.rule
        for rule in routes(app)
        if rule.rule.startswith("/e/<event_slug>/me")
        and parameters(rule) == {"event_slug"}
        and "GET" in methods_of(rule)
        and not rule.rule.endswith(FILES)
        and not rule.rule.startswith(FOR_OTHERS)
    ]
    return sorted(found)


def walked(client: FlaskClient, newcomer: Registration) -> dict[str, list[tuple[str, str]]]:
    """The main actions of every page of mine, by its address below /me."""
    person, event = newcomer.participant.person, newcomer.participant.event
    assert person is not None
    sign_in(client, person)
    told = {}
    for rule in pages_of_mine(client.application):
        answer = client.get(rule.replace("<event_slug>", event.slug) + "?lang=en")
        assert answer.status_code == 200, rule
        told[rule.removeprefix("/e/<event_slug>/me")] = actions(answer.text)
    return told


def test_every_page_says_in_one_main_action_what_to_do_next(client: FlaskClient, newcomer: Registration):
    told = walked(client, newcomer)
    assert len(told) >= 12
    assert {rule: found for rule, found in told.items() if len(found) != 1} == {}


def test_what_comes_next_is_the_profile_then_to_be_found_then_nothing_more(client: FlaskClient, newcomer: Registration):
    base = f"/e/{newcomer.participant.event.slug}/me"
    told = walked(client, newcomer)
    assert told["/"] == [("Complete the profile", f"{base}/profile?lang=en")]
    for page in ("/availability", "/partners", "/schedule", "/ticket"):
        assert told[page] == [("Complete your profile", f"{base}/profile?lang=en")], page
    delegate = queries.delegate_for(newcomer)
    assert delegate is not None
    with transaction():
        partnering.edit(delegate.profile, offers="Peptide", seeks="Phagen", terms=[])
    told = walked(client, newcomer)
    assert told["/"] == [("Find partners", f"{base}/partners?lang=en")]
    for page in ("/availability", "/schedule", "/ticket"):
        assert told[page] == [("Let yourself be found", f"{base}/privacy?lang=en")], page
    with transaction():
        partnering.show(delegate, "name")
    told = walked(client, newcomer)
    assert [told[page] for page in ("/availability", "/schedule", "/ticket")] == [[], [], []]
