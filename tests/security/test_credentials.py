"""R42: each credential opens its own door and no other; taken back, it opens none."""

from collections.abc import Iterator

import pytest

from partnering import links
from partnering.db import db, transaction
from partnering.events.models import Participant
from partnering.registration.models import Party, Registration

from .stage import Stage, methods_of, on_stage, outcome, parameters, routes

DOORS = {
    "registration.manage": "party",
    "registration.cancel_party": "party",
    "registration.name_place": "party",
    "registration.cancel_place": "party",
    "registration.remind": "party",
    "registration.remind_all": "party",
    "registration.correct_place": "party",
    "registration.mail_buyer": "party",
    "registration.order_answers": "party",
    "registration.order_answers_shown": "party",
    "registration.place_extras": "party",
    "registration.book_for_place": "party",
    "registration.give_up_for_place": "party",
    "registration.withdraw": "party",
    "registration.request_page": "party",
    "registration.withdraw_request": "party",
    "registration.edit_request": "party",
    "registration.renew_link": "party",
    "registration.withdraw_add_on": "party",
    "invoices.billing": "party",
    "invoices.download": "party",
    "party_profiles.hand_over": "party",
    "registration.ticket_page": "ticket",
    "registration.set_details": "ticket",
    "registration.substitute": "ticket",
    "registration.cancel": "ticket",
    "registration.ticket_calendar": "ticket",
    "registration.mail_sign_in": "ticket",
    "registration.set_consents": "ticket",
    "registration.ticket_answers": "ticket",
    "registration.ticket_answers_shown": "ticket",
    "registration.book_for_me": "ticket",
    "registration.give_up_for_me": "ticket",
    "registration.wait_for_add_on": "ticket",
    "certificates_link.by_ticket": "ticket",
    "registration.waiting": "waiting",
    "registration.change_waiting": "waiting",
    "registration.accept_offer": "waiting",
    "registration.decline_offer": "waiting",
    "registration.leave_waiting": "waiting",
    "schedule.feed": "feed",
    "schedule.feed_page": "feed",
    "schedule.feed_sign_in": "feed",
    "subscriptions.show": "letters",
    "subscriptions.choose": "letters",
    "subscriptions.stop": "letters",
    "chosen_letters.show": "chosen",
    "chosen_letters.choose": "chosen",
    "chosen_letters.stop": "chosen",
    "given.show": "given",
    "given.withdraw": "given",
    "accounts.enter": "sign-in",
    "accounts.redeem": "sign-in",
    "accounts.confirm_address": "address",
    "accounts.add_address": "address",
}
"""What opens each door that takes a secret."""

SAME = {"offer": "waiting", "request": "party"}
"""Secrets that are others of the same purpose."""


@pytest.fixture(scope="module")
def shared_stage(engine: str) -> Iterator[Stage]:
    """A world that the tests of this module share."""
    with on_stage(engine) as stage:
        yield stage


@pytest.fixture
def stage(shared_stage: Stage) -> Stage:
    """It, as it was at first."""
    shared_stage.restore()
    return shared_stage


def secrets_of(stage: Stage) -> dict[str, str]:
    """Every secret there is, by what it is for."""
    session = stage.sessions["attendee"]
    return {**stage.world.own.tokens, **stage.letters, "session": session, "id": stage.world.own.things["guest_id"]}


def test_all_doors_that_take_a_secret_are_listed(stage: Stage):
    assert {rule.endpoint for rule in routes(stage.app) if "token" in rule.arguments} == set(DOORS)


def test_a_secret_opens_no_other_door(stage: Stage):
    opened = {}
    for rule in routes(stage.app):
        if "token" not in parameters(rule):
            continue
        for purpose, secret in secrets_of(stage).items():
            if SAME.get(purpose, purpose) == DOORS[rule.endpoint]:
                continue
            for method in methods_of(rule):
                values = {name: stage.value(rule.endpoint, name, "visitor") for name in parameters(rule)}
                values["token"] = secret
                address = stage.app.url_map.bind("localhost").build(rule.endpoint, values, method=method)
                for role in ("visitor", "attendee"):
                    told = outcome(stage.ask(stage.visitor(role), method, address, rule.endpoint))
                    if told not in ("absent", "refused"):
                        opened[rule.endpoint, method, purpose, role] = told

    assert opened == {}


def test_a_secret_is_no_session(stage: Stage):
    own = stage.world.own.slug
    for purpose, secret in secrets_of(stage).items():
        if purpose == "session":
            continue
        client = stage.app.test_client()
        client.set_cookie("session", secret, domain="localhost")
        for headers in ({}, {"Authorization": f"Bearer {secret}"}, {"Cookie": f"session={secret}"}):
            for path in ("/account", f"/e/{own}/me/", f"/manage/{own}/", f"/e/{own}/door/"):
                assert outcome(client.get(path, headers=headers)) == "login", (purpose, path)


def test_a_session_counts_only_as_a_cookie(stage: Stage):
    session = stage.sessions["organiser"]
    client = stage.app.test_client()
    path = f"/manage/{stage.world.own.slug}/"

    assert outcome(client.get(path, headers={"Authorization": f"Bearer {session}"})) == "login"
    assert outcome(client.get(f"{path}?session={session}")) == "login"
    assert outcome(client.get(path, headers={"X-Session": session})) == "login"
    assert outcome(stage.visitor("organiser").get(path)) == "in"


def test_links_that_were_taken_back_open_nothing(stage: Stage):
    pages = {
        "party": (Party, "/r/{}", stage.world.own.tokens["party"]),
        "ticket": (Registration, "/t/{}", stage.world.own.tokens["ticket"]),
        "feed": (Participant, "/c/{}.ics", stage.world.own.tokens["feed"]),
    }
    for purpose, (model, path, token) in pages.items():
        client = stage.app.test_client()
        assert client.get(path.format(token)).status_code == 200
        with stage.app.app_context():
            read = links.read(purpose, token)
            assert read is not None
            with transaction():
                thing = db.session.scalars(db.select(model).filter_by(public_id=read[0])).one()
                thing.generation += 1
            newer = links.token(purpose, read[0], read[1] + 1)
            db.session.remove()
        assert client.get(path.format(token)).status_code == 410
        assert client.get(path.format(newer)).status_code == 200


def test_a_changed_secret_opens_nothing(stage: Stage):
    for path, token in (
        ("/r/{}", "party"),
        ("/t/{}", "ticket"),
        ("/c/{}.ics", "feed"),
        ("/letters/{}", "letters"),
        ("/chosen-letters/{}", "chosen"),
        ("/given/{}", "given"),
    ):
        right = stage.world.own.tokens[token]
        other = "a" if right[-1] != "a" else "b"
        for wrong in (right[:-1] + other, right + "a", right.upper(), right.replace("1-1-", "2-1-"), right[1:]):
            assert outcome(stage.app.test_client().get(path.format(wrong))) == "absent", (token, wrong)


def test_signing_in_by_letter_works_once(stage: Stage):
    path = f"/login/{stage.letters['sign-in']}"
    first, second = stage.app.test_client(), stage.app.test_client()

    assert first.get(path).status_code == 200
    assert first.post(path).status_code == 303
    assert first.get("/account").status_code == 200
    assert outcome(second.get(path)) == "absent"
    assert outcome(second.post(path)) == "absent"
    assert outcome(second.get("/account")) == "login"
