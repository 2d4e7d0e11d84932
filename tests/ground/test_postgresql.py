"""Connections to PostgreSQL: what ended while it rested is replaced, what ended in use is done again, once."""

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import postgresql
from partnering.db import db, end_reading, transaction
from partnering.events.models import Host
from partnering.guards import guarded, public
from partnering.rows import ask, new_row, write

pytestmark = pytest.mark.engine("postgresql")


def end_connections():
    """End every connection to this database but the one that says so, as a restart of the server does."""
    url = db.engine.url.render_as_string(hide_password=False)
    other = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with other.connect() as link:
        link.execute(
            sa.text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.dispose()


def one():
    return db.session.execute(sa.text("SELECT 1")).scalar_one()


def test_a_connection_that_ended_at_rest_is_replaced_before_it_is_used(ctx, monkeypatch):
    monkeypatch.setattr(postgresql, "TRUSTED_SECONDS", 0)
    assert one() == 1
    end_reading()

    end_connections()

    assert one() == 1


def test_one_that_was_used_a_moment_ago_is_believed_to_be_alive(ctx, monkeypatch):
    monkeypatch.setattr(postgresql, "TRUSTED_SECONDS", 60)
    assert one() == 1
    end_reading()

    end_connections()

    with pytest.raises(sa.exc.OperationalError) as lost:
        one()
    assert lost.value.connection_invalidated
    db.session.rollback()


@pytest.fixture
def cut(make_app, monkeypatch):
    """An application whose view loses its connection in the middle of its deed, or at its end, the first time."""
    monkeypatch.setattr(postgresql, "TRUSTED_SECONDS", 60)
    app = make_app()
    app.config["WTF_CSRF_ENABLED"] = False
    tries: list[str] = []

    @guarded(public)
    def deed(when: str) -> str:
        with transaction():
            db.session.add(Host(name=when))
            db.session.flush()
            tries.append(when)
            if len(tries) == 1:
                end_connections()
            if when == "middle":
                one()
        return "done"

    app.add_url_rule("/deed/<when>", "deed", deed, methods=["POST"])
    return app, tries


def hosts(app):
    with app.app_context():
        return db.session.scalars(sa.select(Host.name)).all()


def test_a_request_whose_connection_ended_is_done_again_and_nobody_notices(cut):
    app, tries = cut

    assert app.test_client().post("/deed/middle").text == "done"
    assert (tries, hosts(app)) == (["middle"] * 2, ["middle"])


def test_without_that_the_visitor_is_told_to_try_again(cut, monkeypatch):
    app, tries = cut
    monkeypatch.setattr("partnering.crossings.Application.dispatch_request", Flask.dispatch_request)
    app.config["PROPAGATE_EXCEPTIONS"] = False

    assert app.test_client().post("/deed/middle").status_code >= 500
    assert (tries, hosts(app)) == (["middle"], [])


def test_what_may_have_been_committed_is_not_done_again(cut):
    app, tries = cut
    app.config["PROPAGATE_EXCEPTIONS"] = False

    assert app.test_client().post("/deed/end").status_code >= 500
    assert tries == ["end"]


def test_the_columns_of_an_answer_are_its_own_however_often_it_is_asked(ctx):
    with db.engine.connect() as link:
        for _time in range(3):
            assert link.exec_driver_sql("SELECT 1 AS one, 'x' AS two").mappings().one() == {"one": 1, "two": "x"}
            assert link.exec_driver_sql("SELECT 1 AS three").mappings().one() == {"three": 1}
        link.exec_driver_sql("CREATE TEMPORARY TABLE grows (id integer)")
        link.exec_driver_sql("INSERT INTO grows VALUES (7)")
        assert link.exec_driver_sql("SELECT * FROM grows WHERE true").mappings().one() == {"id": 7}
        link.exec_driver_sql("ALTER TABLE grows ADD COLUMN name text DEFAULT 'x'")
        link.exec_driver_sql("DEALLOCATE ALL")
        assert link.exec_driver_sql("SELECT * FROM grows WHERE true").mappings().one() == {"id": 7, "name": "x"}


def test_statements_stay_prepared_beyond_the_drivers_own_limit(ctx):
    with db.engine.connect() as link:
        for number in range(300):
            link.exec_driver_sql(f"SELECT {number // 2} + %s", (1,))
        kept = link.exec_driver_sql(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%+ $1'"
        ).scalar()

    assert kept == 150


NUMBER = sa.select(sa.cast(sa.bindparam("number"), sa.BigInteger).label("number"))


def test_a_prepared_statement_is_asked_again_at_once_until_the_driver_forgets_it(ctx, monkeypatch):
    whole, execute = [], psycopg.Cursor.execute

    def counted(cursor, *asked, **options):
        whole.append(asked)
        return execute(cursor, *asked, **options)

    def whole_ways(*numbers):
        whole.clear()
        assert [ask(NUMBER, {"number": number}).scalar() for number in numbers] == list(numbers)
        return len(whole)

    monkeypatch.setattr(psycopg.Cursor, "execute", counted)

    assert whole_ways(1, 2, 3, 4, 5) == 2  # once as it is, once to prepare it
    assert whole_ways(70_000, 70_001, 70_002) == 2  # to the driver, numbers of another size are of another type
    assert whole_ways(6, 70_003, 7) == 0
    end_reading()
    assert whole_ways(8, 9, 70_004) == 1  # the first of a transaction begins it
    db.session.rollback()
    assert whole_ways(1, 2, 3) == 2


def test_what_is_asked_again_is_refused_as_ever(ctx):
    def deed(*names):
        with transaction():
            for name in names:
                write(new_row(Host, name=name))

    with pytest.raises(sa.exc.IntegrityError) as refused:
        deed("one", "two", "three", "four", None)

    assert isinstance(refused.value.orig, psycopg.errors.NotNullViolation)
    deed("five")
    assert db.session.scalars(sa.select(Host.name)).all() == ["five"]
