"""Statements that go straight to the driver: the same values, the same refusals as by SQLAlchemy's way."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import clock, straight
from partnering.db import db, table_of, transaction
from partnering.events.models import Event, Host
from partnering.limits import RateLimit
from partnering.mail.models import OutboxLetter
from partnering.rows import ask
from tests.factories import make_event, make_product
from tests.support.counting import statements

EVENT, HOST, WINDOW = table_of(Event), table_of(Host), table_of(RateLimit)
ONE_EVENT = sa.select(*EVENT.columns, (EVENT.c.id > 0).label("there")).where(EVENT.c.slug == sa.bindparam("slug"))
AMONG = sa.select(EVENT.c.slug).where(EVENT.c.slug.in_(sa.bindparam("slugs", expanding=True)), EVENT.c.id >= 0)
TRY = sa.insert(WINDOW).returning(WINDOW.c.id)


def window(key: str) -> dict[str, object]:
    return {"deed": "try", "key": key, "window": 1, "count": 1, "ends_at": clock.now() + timedelta(minutes=1)}


def write_down(*keys: str) -> None:
    with transaction() as session:
        for key in keys:
            straight.run(session.connection(), TRY, window(key))


def test_values_come_as_the_columns_say_by_place_and_by_name(ctx: Flask):
    event = make_event("straight")
    make_product(event)
    values = {"slug": event.slug}

    for _time in range(2):  # made ready, and kept
        row = ask(ONE_EVENT, values).one()
        usual = db.session.connection().execute(ONE_EVENT, values).one()
        assert tuple(row) == tuple(usual)
        assert [type(value) for value in row] == [type(value) for value in usual]
        assert (row.name, row.there, row.opens_at) == (event.name, True, event.opens_at)


def test_lists_of_any_length_are_looked_for(ctx: Flask):
    for slug in ("one", "two", "three"):
        make_event(slug)

    for slugs in ([], ["one"], ["one", "two"], ["three", "nobody"], ["two"]):
        assert sorted(ask(AMONG, {"slugs": slugs})) == sorted((slug,) for slug in slugs if slug != "nobody")


def test_what_is_asked_for_once_is_there_once(ctx: Flask):
    assert (ask(ONE_EVENT, {"slug": "none"}).first(), ask(ONE_EVENT, {"slug": "none"}).scalar()) == (None, None)
    with pytest.raises(sa.exc.NoResultFound):
        ask(ONE_EVENT, {"slug": "none"}).one()
    for slug in ("one", "two"):
        make_event(slug)
    with pytest.raises(sa.exc.MultipleResultsFound):
        ask(AMONG, {"slugs": ["one", "two"]}).one_or_none()


def test_defaults_are_made_for_each_row(ctx: Flask):
    insert = sa.insert(OutboxLetter).returning(table_of(OutboxLetter).c.public_id, table_of(OutboxLetter).c.attempts)
    said = {"kind": "test", "address": "a@example.org", "locale": "de", "payload": {}}
    with transaction() as session:
        link, now = session.connection(), clock.now()
        rows = [
            straight.run(
                link, insert, {**said, "dedup_key": key, "message_id": key, "run_at": now, "created_at": now}
            ).one()
            for key in ("one", "two")
        ]

    assert len({row.public_id for row in rows}) == 2
    assert [row.attempts for row in rows] == [0, 0]


def test_a_refusal_is_said_as_ever_and_without_the_values(ctx: Flask):
    write_down("secret-key")
    with pytest.raises(sa.exc.IntegrityError) as refused:
        write_down("other", "secret-key")

    assert "secret-key" not in str(refused.value).partition("DETAIL")[0]
    assert refused.value.connection_invalidated is False
    assert db.session.scalars(sa.select(RateLimit.key)).all() == ["secret-key"]


def test_it_is_counted_among_what_is_asked(ctx: Flask):
    make_event("counted")
    with statements() as asked:
        ask(ONE_EVENT, {"slug": "counted"})
    assert len(asked) == 1
    assert asked[0].startswith("SELECT event.id")


@pytest.mark.engine("postgresql")
def test_a_line_that_broke_is_dropped_and_the_next_statement_gets_another(ctx: Flask):
    make_event("broken")
    ask(ONE_EVENT, {"slug": "broken"})
    number = db.session.scalar(sa.text("SELECT pg_backend_pid()"))
    db.session.rollback()
    with db.engine.connect() as kept, db.engine.connect() as other:
        assert kept.scalar(sa.text("SELECT pg_backend_pid()")) == number
        straight.run(kept, ONE_EVENT, {"slug": "broken"})
        other.execute(sa.text("SELECT pg_terminate_backend(:number)"), {"number": number})
        with pytest.raises(sa.exc.OperationalError) as gone:
            straight.run(kept, ONE_EVENT, {"slug": "broken"})
        assert (gone.value.connection_invalidated, kept.invalidated) == (True, True)

    assert ask(ONE_EVENT, {"slug": "broken"}).one().slug == "broken"
