"""Rows asked for and written without the session's bookkeeping: the same rows, the same refusals."""

from contextlib import suppress

import pytest
import sqlalchemy as sa
from sqlalchemy.orm.exc import StaleDataError

from partnering.db import OutsideTransaction, db, once_in_deed, table_of, transaction
from partnering.events.models import Event, Host
from partnering.rows import Reader, ask, change, new_row, write
from tests.factories import make_event

NAMES = sa.select(Host.name).where(Host.city == sa.bindparam("city")).order_by(Host.name)


def host(name: str) -> Host:
    return Host(name=name, legal_name=name, email="host@example.org")


def names() -> list[str]:
    return list(db.session.scalars(sa.select(Host.name).order_by(Host.name)))


def test_rows_written_at_once_are_what_flushing_would_have_made_of_them(ctx):
    with transaction() as session:
        flushed = host("flushed")
        session.add(flushed)
        session.flush()
        written, another = (
            host("written"),
            new_row(Host, name="another", legal_name="another", email="host@example.org"),
        )
        write(written, another)
        written.city = "Dresden"
    db.session.expire_all()

    def told(row: Host) -> dict[str, object]:
        own = ("id", "public_id", "name", "legal_name", "city")
        return {column.name: getattr(row, column.name) for column in Host.__table__.columns if column.name not in own}

    assert told(written) == told(another) == told(flushed)
    assert (written.city, another.city) == ("Dresden", "")
    assert len({written.public_id, another.public_id, flushed.public_id}) == 3
    assert names() == ["another", "flushed", "written"]


def test_a_row_that_was_undone_stands_in_nobodys_way(ctx):
    undone, kept = (new_row(Host, name=name, legal_name=name, email="host@example.org") for name in ("undone", "kept"))
    with suppress(ZeroDivisionError), transaction():
        write(undone)
        raise ZeroDivisionError
    with transaction():
        write(kept)  # on SQLite it gets the id of the other, which is held here
        found = db.session.get(Host, kept.id)

    assert (found is kept, names()) == (True, ["kept"])


def test_what_was_changed_is_stored_known_and_counted(ctx):
    event = make_event()
    version = event.version
    with transaction():
        event = db.session.get_one(Event, event.id)
        change(event, city="Görlitz", faq=[{"q": "?"}])
        known = (event.city, event.faq, event.version)
        clean = event not in db.session.dirty
        event.city = "Zittau"  # and what is set after it is written as ever
    db.session.expire_all()

    assert known == ("Görlitz", [{"q": "?"}], version + 1)
    assert clean
    assert (event.city, event.faq, event.version) == ("Zittau", [{"q": "?"}], version + 2)


def test_what_somebody_else_has_changed_meanwhile_is_not_overwritten(ctx):
    made = make_event()

    def too_late() -> None:
        with transaction():
            event = db.session.get_one(Event, made.id)
            db.session.connection().execute(sa.update(table_of(Event)).values(version=event.version + 1))
            change(event, city="Görlitz")

    with pytest.raises(StaleDataError):
        too_late()
    db.session.expire_all()

    assert db.session.get_one(Event, made.id).city != "Görlitz"


def test_a_small_question_knows_what_waits_to_be_written(ctx):
    with transaction() as session:
        waiting = host("waits")
        waiting.city = "Dresden"
        session.add(waiting)
        found = [row.name for row in ask(NAMES, {"city": "Dresden"})]

    assert found == ["waits"]


def test_nothing_is_written_or_changed_outside_a_transaction(ctx):
    with transaction():
        write(host("there"))
    (there,) = db.session.scalars(sa.select(Host)).all()

    with pytest.raises(OutsideTransaction):
        write(host("stray"))
    with pytest.raises(OutsideTransaction):
        change(there, city="Dresden")

    assert (names(), there.city) == (["there"], "")


HOSTS, EVENTS = Reader(Host), Reader(Event, without=(Event.description, Event.faq))
HOSTS_AND_EVENTS = (
    sa.select(*HOSTS.columns, *EVENTS.columns)
    .select_from(table_of(Host).outerjoin(table_of(Event), Event.host_id == Host.id))
    .order_by(Host.id, Event.id)
)


def said(thing: Host | Event) -> dict[str, object]:
    return {column.name: getattr(thing, column.name) for column in table_of(type(thing)).columns}


def test_things_read_out_of_plain_rows_are_what_the_session_reads(ctx):
    event = make_event()
    with transaction() as session:
        session.add(host("Without an event"))
    expected = [said(db.session.get_one(Host, event.host_id)), said(db.session.get_one(Event, event.id))]
    db.session.remove()
    hosts: dict[int, Host] = {}
    events = []
    for row in ask(HOSTS_AND_EVENTS, {}):
        HOSTS.once(hosts, row)
        events.append(EVENTS.thing(row, len(HOSTS.columns)))
    first, _without = hosts.values()
    read, nothing = events

    assert nothing is None
    assert read is not None
    assert (db.session.get(Host, first.id), db.session.get(Event, read.id)) == (first, read)
    assert "description" not in vars(read)
    assert [said(first), said(read)] == expected  # what was left out is read now


def test_what_was_read_so_is_written_expired_and_read_anew_as_ever(ctx):
    version = make_event().version
    db.session.remove()
    with transaction():
        event = EVENTS.thing(ask(sa.select(*EVENTS.columns), {}).one())
        assert event is not None
        event.city = "Görlitz"
    assert event.version == version + 1
    with transaction() as session:
        change(event, city="Zittau")
        session.rollback()
    assert event.city == "Görlitz"
    with transaction():
        db.session.execute(sa.update(Event).values(city="Bautzen"))
        again = EVENTS.thing(ask(sa.select(*EVENTS.columns), {}).one())
        assert again is event
        assert "city" in vars(event)
        assert event.city == "Bautzen"


def test_what_a_deed_asks_once_is_forgotten_with_it(ctx):
    asked = []

    def question() -> int:
        asked.append(1)
        return len(asked)

    with transaction():
        assert [once_in_deed(("number",), question) for _time in range(3)] == [1, 1, 1]
    with transaction():
        assert once_in_deed(("number",), question) == 2
        assert once_in_deed(("another",), question) == 3
    assert [once_in_deed(("number",), question) for _time in range(2)] == [4, 5]


def test_nothing_is_written_past_a_deed_that_has_failed(ctx):
    def deed():
        with transaction() as session:
            write(new_row(Host, name="before"))
            session.add(Host())
            with suppress(sa.exc.IntegrityError):
                session.flush()
            change(new_row(Host, id=1), name="after")

    with pytest.raises(sa.exc.PendingRollbackError):
        deed()
    assert names() == []
