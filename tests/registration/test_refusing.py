"""One person of a request is refused while the others wait: places, prices, letters and pages follow for them alone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import links
from partnering.db import BilingualText, db, transaction
from partnering.registration import approval, queries, refusing, services
from partnering.registration.invariants import money_adds_up, places_paid_from_claims
from partnering.registration.models import Party, Registration, WaitingEntry
from partnering.tickets.invariants import pools_counted
from partnering.tickets.models import Claim, Pool
from tests.factories import make_event, make_product
from tests.factories.ground import deed
from tests.factories.registration import make_guest
from tests.factories.waiting import make_asked, make_waiting
from tests.support import letters as post
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

JANA = make_guest("jana@lumenfold.example", "Jana", "Wittkowski")
BEN = make_guest("ben@lumenfold.example", "Ben", "Adeyemi")
CLEO = make_guest("cleo@lumenfold.example", "Cleo", "Ott")


@pytest.fixture(params=[True, False], ids=["places kept", "places not kept"])
def request_of_three(request):
    """Jana asks for herself, Ben and Cleo, Ben and Cleo with a dinner of their own; three places, nobody else's."""
    event = make_event()
    ticket = make_product(event, needs_approval=True, capacity=3, gross=10_000, pending_counts=request.param)
    fish, meat = (
        make_product(event, kind="add_on", gross=gross, capacity=2, name=BilingualText(name, name))
        for name, gross in (("Fisch", 3_000), ("Fleisch", 4_000))
    )
    with deed():
        party = services.begin(event, ticket, 3, "de")
        services.keep(party, people=[JANA, BEN, CLEO], company="", billing={})
        services.keep(party, answers={"buyer": {}, "people": [{"q": "j"}, {"q": "b"}, {"q": "c"}], "seen": []})
        services.set_add_ons(party, [[], [fish.public_id], [meat.public_id]])
        approval.ask(party)
    return party


def fresh(party: Party) -> Party:
    return there(queries.locked_party(party.public_id))


def lines(party: Party) -> list[int]:
    return sorted(item.gross for item in queries.items_of(fresh(party)))


def sound() -> list[str]:
    return [found for rule in (pools_counted, places_paid_from_claims, money_adds_up) for found in rule()]


def refuse(party: Party, position: int = 1, of: int = 3, reason: str = "Nur zwei je Firma.") -> None:
    with transaction():
        refusing.refuse(fresh(party), position, reason, of=of)


def test_only_this_person_with_what_was_chosen_for_them_is_taken_out(app: Flask, request_of_three: Party):
    party = request_of_three

    refuse(party)

    with transaction():
        draft = fresh(party).draft
    assert [one["given_name"] for one in draft["people"]] == ["Jana", "Cleo"]
    assert (draft["answers"]["people"], len(draft["add_ons"])) == ([{"q": "j"}, {"q": "c"}], 2)
    assert draft["refused"] == [{"name": "Ben Adeyemi", "reason": "Nur zwei je Firma."}]
    with transaction():
        assert lines(party) == [4_000, 10_000, 10_000]
    with transaction():
        approval.approve(fresh(party))

    registered = db.session.scalars(sa.select(Registration).order_by(Registration.id)).all()
    assert [one.participant.name for one in registered] == ["Jana Wittkowski", "Cleo Ott"]
    sent = post.deliver_all(app)
    assert [letter["Subject"] for letter in sent if letter["To"] == BEN["email"]] == []
    [news] = [letter for letter in sent if "Eine Person" in letter["Subject"]]
    assert (news["To"], "Nur zwei je Firma." in post.text_of(news)) == (JANA["email"], True)
    used = db.session.scalars(sa.select(Pool.used).order_by(Pool.id)).all()
    assert (used, sound()) == ([2, 0, 1], [])


def test_the_place_of_somebody_refused_goes_to_who_waits_first():
    event = make_event()
    ticket = make_product(event, needs_approval=True, capacity=2)
    party = make_asked(event, product=ticket, people=[JANA, BEN])
    waits = make_waiting(ticket)

    refuse(party, of=2)

    assert there(db.session.get(WaitingEntry, waits.id, populate_existing=True)).state == "offered"
    states = db.session.scalars(sa.select(Claim.state).order_by(Claim.id)).all()
    assert (sorted(states), sound()) == (["offered", "pending", "released"], [])


def test_what_is_not_as_it_was_looked_at_is_not_decided(request_of_three: Party):
    party = request_of_three
    refuse(party)

    for position, of, error in (
        (1, 3, approval.NotPossible),  # the second of two clicks would meet Cleo
        (2, 2, approval.NotPossible),
        (-1, 2, approval.NotPossible),
        (0, 2, refusing.StandsForAll),
    ):
        with pytest.raises(error):
            refuse(party, position, of)
    with transaction():
        approval.approve(fresh(party))
    with pytest.raises(approval.NotPossible):
        refuse(party, 1, 2)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Registration)) == 2


def test_a_ticket_for_several_people_is_decided_as_a_whole():
    event = make_event()
    ticket = make_product(event, needs_approval=True, seats=2)
    with deed():
        party = services.begin(event, ticket, 1, "de")
        services.keep(party, people=[JANA, BEN], company="", billing={})
        approval.ask(party)

    with pytest.raises(refusing.SharedRequest):
        refuse(party, of=2)


def test_the_buyers_page_shows_what_has_become_of_each_before_and_after(client: FlaskClient, request_of_three: Party):
    party = request_of_three
    refuse(party)
    token = links.token("party", party.public_id, party.generation)

    before = client.get(f"/r/{token}/request?lang=en").text
    with transaction():
        approval.approve(fresh(party))
    after = client.get(f"/r/{token}?lang=en").text

    assert (before.count("Being checked"), before.count("Not approved"), "Nur zwei je Firma." in before) == (3, 1, True)
    assert ("Ben Adeyemi" in after, after.count("Not approved"), "Nur zwei je Firma." in after) == (True, 1, True)
    assert BEN["email"] not in after


def test_who_was_refused_is_forgotten_a_month_after_the_event(freeze, request_of_three: Party):
    party = request_of_three
    refuse(party)
    with transaction():
        approval.approve(fresh(party))
    closes = party.event.closes_at
    kept = []
    for days in (29, 31):
        freeze(closes + timedelta(days=days))
        with transaction():
            approval.forget_old()
        with transaction():
            kept.append(refusing.refused_of(fresh(party)))

    assert [len(one) for one in kept] == [1, 0]
