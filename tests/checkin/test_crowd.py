"""Who is inside now, also in the nights when clocks change; numbers in constant work, also of 20,000 scans."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from partnering import clock
from partnering.checkin import conflicts, crowd, queries, services
from partnering.checkin.models import Admission, CheckinList, Scan
from partnering.db import db, new_public_id, table_of, transaction
from tests.factories import make_event
from tests.factories.checkin import make_attendee, make_device, make_door, scan, ticket_text
from tests.support.counting import statements


def berlin(wall):
    return clock.from_zone(datetime.fromisoformat(wall), "Europe/Berlin")


def inside(event, door):
    db.session.expire_all()
    return crowd.inside_now(event, [db.session.get_one(CheckinList, door.id)])[door.id]


NIGHTS = {
    "clocks go forward, at a time that there is not": ("2027-03-27", "02:30", "2027-03-28T01:30:00Z"),
    "clocks go forward, after it": ("2027-03-27", "03:00", "2027-03-28T01:00:00Z"),
    "clocks go back, at a time that comes twice": ("2027-10-30", "02:30", "2027-10-31T00:30:00Z"),
    "clocks go back, after it": ("2027-10-30", "03:00", "2027-10-31T02:00:00Z"),
    "any other night": ("2027-10-13", "03:00", "2027-10-14T01:00:00Z"),
}


@pytest.mark.parametrize("name", NIGHTS)
@pytest.mark.parametrize("kind", ["event", "day"])
def test_everybody_counts_as_gone_out_once_at_the_hour_that_was_set(ctx, freeze, name, kind):
    day, hour, out = NIGHTS[name]
    gone = datetime.fromisoformat(out)
    freeze(berlin(f"{day}T18:00"))
    event = make_event(days=0)
    device = make_device(event)
    door = make_door(event, window_kind=kind, daily_from="12:00", daily_until="06:00")
    people = [make_attendee(event) for _ in range(3)]
    with transaction():
        services.edit_list(event, door, {"exit_all_at": hour})
    freeze(berlin(f"{day}T22:00"))
    for each in people:
        scan(event, door, device, ticket_text(each))
    scan(event, door, device, ticket_text(people[0]), type="exit")

    freeze(gone - timedelta(seconds=1))
    before = inside(event, door)
    freeze(gone)
    at_the_hour = inside(event, door)
    freeze(gone + timedelta(minutes=20))
    again = scan(event, door, device, ticket_text(people[1]))
    back = inside(event, door)
    freeze(gone + timedelta(minutes=90))  # the doubled hour has come a second time
    still = inside(event, door)

    assert (before, at_the_hour, back, still) == (2, 0, 1, 1)
    assert again.answer == "ok"


def test_nobody_is_said_to_be_inside_where_nobody_is_noted_to_go_out(ctx):
    event = make_event(days=0)
    once, again = make_door(event, entries="single"), make_door(event, entries="reentry")

    assert crowd.inside_now(event, [once, again]) == {again.id: 0}
    assert crowd.inside_now(event, [once]) == {}


def test_those_of_yesterday_are_not_inside_today(ctx, freeze):
    freeze(berlin("2027-10-13T09:00"))
    event = make_event(days=0)
    daily, whole = make_door(event, window_kind="day"), make_door(event)
    text, device = ticket_text(make_attendee(event)), make_device(event)
    for door in (daily, whole):
        scan(event, door, device, text)
    freeze(berlin("2027-10-14T09:00"))

    assert crowd.inside_now(event, [daily, whole]) == {daily.id: 0, whole.id: 1}


# -- many


def many(event, door, device, number, *, offset=0):
    """So many guests of one place's kind, let in within the last hour: rows as they are stored."""
    now, place = clock.now(), make_attendee(event)
    scans = [
        {
            "event_id": event.id,
            "public_id": new_public_id(),
            "device_id": device.id,
            "scan_id": f"many-{offset + n:08}",
            "list_id": door.id,
            "place_id": place.place_id,
            "registration_id": place.id,
            "code_text": "",
            "type": "entry",
            "via": "camera",
            "claimed_at": now - timedelta(seconds=n % 3_500),
            "received_at": now - timedelta(seconds=n % 3_500),
            "bounded_at": now - timedelta(seconds=n % 3_500),
            "answer": "already_in" if n % 10 == 0 else "ok",
            "said": "",
            "answers": {},
            "state": "refused" if n % 10 == 0 else "counted",
            "reason": "",
            "window_key": "event",
            "forced": False,
            "offline": False,
            "annulled_reason": "",
            "settlement": "",
        }
        for n in range(number)
    ]
    with transaction():
        db.session.execute(sa.insert(table_of(Scan)), scans)
    return place


def test_numbers_are_asked_as_often_for_20000_scans_as_for_one(ctx):
    event = make_event(days=0)
    doors, device = [make_door(event)], make_device(event)
    scan(event, doors[0], device, ticket_text(make_attendee(event)))

    def asked():
        db.session.rollback()
        with statements(db.engine) as found:
            crowd.now_at(event)
            queries.refusals(event, clock.now() - timedelta(hours=24))
        return len(found)

    asked()
    one = asked()
    doors += [make_door(event, name) for name in ("Tür Süd", "Tür West", "Tür Ost")]
    many(event, doors[1], device, 20_000)

    assert asked() == one
    assert dict(queries.refusals(event, clock.now() - timedelta(hours=24))) == {"already_in": 2_000}
    assert crowd.now_at(event).forecast.known


def plans(engine, deed):
    """How the database gets at what a deed asks of scans and admissions."""
    kept = []

    def explain(link, cursor, statement, parameters, context, executemany):
        if statement.lstrip().startswith("SELECT") and ("FROM scan" in statement or "FROM admission" in statement):
            kept.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", explain)
    try:
        deed()
    finally:
        sa.event.remove(engine, "before_cursor_execute", explain)
    found = []
    for statement, parameters in kept:
        if engine.dialect.name == "sqlite":
            rows = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            found.append(" ".join(row[3] for row in rows))
        else:
            db.session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
            rows = db.session.connection().exec_driver_sql(f"EXPLAIN {statement}", parameters)
            found.append(" ".join(row[0] for row in rows))
    return found


def test_numbers_are_found_by_an_index(ctx):
    event = make_event(days=0)
    door, device = make_door(event), make_device(event)
    scan(event, door, device, ticket_text(make_attendee(event)))

    def deed():
        crowd.now_at(event)
        queries.refusals(event, clock.now() - timedelta(hours=24))
        conflicts.number_open(event)

    found = plans(db.engine, deed)

    assert len(found) >= 5
    assert [plan for plan in found if "SCAN" in plan.replace("USING COVERING INDEX", "") or "Seq Scan" in plan] == []
    assert any("ix_scan_unsettled" in plan for plan in found)
    assert db.session.scalar(sa.select(sa.func.count(Admission.id))) == 1


def test_the_log_and_what_was_settled_are_found_by_their_indexes(ctx):
    """Of 20,000 scans a page of each is read off in its order: of the settled ones those rows alone."""
    event = make_event(days=0)
    door, device = make_door(event), make_device(event)
    many(event, door, device, 20_000)
    with transaction():
        some = db.session.scalars(sa.select(Scan.id).where(Scan.state == "refused").order_by(Scan.id).limit(60)).all()
        db.session.execute(
            sa.update(Scan).where(Scan.id.in_(some)).values(settlement="dismissed", settled_at=clock.now())
        )
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.exec_driver_sql("ANALYZE scan")

    assert all("ix_scan_settled" in plan for plan in plans(db.engine, lambda: conflicts.settled_ones(event)))
    log = plans(db.engine, lambda: queries.log(event))
    assert log
    assert all("ix_scan_received" in plan for plan in log)
