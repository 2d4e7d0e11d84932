"""Transactions, column types, and what the database itself refuses, on both databases alike."""

import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError, IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from partnering import audit, clock, sqlite
from partnering.db import (
    BilingualText,
    Model,
    NaiveTime,
    OutsideTransaction,
    after_commit,
    append_only_tables,
    db,
    end_reading,
    new_public_id,
    transaction,
    writing,
)
from partnering.events.models import Event, Host
from partnering.limits import RateLimit
from partnering.organisations.models import Organisation
from partnering.rows import write
from partnering.tickets.models import Pool, PriceTier
from tests.factories import make_event, make_host, make_pool, make_product


class Undone(Exception):
    """What a test raises to end a transaction."""


def host(name: str = "Probe e. V.") -> Host:
    return Host(name=name, legal_name=name, email="host@example.org")


def store(thing: Model) -> None:
    with transaction() as session:
        session.add(thing)


def names() -> list[str]:
    return list(db.session.scalars(sa.select(Host.name).order_by(Host.name)))


# -- transaction()


def test_a_transaction_commits_at_its_end(ctx):
    with transaction() as session:
        session.add(host("stays"))
    db.session.remove()

    assert names() == ["stays"]


def test_an_error_undoes_everything_and_forgets_what_was_to_follow(ctx):
    heard: list[str] = []

    def begin_and_fail() -> None:
        with transaction() as session:
            session.add(host("goes"))
            session.flush()
            after_commit(lambda: heard.append("first"))
            raise Undone

    with pytest.raises(Undone):
        begin_and_fail()
    with transaction() as session:
        session.add(host("stays"))
        after_commit(lambda: heard.append("second"))
        heard_inside = list(heard)

    assert names() == ["stays"]
    assert heard_inside == []
    assert heard == ["second"]


def test_a_deed_after_a_failed_commit_does_not_run(ctx):
    heard: list[str] = []

    def commit_what_is_not_whole() -> None:
        with transaction() as session:
            session.add(Event(id=1))
            after_commit(lambda: heard.append("told"))

    with pytest.raises(IntegrityError):
        commit_what_is_not_whole()
    make_host()

    assert heard == []


def test_a_transaction_inside_a_transaction_is_refused(ctx):
    def nest() -> None:
        with transaction() as session:
            session.add(host())
            with transaction():
                session.add(host())

    with pytest.raises(OutsideTransaction):
        nest()

    assert names() == []
    assert not writing()


def test_nothing_commits_outside(ctx):
    with pytest.raises(OutsideTransaction):
        db.session.commit()


def test_nothing_is_written_outside(ctx):
    kept = make_host("kept")

    db.session.add(host())
    with pytest.raises(OutsideTransaction):
        db.session.flush()
    db.session.rollback()
    kept.name = "changed"
    with pytest.raises(OutsideTransaction):
        db.session.flush()
    db.session.rollback()
    for statement in (sa.insert(Host).values(name="x"), sa.update(Host).values(name="x"), sa.delete(Host)):
        with pytest.raises(OutsideTransaction):
            db.session.execute(statement)

    assert names() == ["kept"]


def test_a_transaction_forgets_what_was_read_before(ctx):
    seen = make_host("before")
    assert seen.name == "before"
    with db.engine.connect() as other:
        other.execute(sa.update(Host).values(name="after"))
        other.commit()

    with transaction():
        assert seen.name == "after"


@pytest.mark.engine("sqlite")
def test_a_writer_holds_the_file_from_its_first_moment(ctx):
    with transaction():
        assert not can_begin_to_write()
    assert can_begin_to_write()

    assert names() == []  # a reader does not
    assert can_begin_to_write()


def can_begin_to_write() -> bool:
    other = sqlite3.connect(str(db.engine.url.database), timeout=0, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        other.close()
    return True


@pytest.mark.engine("sqlite")
def test_whoever_waits_for_another_process_goes_on_with_the_next_look(ctx, monkeypatch):
    other = sqlite3.connect(str(db.engine.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    looks: list[float] = []

    class Waiting:
        def wait(self, seconds: float) -> None:
            looks.append(seconds)
            if len(looks) == 3:
                other.execute("COMMIT")

    monkeypatch.setattr(sqlite, "_never", Waiting())
    with transaction():
        write(host("after"))
        assert not can_begin_to_write()
    other.close()

    assert looks == [sqlite.LOOK_SECONDS] * 3
    assert db.session.scalar(sa.text("PRAGMA busy_timeout")) == 15_000


@pytest.mark.engine("sqlite")
def test_sqlite_waits_keeps_foreign_keys_and_loses_nothing(ctx):
    asked = {
        name: db.session.execute(sa.text(f"PRAGMA {name}")).scalar()
        for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    }

    assert asked == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 15000}


@pytest.mark.engine("postgresql")
def test_a_statement_stays_prepared_from_one_deed_to_the_next(ctx):
    for number in range(30):  # on whichever of the pool's connections
        names()
        with transaction():
            write(host(f"host {number}"))
        names()
        end_reading()

    prepared = db.session.scalars(sa.text("SELECT statement FROM pg_prepared_statements ORDER BY 1")).all()
    assert {" ".join(statement.split()[:3]) for statement in prepared} >= {"INSERT INTO host", "SELECT host.name FROM"}


def undone() -> None:
    with transaction():
        write(host("gone"))
        raise Undone


def test_what_is_undone_is_undone_even_where_reading_went_before(ctx):
    names()
    with pytest.raises(Undone):
        undone()
    end_reading()

    assert names() == []


def test_whoever_queues_goes_on_as_soon_as_a_deed_was_undone(ctx, monkeypatch):
    monkeypatch.setattr("partnering.db.QUEUE_SECONDS", 600)
    told = []

    def deed() -> None:
        with ctx.app_context(), transaction():
            write(host("next"))
        told.append("done")

    queuing = threading.Thread(target=deed, daemon=True)

    def undone_while_somebody_queues() -> None:
        with transaction():
            write(host("gone"))
            queuing.start()
            raise Undone

    with pytest.raises(Undone):
        undone_while_somebody_queues()
    queuing.join(20)

    assert told == ["done"]
    assert names() == ["next"]


@pytest.mark.engine("postgresql")
def test_postgresql_refuses_what_is_written_past_the_session(ctx):
    with transaction():
        write(host("there"))
    link = db.session.connection()

    with pytest.raises(sa.exc.InternalError, match="read-only"):
        link.execute(sa.delete(Host))
    end_reading()

    assert names() == ["there"]
    with transaction():
        db.session.connection().execute(sa.delete(Host))
    with db.engine.begin() as free:
        free.execute(sa.text("CREATE TABLE by_hand (id integer)"))
        free.execute(sa.text("DROP TABLE by_hand"))
    assert names() == []


@pytest.mark.engine("postgresql")
def test_postgresql_reads_what_others_committed_meanwhile(ctx):
    with transaction() as session:
        assert session.execute(sa.text("SHOW transaction_isolation")).scalar() == "read committed"
        before = names()
        with db.engine.connect() as other:
            other.execute(sa.insert(Host).values(row_of(host("other"))))
            other.commit()
        after = names()

    assert (before, after) == ([], ["other"])


def row_of(thing: Model) -> dict[str, object]:
    """The values of a new row, for the plain table."""
    table = type(thing).__table__
    values = {column.name: getattr(thing, column.name, None) for column in table.columns if column.name != "id"}
    filled = {name: value for name, value in values.items() if value is not None}
    missing = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in filled and column.default is not None and not callable(column.default.arg)
    }
    return {"public_id": new_public_id(), **missing, **filled}


# -- types


def test_a_time_without_zone_is_not_stored(ctx):
    naive = datetime(2027, 10, 13, 9)  # noqa: DTZ001 -- the fault

    with pytest.raises(StatementError) as caught:
        store(RateLimit(deed="try", key="k", window=0, ends_at=naive))

    assert isinstance(caught.value.orig, NaiveTime)


def test_times_come_back_as_the_same_instant_in_utc(ctx):
    eastern = timezone(timedelta(hours=5, minutes=45))
    moment = datetime(2027, 10, 13, 9, 30, 15, 123456, tzinfo=eastern)
    with transaction() as session:
        session.add(RateLimit(deed="try", key="k", window=0, ends_at=moment))
    db.session.remove()

    found = db.session.scalars(sa.select(RateLimit.ends_at)).one()

    assert found == moment
    assert found.tzinfo is UTC


def test_texts_come_back_in_both_languages_and_sort_by_either(ctx):
    event = make_event()
    with transaction() as session:
        for de, en in (("Apfel", "Zebra"), ("Birne", "Ant"), ("Ähre", "Mole")):
            session.add(Pool(event_id=event.id, name=BilingualText(de=de, en=en), capacity=1))
    db.session.remove()

    by_language = {
        language: list(db.session.scalars(sa.select(Pool.name).order_by(Pool.name[language].as_string())))
        for language in ("de", "en")
    }

    assert [text.en for text in by_language["en"]] == ["Ant", "Mole", "Zebra"]
    assert [text.de for text in by_language["de"]] == ["Apfel", "Birne", "Ähre"]
    assert by_language["en"][0] == BilingualText(de="Birne", en="Ant")


def test_a_missing_language_falls_back_to_the_other():
    german, both = BilingualText(de="Halle"), BilingualText(de="Halle", en="Hall")

    assert (german.in_("en"), german.language("en")) == ("Halle", "de")
    assert (both.in_("en"), both.language("en")) == ("Hall", "en")
    assert (str(german), bool(german), bool(BilingualText())) == ("Halle", True, False)


def test_public_ids_are_sixteen_letters_that_never_repeat():
    made = {new_public_id() for _ in range(1000)}

    assert len(made) == 1000
    assert {len(one) for one in made} == {16}
    assert set("".join(made)) <= set("abcdefghijklmnopqrstuvwxyz234567")


# -- what the database refuses


def test_rows_cannot_stray_into_another_event(ctx):
    here, elsewhere = make_event(), make_event()
    product = make_product(here)

    store(PriceTier(event_id=here.id, product_id=product.id, gross=100))
    stray = PriceTier(event_id=elsewhere.id, product_id=product.id, gross=100)
    with pytest.raises(IntegrityError):
        store(stray)

    tiers = sa.select(PriceTier.event_id).where(PriceTier.product_id == product.id)
    assert set(db.session.scalars(tiers)) == {here.id}


def test_every_key_between_two_rows_of_an_event_carries_the_event(app):
    in_event = {table.name for table in Model.metadata.sorted_tables if "event_id" in table.columns}
    strays = [
        f"{table.name}: {', '.join(key.column_keys)}"
        for table in Model.metadata.sorted_tables
        for key in table.foreign_key_constraints
        if table.name in in_event and key.referred_table.name in in_event and "event_id" not in key.column_keys
    ]

    assert strays == [
        "card_exchange: text_id",  # a text may be the host's, for all its events
        "organisation_profile: carried_from_id",  # an organisation lives on from event to event
        "lead: text_id",  # as above
        "invoice: series_id, previous",  # numbers follow each other across a host's events
    ]


@pytest.mark.parametrize("deed", ["UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"])
def test_what_is_append_only_stays_as_it_is(ctx, deed):
    with transaction():
        audit.record("probe.made", make_host())

    with pytest.raises(DatabaseError, match="append-only"), db.engine.begin() as connection:
        connection.exec_driver_sql(deed)

    assert set(append_only_tables()) == {
        "audit_entry",
        "invoice",
        "invoice_document",
        "invoice_line",
        "ledger_entry",
    }
    assert list(db.session.scalars(sa.select(audit.AuditEntry.action))) == ["probe.made"]


def test_a_count_holds_whole_numbers_only(ctx):
    pool = make_pool(make_event())

    with pytest.raises(DatabaseError), db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE pool SET capacity = 'many'")

    assert db.session.scalars(sa.select(Pool.capacity)).all() == [pool.capacity]


@pytest.mark.parametrize("wrong", ["-1", "capacity + over + 1"])
def test_a_pool_cannot_be_used_beyond_what_it_holds(ctx, wrong):
    make_pool(make_event())

    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE pool SET used = {wrong}")  # noqa: S608 -- the parameters above


def test_a_stale_edit_is_refused(ctx):
    kept = make_organisation("first")

    with pytest.raises(StaleDataError), transaction() as session:
        edit_meanwhile(session.get_one(Organisation, kept))

    assert db.session.get_one(Organisation, kept).name == "first"


def make_organisation(name: str) -> int:
    holder = make_host()
    with transaction() as session:
        made = Organisation(host_id=holder.id, name=name, folded_name=name)
        session.add(made)
        session.flush()
        return made.id


def edit_meanwhile(stale: Organisation) -> None:
    """Change the row as another page would have done since, then change the stale object."""
    db.session.execute(
        sa.update(Organisation)
        .where(Organisation.id == stale.id)
        .values(version=Organisation.version + 1)
        .execution_options(synchronize_session=False)
    )
    stale.name = "second"
    db.session.flush()


def test_an_edit_raises_the_version(ctx):
    kept = make_organisation("first")
    with transaction() as session:
        session.get_one(Organisation, kept).name = "second"

    assert db.session.get_one(Organisation, kept).version == 2


def test_now_is_asked_anew_in_each_transaction(ctx):
    with transaction():
        first = clock.now()
        again = clock.now()
    with transaction():
        later = clock.now()

    assert first == again
    assert later > first
