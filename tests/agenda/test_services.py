"""People's time and places are taken once, whoever asks at the same moment, and the database is the referee."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from partnering.agenda import services
from partnering.agenda.models import AgendaEntry, Appointment, Location, LocationAtom, ParticipantAtom
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event, Participant
from tests.factories import make_event, make_participant, make_person

BEGIN = datetime(2027, 10, 13, 8, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def make_tables(event: Event, count: int) -> list[Location]:
    with transaction():
        tables = [
            Location(event_id=event.id, kind="table", name=BilingualText(f"A{n}", f"A{n}"), row="A", column=n)
            for n in range(1, count + 1)
        ]
        db.session.add_all(tables)
        db.session.flush()
    return tables


def make_people(event: Event, count: int) -> list[Participant]:
    return [make_participant(event, make_person(f"p{n}@people.example")) for n in range(count)]


def meet(event: Event, people: list[Participant], tables: list[Location], starts_at: datetime = BEGIN) -> Appointment:
    with transaction():
        roles = zip(people, ("requester", "invitee"), strict=True)
        return services.hold_meeting(event, starts_at, starts_at + QUARTER, list(roles), tables)


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def test_a_meeting_takes_its_peoples_time_and_the_first_free_table(ctx):
    event = make_event()
    tables, people = make_tables(event, 2), make_people(event, 4)

    first = meet(event, people[:2], tables)
    second = meet(event, people[2:], tables)

    assert [first.location_id, second.location_id] == [tables[0].id, tables[1].id]
    assert (count(ParticipantAtom), count(LocationAtom)) == (12, 6)


def test_a_second_meeting_at_an_overlapping_time_is_refused_and_leaves_nothing(ctx):
    event = make_event()
    tables, people = make_tables(event, 2), make_people(event, 3)
    meet(event, people[:2], tables)

    with pytest.raises(services.TimeTaken) as refused:
        meet(event, people[1:], tables, BEGIN + timedelta(minutes=10))

    assert refused.value.participant_ids == [people[1].id]
    assert (count(Appointment), count(AgendaEntry), count(ParticipantAtom)) == (1, 2, 6)


def test_meetings_that_touch_do_not_overlap(ctx):
    event = make_event()
    tables, people = make_tables(event, 1), make_people(event, 2)

    meet(event, people, tables)
    meet(event, people, tables, BEGIN + QUARTER)

    assert count(Appointment) == 2


def test_without_a_free_table_nobody_meets(ctx):
    event = make_event()
    tables, people = make_tables(event, 1), make_people(event, 4)
    meet(event, people[:2], tables)

    with pytest.raises(services.PlaceTaken):
        meet(event, people[2:], tables)

    assert count(Appointment) == 1


def test_what_is_cancelled_frees_time_and_table_and_raises_the_sequence(ctx):
    event = make_event()
    tables, people = make_tables(event, 1), make_people(event, 2)
    meeting = meet(event, people, tables)

    with transaction():
        entries = services.cancel(meeting)
        again = services.cancel(meeting)

    assert [(entry.state, entry.sequence) for entry in entries] == [("cancelled", 1)] * 2
    assert again == []
    assert (count(ParticipantAtom), count(LocationAtom)) == (0, 0)
    meet(event, people, tables)


def test_a_moved_appointment_takes_its_new_time_and_only_that(ctx):
    event = make_event()
    tables, people = make_tables(event, 2), make_people(event, 2)
    meeting = meet(event, people, tables)

    with transaction():
        same = services.move(meeting, BEGIN, BEGIN + QUARTER, tables[0])
        moved = services.move(meeting, BEGIN + QUARTER, BEGIN + 2 * QUARTER, tables[1])

    assert (same, moved) == (False, True)
    assert (meeting.sequence, {entry.sequence for entry in meeting.entries}) == (1, {1})
    meet(event, people, tables)


def test_an_appointment_moved_onto_something_else_stays_where_it_was(ctx):
    event = make_event()
    tables, people = make_tables(event, 2), make_people(event, 3)
    meet(event, people[:2], tables)
    other = meet(event, people[1:], tables, BEGIN + QUARTER)

    with pytest.raises(services.TimeTaken), transaction():
        services.move(other, BEGIN, BEGIN + QUARTER, tables[1])

    db.session.refresh(other)
    assert (other.starts_at, other.sequence) == (BEGIN + QUARTER, 0)
    assert count(ParticipantAtom) == 12


def test_someone_who_left_and_comes_back_keeps_the_uid_under_a_higher_sequence(ctx):
    event = make_event()
    (jana,) = make_people(event, 1)
    with transaction():
        talk = services.appoint(event, "session", BEGIN, BEGIN + QUARTER)
        entry = services.attend(talk, jana, "speaker", blocks=True)
        uid = entry.uid
    with transaction():
        services.leave(entry)
        services.leave(entry)
    with transaction():
        back = services.attend(talk, jana, "speaker", blocks=True)

    assert (back.id, back.uid, back.state, back.sequence) == (entry.id, uid, "live", 2)
    assert count(ParticipantAtom) == 3


# -- at the same moment


def race(app: Flask, deeds: list[Callable[[], object]]) -> list[str]:
    """Do all deeds at once, each in a thread with a transaction of its own; how each ended."""
    barrier = threading.Barrier(len(deeds))
    ended: list[str] = []

    def run(deed: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait(20)
            try:
                deed()
                ended.append("held")
            except (services.TimeTaken, services.PlaceTaken) as refused:
                ended.append(type(refused).__name__)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return sorted(ended)


def accepts_at_once(app: Flask, rivals: int, *, tables: int, shared_person: bool) -> list[str]:
    """Meetings at one time: all with Jana, or all with different people; how each ended."""
    with app.app_context():
        event = make_event()
        event_id = event.id
        places = [table.id for table in make_tables(event, tables)]
        people = [person.id for person in make_people(event, 2 * rivals)]
        db.session.remove()

    def accept(number: int) -> None:
        first = people[0] if shared_person else people[2 * number]
        with transaction():
            services.hold_meeting(
                db.session.get_one(Event, event_id),
                BEGIN,
                BEGIN + QUARTER,
                [
                    (db.session.get_one(Participant, first), "requester"),
                    (db.session.get_one(Participant, people[2 * number + 1]), "invitee"),
                ],
                [db.session.get_one(Location, place) for place in places],
            )

    return race(app, [partial(accept, number) for number in range(rivals)])


def test_nobody_is_held_in_two_meetings_at_once(app):
    assert accepts_at_once(app, 6, tables=8, shared_person=True) == ["TimeTaken"] * 5 + ["held"]


def test_one_table_holds_one_meeting(app):
    assert accepts_at_once(app, 6, tables=1, shared_person=False) == ["PlaceTaken"] * 5 + ["held"]


def test_two_tables_hold_two_meetings(app):
    assert accepts_at_once(app, 6, tables=2, shared_person=False) == ["PlaceTaken"] * 4 + ["held"] * 2


def test_without_the_index_people_would_be_held_twice(make_app):
    app = make_app()
    with app.app_context(), transaction() as session:
        session.execute(sa.text("DROP INDEX uq_participant_atom_binding"))

    assert accepts_at_once(app, 6, tables=8, shared_person=True) == ["held"] * 6


def test_without_the_constraint_a_table_would_hold_many(make_app, engine):
    app = make_app()
    with app.app_context(), transaction() as session:
        if engine == "postgresql":
            session.execute(sa.text("ALTER TABLE location_atom DROP CONSTRAINT uq_location_atom_location_id_atom"))
        else:
            session.execute(sa.text("DROP TABLE location_atom"))
            session.execute(
                sa.text("CREATE TABLE location_atom (id INTEGER PRIMARY KEY, appointment_id, location_id, atom)")
            )

    assert accepts_at_once(app, 6, tables=1, shared_person=False) == ["held"] * 6


def test_people_are_locked_in_order_whoever_asks_in_which_order(app: Flask):
    with app.app_context():
        people = make_people(make_event(), 3)
        ids = [person.id for person in people]
        asked: list[str] = []

        def watch(_c: object, _u: object, statement: str, parameters: object, *_more: object) -> None:
            asked.append(f"{statement} {parameters}")

        sa.event.listen(db.engine, "before_cursor_execute", watch)
        try:
            with transaction():
                services.lock_people(reversed(ids))
        finally:
            sa.event.remove(db.engine, "before_cursor_execute", watch)
        (statement,) = [each for each in asked if "FROM participant" in each]
        assert "ORDER BY participant.id" in statement
        assert ("FOR NO KEY UPDATE" in statement) == (db.engine.dialect.name == "postgresql")
