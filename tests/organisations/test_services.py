"""Organisations become known once to each host, however their name is typed."""

import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from partnering.db import db, transaction
from partnering.organisations.models import Organisation
from partnering.organisations.services import organisation_for
from tests.factories import make_host


def names() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(Organisation.name).order_by(Organisation.id)))


def known(host_id: int, name: str, **values: str) -> int:
    with transaction():
        return organisation_for(host_id, name, **values).id


def test_an_unknown_organisation_is_made_with_what_is_told_of_it(ctx):
    host = make_host()
    made = known(host.id, "  Lumenfold\u202e  GmbH ", kind="startup", city="Leipzig", country="DE")

    kept = db.session.get_one(Organisation, made)

    assert (kept.host_id, kept.name, kept.folded_name) == (host.id, "Lumenfold GmbH", "lumenfold gmbh")
    assert (kept.kind, kept.city, kept.country, kept.domains) == ("startup", "Leipzig", "DE", [])


@pytest.mark.parametrize("typed", ["Łódź Straßenbau AG", "lodz strassenbau ag", " ŁÓDŹ   STRASSENBAU AG "])
def test_a_known_one_is_found_however_its_name_is_typed(ctx, typed):
    host = make_host()
    first = known(host.id, "Łódź Straßenbau AG", city="Łódź")

    assert known(host.id, typed, city="Berlin") == first
    assert db.session.get_one(Organisation, first).city == "Łódź"  # what was known stays
    assert names() == ["Łódź Straßenbau AG"]


def test_each_host_has_its_own(ctx):
    here, there = make_host("one"), make_host("other")

    assert known(here.id, "Tessera") != known(there.id, "Tessera")


def test_of_several_alike_the_oldest_is_taken(ctx):
    host = make_host()
    first = known(host.id, "Tessera")
    with transaction() as session:
        session.add(Organisation(host_id=host.id, name="TESSERA", folded_name="tessera"))

    assert known(host.id, "tessera") == first


def test_two_who_name_a_new_one_at_once_name_the_same(ctx):
    host_id = make_host().id
    app = ctx
    found: list[int] = []
    at_the_line = threading.Barrier(2)

    def name_it() -> None:
        with app.app_context():
            at_the_line.wait(30)
            found.append(known(host_id, "Tessera"))
            db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=name_it) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(found) == 2
    assert len(set(found)) == 1
    assert names() == ["Tessera"]


def test_without_the_lock_both_would_make_one(ctx):
    """The negative control: both look, then both write."""
    host_id = make_host().id
    app = ctx
    looked = threading.Barrier(2)

    def careless() -> None:
        with app.app_context():
            seen = db.session.scalars(sa.select(Organisation.id).where(Organisation.host_id == host_id)).all()
            db.session.rollback()
            looked.wait(30)
            if not seen:
                with transaction() as session:
                    session.add(Organisation(host_id=host_id, name="Tessera", folded_name="tessera"))
            db.session.remove()

    db.session.rollback()
    threads = [threading.Thread(target=careless) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert names() == ["Tessera", "Tessera"]


def test_an_organisation_belongs_to_a_host(ctx):
    with pytest.raises(IntegrityError):
        known(4711, "Nobody's")
