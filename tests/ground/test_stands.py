"""Words that are replaced with every commit about a topic, and only with those."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering import rows, stands
from partnering.agenda.services import block
from partnering.db import BilingualText, Model, db, table_of, transaction
from partnering.delegates import index, presence
from partnering.events.models import Event, Participant
from partnering.limits import RateLimit
from partnering.meetings import absences
from partnering.memory import memory
from partnering.programme import feeds
from partnering.tickets.models import Pool
from tests.factories import make_event, make_participant
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event
from tests.factories.programme import make_session
from tests.support.counting import statements
from tests.support.reading import tables_read_by

TOPIC = "probe"
NAME = BilingualText(de="Kontingent", en="Pool")


@pytest.fixture
def event(ctx: Flask, monkeypatch: pytest.MonkeyPatch) -> Event:
    event = make_event()
    make_participant(event)
    monkeypatch.setattr(stands, "_topics", {name: set(topics) for name, topics in stands._topics.items()})
    monkeypatch.setattr(stands, "_topics_of_new", {name: set(topics) for name, topics in stands._topics_of_new.items()})
    stands.watch(TOPIC, Event, Pool)
    stands.watch(TOPIC, Participant, new=False)
    return db.session.get_one(Event, event.id)


def words() -> str:
    with db.engine.connect() as link:
        return stands.words(link, TOPIC)


def table(model: type[Model]) -> sa.Table:
    return table_of(model)


def write_and_fail(event: Event) -> None:
    with transaction():
        rows.write(pool(event))
        raise LookupError


def pool(event: Event) -> Pool:
    return Pool(event_id=event.id, name=NAME, capacity=3)


DEEDS: dict[str, Callable[[Event], object]] = {
    "a thing is added": lambda event: db.session.add(pool(event)),
    "a thing is set": lambda event: setattr(event, "zone", "Europe/Vienna"),
    "rows are written": lambda event: rows.write(pool(event)),
    "several rows are written": lambda event: rows.write(pool(event), pool(event)),
    "a row is changed": lambda event: rows.change(event, zone="Europe/Vienna"),
    "a statement is run": lambda event: db.session.execute(sa.update(Event).values(zone="Europe/Vienna")),
    "a statement about the table": lambda event: db.session.connection().execute(
        sa.update(table(Participant)).values(function="Leitung")
    ),
    "rows are deleted": lambda event: db.session.execute(sa.delete(Pool)),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS.keys())
def test_a_commit_about_the_topic_replaces_a_word(event: Event, deed: Callable[[Event], object]):
    before = words()
    with transaction():
        deed(db.session.merge(event))

    assert words() != before


def test_what_is_not_of_the_topic_replaces_none(event: Event):
    before = words()
    make_participant(event)  # a new one, whom nothing of the topic names
    with statements() as asked, transaction():
        db.session.execute(sa.delete(RateLimit))
    with transaction():
        pass

    assert words() == before
    assert not any("stand" in each for each in asked), "nor is anything written for it"


def test_what_was_undone_replaces_none_and_is_forgotten(event: Event):
    before = words()
    with pytest.raises(LookupError):
        write_and_fail(event)
    with transaction():
        db.session.execute(sa.delete(RateLimit))

    assert words() == before


def test_the_words_are_replaced_together_with_what_was_written(event: Event):
    before = words()
    with transaction():
        rows.write(pool(event))
        db.session.flush()
        assert words() == before
    assert words() != before


def test_those_who_write_at_once_all_replace_a_word(event: Event, app: Flask):
    number = event.id
    seen = {words()}

    def write(_turn: int) -> None:
        with app.app_context():
            with transaction():
                db.session.add(Pool(event_id=number, name=NAME, capacity=3))
            seen.add(words())
            db.session.remove()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, range(24)))

    assert len(seen) > 24 / 2, "two may look after both have written, but few do"
    with db.engine.connect() as link:
        assert link.execute(sa.select(sa.func.count()).select_from(table(stands.Stand))).scalar_one() <= stands.LANES


def test_topics_know_every_table_that_is_read_about_them(ctx: Flask):
    event = make_partnering_event()
    jana, ben = make_delegate(event), make_delegate(event)
    with transaction():
        block(ben.participant, event, event.opens_at, event.closes_at)
    make_session(event, speakers=[make_participant(event)])
    slots = absences.free(jana)
    reading: dict[str, Callable[[], object]] = {
        presence.TIMES: lambda: (
            absences.free(jana),
            absences.never_free(jana, slots),
            absences.shared(jana, [ben.participant_id], slots),
        ),
        index.DOCUMENTS: lambda: index.of(event.id).words_with(["a"], 3),
        feeds.PROGRAMME: lambda: feeds.public(event),
    }
    for topic, read in reading.items():
        memory().forget()
        tables = tables_read_by(read) & {table.name for table in Model.metadata.sorted_tables}
        assert tables & stands.watched(topic), topic
        constant = {"delegate"} if topic == index.DOCUMENTS else set()  # a document's delegate stays who they are
        assert tables - constant - {"stand"} <= stands.watched(topic), topic
