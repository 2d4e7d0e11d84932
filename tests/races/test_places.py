"""200 people for 50 places: exactly 50 get one, the rest a clear answer. Without guard and constraint it oversells."""

import json
from collections import Counter

import pytest
import sqlalchemy as sa

from partnering.db import db
from partnering.mail.models import OutboxLetter
from partnering.registration.models import Party, Registration, TicketCode
from partnering.tickets.invariants import pools_counted
from partnering.tickets.models import Claim, Pool
from tests.factories import make_event, make_product
from tests.support import crowds

from .buyers import REGISTERED

pytestmark = [pytest.mark.race, pytest.mark.timeout(300)]

BUYERS, PLACES, PROCESSES = 200, 50, 4

SOLD_OUT = "Sold out: there are not enough places left. Somebody else was faster."


def test_of_200_people_exactly_50_get_one_of_50_places(start_site):
    with start_site(processes=2, workers=0) as site:
        slug, ticket = arrange(site)

        told = race(site, slug, ticket)

        assert Counter(told) == {(200, REGISTERED): PLACES, (409, SOLD_OUT): BUYERS - PLACES}
        with site.app.app_context():
            assert counts() == {
                "used": PLACES,
                "confirmed": PLACES,
                "placed": PLACES,
                "live": PLACES,
                "codes": PLACES,
                "letters": PLACES,
            }
            assert list(pools_counted()) == []


def test_without_guard_and_constraint_the_same_race_oversells(start_site):
    with start_site(processes=2, workers=0, application="tests.races.unguarded:app", traces_allowed=True) as site:
        slug, ticket = arrange(site)
        if site.engine == "postgresql":
            with site.app.app_context(), db.engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE pool DROP CONSTRAINT ck_pool_never_oversold")

        told = race(site, slug, ticket)

        winners = Counter(told)[200, REGISTERED]
        assert winners > PLACES
        with site.app.app_context():
            assert counts()["confirmed"] == winners
            assert list(pools_counted()) != []


def test_one_address_in_many_browsers_at_once_registers_once_and_nobody_learns_it(start_site):
    with start_site(processes=2, workers=0) as site:
        slug, ticket = arrange(site)

        told = race(site, slug, ticket, buyers=24, address="same@example.org")

        assert Counter(told) == {(200, REGISTERED): 24}
        with site.app.app_context():
            found = counts()
            assert (found["used"], found["placed"], found["live"], found["letters"]) == (1, 24, 1, 1)
            assert list(pools_counted()) == []


def arrange(site):
    """An event with 50 free places, and its ticket."""
    with site.app.app_context():
        event = make_event("race")
        product = make_product(event, capacity=PLACES, gross=0, partnering=False)
        found = event.slug, product.public_id
        db.session.remove()
    return found


def race(site, slug, ticket, buyers=BUYERS, address=""):
    """What each of the buyers was told; they choose at the same moment, from several processes."""
    each = buyers // PROCESSES
    lanes = [
        ["-m", "tests.races.buyers", site.url, slug, ticket, str(number * each), str(each), address]
        for number in range(PROCESSES)
    ]
    return [tuple(answer) for answered in crowds.race(lanes) for answer in json.loads(answered)]


def counts():
    """How much of everything there is now."""
    count = sa.func.count()
    asked = {
        "used": sa.select(Pool.used),
        "confirmed": sa.select(count).where(Claim.state == "confirmed"),
        "placed": sa.select(count).where(Party.placed_at.is_not(None)),
        "live": sa.select(count).where(Registration.state == "live"),
        "codes": sa.select(count).where(TicketCode.revoked_at.is_(None)),
        "letters": sa.select(count).where(OutboxLetter.kind == "registration.confirmed"),
    }
    found = {name: db.session.scalar(question) for name, question in asked.items()}
    db.session.remove()
    return found
