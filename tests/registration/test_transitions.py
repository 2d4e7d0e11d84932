"""R17: what does not fit the state is refused with 409, and nothing has changed; what is sent twice happens once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from partnering import clock, links
from partnering.audit import AuditEntry
from partnering.db import db, transaction
from partnering.mail.models import OutboxLetter
from partnering.registration import queries, services, workshops
from partnering.registration.models import Item, Party, Place, Registration
from partnering.tickets.models import Claim
from partnering.tickets.queries import product_at
from tests.factories import FULL, make_event, make_guest, make_party, make_product, make_rules
from tests.support.there import there

pytestmark = pytest.mark.usefixtures("ctx")

GUEST = {"given_name": "Lena", "family_name": "Ott", "email": "lena@example.org"}
NAME = {"given_name": "Lena", "family_name": "Ott"}
ADDRESS = {"name": "Jana", "street": "Weg 1", "postcode": "01067", "city": "Dresden", "country": "DE"}
TABLES = (Party, Place, Registration, Item, Claim, OutboxLetter, AuditEntry)

PLACE_STATES = ("open", "asked", "taken", "cancelled", "closed", "reminded")
PLACE_DEEDS = {
    "": ("name", GUEST, {"open", "asked", "taken", "reminded"}),
    "/correct": ("correct", NAME, {"asked", "reminded"}),
    "/remind": ("remind", {}, {"asked", "closed"}),
    "/cancel": ("cancel", {}, {"open", "asked", "taken", "reminded"}),
    "/extras/{dinner}": ("book", {}, {"open", "asked", "taken", "reminded"}),
    "/extras/{tour}/give-up": ("give up", {}, {"open", "asked", "taken", "reminded"}),
}
"""What a buyer can do with a place, and in which of its states; "closed" is asked, after the date for changes."""

TICKET_STATES = ("live", "cancelled", "closed", "substituted", "declined")
TICKET_DEEDS = {
    "": ({**NAME}, {"live"}),
    "/substitute": (GUEST, {"live"}),
    "/cancel": ({}, {"live"}),
    "/answers": ({}, {"live"}),
    "/consents": ({"photo": "y"}, set(TICKET_STATES)),  # ending what was agreed to is always possible
    "/extras/{dinner}": ({}, {"live"}),
    "/extras/{tour}/give-up": ({}, {"live"}),
}

PARTY_STATES = ("placed", "cancelled", "closed", "withdrawn", "company", "late")
PARTY_DEEDS = {
    "/cancel": {"placed", "closed", "company", "late"},
    "/withdraw": {"placed", "closed"},
    "/remind": {"placed", "company", "late", "closed"},
    "/answers": {"placed", "company", "late"},
}
"""What a buyer can do with everything: "company" bought for a business, "late" is after the term for withdrawing."""


def everything():
    """All rows that a deed here could change."""
    db.session.rollback()
    found = {}
    for table in TABLES:
        columns = list(table.__table__.columns)
        rows = db.session.execute(sa.select(*columns).order_by(table.__table__.c.id)).all()
        found[table.__tablename__] = [tuple(repr(value) for value in row) for row in rows]
    return found


def arrange(state, freeze):
    """A consumer's party: the buyer, a colleague asked, one who has taken the place, an open one; one in `state`."""
    event = make_event(withdrawal="button")
    make_rules(event, FULL)
    things = {
        "tour": make_product(event, kind="add_on", gross=1_000, partnering=False).public_id,
        "dinner": make_product(event, kind="add_on", gross=2_000, partnering=False).public_id,
    }
    people = [make_guest(), make_guest("asked@example.org"), make_guest("taken@example.org"), {}]
    party = make_party(event, product=make_product(event), quantity=4, people=people)
    places = dict(zip(("own", "asked", "taken", "open"), queries.places_of(party), strict=True))
    with transaction():
        party = db.session.get_one(Party, party.id)
        party.billing = {**ADDRESS, "kind": "company" if state == "company" else "private"}
        services.set_details(there(places["taken"].registration), title="", **NAME, function="")
        tour = there(product_at(event, things["tour"]))
        for place in queries.places_of(party):
            workshops.book(place, tour, by="buyer")
    return event, party, places, things


def send(client, path, things, data=None):
    """The answer to what is sent from a page of its own."""
    db.session.rollback()
    return client.post(path.format(**things), data=data or {})


@pytest.mark.parametrize("state", PLACE_STATES)
@pytest.mark.parametrize("path", PLACE_DEEDS, ids=[deed for deed, _data, _where in PLACE_DEEDS.values()])
def test_every_deed_with_a_place_fits_its_state(client, freeze, state, path):
    event, party, places, things = arrange(state, freeze)
    _deed, data, allowed = PLACE_DEEDS[path]
    place = places.get({"cancelled": "open", "closed": "asked", "reminded": "asked"}.get(state, state))
    with transaction():
        if state == "cancelled":
            services.cancel_place(place)
        if state == "reminded":
            services.remind(place)
    if state == "closed":
        freeze(event.opens_at)
    before = everything()
    address = f"/r/{links.token('party', party.public_id, party.generation)}/places/{place.public_id}{path}"

    answer = send(client, address, things, data)

    if state in allowed:
        assert (answer.status_code, everything() != before) == (303, True)
    else:
        assert (answer.status_code, everything() == before) == (409, True)


@pytest.mark.parametrize("state", TICKET_STATES)
@pytest.mark.parametrize("path", TICKET_DEEDS)
def test_every_deed_with_a_ticket_fits_its_state(client, freeze, state, path):
    event, _party, places, things = arrange(state, freeze)
    data, allowed = TICKET_DEEDS[path]
    registration = there(places["own"].registration)
    address = f"/t/{links.token('ticket', registration.public_id, registration.generation)}{path}"
    with transaction():
        if state == "cancelled":
            services.cancel_registration(registration)
        if state == "substituted":
            services.name_substitute(registration, services.Guest(**GUEST))
        if state == "declined":
            services.cancel_registration(registration, "holder", keep_place=True)
    if state == "closed":
        freeze(event.opens_at)
    before = everything()

    answer = send(client, address, things, data)

    if state in allowed:
        assert answer.status_code in (200, 303)
    else:
        dead = state in ("substituted", "declined")
        assert (answer.status_code, everything() == before) == (410 if dead else 409, True)


@pytest.mark.parametrize("state", PARTY_STATES)
@pytest.mark.parametrize("path", PARTY_DEEDS)
def test_every_deed_with_a_party_fits_its_state(client, freeze, state, path):
    event, party, _places, things = arrange(state, freeze)
    with transaction():
        if state == "cancelled":
            services.cancel_party(party)
        if state == "withdrawn":
            services.withdraw(party)
        if state == "closed":
            db.session.get_one(type(event), event.id).change_until = clock.now()
    if state == "late":
        freeze(there(party.placed_at) + timedelta(days=17))
    before = everything()
    token = links.token("party", party.public_id, party.generation)

    answer = send(client, f"/r/{token}{path}", things)

    if state in PARTY_DEEDS[path]:
        assert (answer.status_code, everything() != before) == (303, True)
    else:
        assert (answer.status_code, everything() == before) == (409, True)


@pytest.mark.parametrize("path", [*PLACE_DEEDS])
def test_a_double_click_happens_once_and_is_answered_twice_alike(client, freeze, path):
    _event, party, places, things = arrange("", freeze)
    _deed, data, _allowed = PLACE_DEEDS[path]
    address = f"/r/{links.token('party', party.public_id, party.generation)}/places/{places['asked'].public_id}{path}"
    sent = {**data, "key": "0123456789abcdef"}

    first = send(client, address, things, sent)
    after = everything()
    second = send(client, address, things, sent)

    assert (first.status_code, second.status_code, first.location) == (303, 303, second.location)
    assert everything() == after


@pytest.mark.parametrize("path", ["/substitute", "/cancel"])
def test_passing_on_and_declining_twice_is_answered_twice_alike(client, freeze, path):
    _event, _party, places, things = arrange("", freeze)
    registration = there(places["taken"].registration)
    address = f"/t/{links.token('ticket', registration.public_id, registration.generation)}{path}"

    answers = [send(client, address, things, {**GUEST, "key": "abc"}) for _twice in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert send(client, address, things, {**GUEST, "key": "another"}).status_code == 410
