"""One running site for each database, with a conference in it, and people who walk through it."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from partnering.accounts.models import Person
from partnering.db import db, transaction
from partnering.events.models import Participant
from partnering.registration import codes
from partnering.registration.models import Registration
from tests.conftest import NewVisitor
from tests.factories.world import World, make_world
from tests.support.servers import Site
from tests.support.there import there

from .walker import LOOKS, Walker

NewWalker = Callable[..., Walker]


@pytest.fixture(scope="module")
def world(live_server: Site) -> World:
    """Conferences on the running site, whose people speak the language of its journeys."""
    language = LOOKS[live_server.engine][1]
    with live_server.app.app_context():
        made = make_world()
        with transaction():
            db.session.execute(sa.update(Person).values(locale=language))
            db.session.execute(sa.update(Participant).values(locale=language))
        db.session.remove()
    return made


def printed_code(site: Site, world: World) -> str:
    """The code on the badge of the conference's guest, as people type it."""
    with site.app.app_context():
        held = db.session.scalars(
            sa.select(Registration).where(Registration.public_id == world.own.things["guest_id"])
        ).one()
        text = codes.printed(there(held.code))
        db.session.remove()
    return text


@pytest.fixture
def new_walker(live_server: Site, new_visitor: NewVisitor) -> NewWalker:
    """A function that lets one more person in, with a browser in this database's language and width, or a `phone`."""
    width, locale = LOOKS[live_server.engine]

    def enter(*, phone: bool = False) -> Walker:
        if phone:
            context = new_visitor(live_server.url, width=390, locale=locale, has_touch=True, is_mobile=True)
        else:
            context = new_visitor(live_server.url, width=width, locale=locale)
        return Walker(live_server, context, locale, touch=phone)

    return enter
