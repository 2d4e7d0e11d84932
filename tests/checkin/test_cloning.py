"""An event that is made from another one brings its doors along: what they let in, when, and what they ask."""

import sqlalchemy as sa
from flask import Flask

from partnering.checkin import asking, devices, queries
from partnering.checkin.models import CheckinList, CheckinQuestion
from partnering.clock import now
from partnering.db import BilingualText, db, transaction
from partnering.events.models import Event
from partnering.tickets.models import Product
from tests.delegates.test_cloning import cloned
from tests.factories import make_event, make_product
from tests.factories.checkin import make_attendee, make_device, make_door, scan, ticket_text

WORDS = BilingualText("Welches Hauptgericht?", "Which main course?")
DISHES = [("", BilingualText("Zander", "Pike-perch")), ("", BilingualText("Kürbis", "Squash"))]


def with_doors() -> tuple[Event, Product]:
    """An event with three lists that name tickets, days and each other, one closed, and a dinner that asks."""
    event = make_event(days=0)
    ticket, dinner = make_product(event), make_product(event, kind="add_on", partnering=False)
    entrance = make_door(event, rules={"products": [ticket.public_id], "days": [event.first_day.isoformat()]})
    evening = make_door(
        event,
        "Abend",
        "Evening",
        kind="dinner",
        entries="single",
        unpaid="refuse",
        daily_from="18:00",
        rules={
            "addons": [dinner.public_id],
            "after": [entrance.public_id],
            "extras": [dinner.public_id, "photo"],
        },
    )
    make_door(event, "Alt", closed_at=now())
    with transaction():
        asking.add(event, evening, asking.Words(WORDS, "choice", True, DISHES))
        gone = asking.add(event, evening, asking.Words(BilingualText("Früher?", "Before?"), "yes_no"))
        gone.retired_at = now()
        devices.make(event, "Telefon 1", by=None)
    scan(event, entrance, make_device(event), ticket_text(make_attendee(event, ticket)))
    return event, ticket


def lists_of(event: Event) -> list[CheckinList]:
    db.session.expire_all()
    return list(queries.lists_of(event))


def test_lists_and_their_questions_come_along(ctx: Flask):
    source, ticket = with_doors()
    target = cloned(source, ["tickets", "doors"])

    entrance, evening = lists_of(target)  # the closed one stays behind
    rows = db.session.execute(sa.select(Product.kind, Product.public_id).where(Product.event_id == target.id))
    products: dict[str, str] = dict(iter(rows))
    assert products["ticket"] != ticket.public_id
    assert entrance.rules == {"products": [products["ticket"]], "days": [target.first_day.isoformat()]}
    assert evening.rules == {
        "addons": [products["add_on"]],
        "after": [entrance.public_id],
        "extras": [products["add_on"], "photo"],
    }
    kept = (evening.name.en, evening.kind, evening.entries, evening.unpaid, evening.daily_from)
    assert kept == ("Evening", "dinner", "single", "refuse", "18:00")
    [question] = evening.questions  # the retired one stays behind
    assert (question.label, question.kind, question.required) == (WORDS, "choice", True)
    assert [option["de"] for option in question.options] == ["Zander", "Kürbis"]
    assert question.event_id == target.id


def test_nobody_who_was_here_comes_along_and_the_source_stays_as_it_was(ctx: Flask):
    source, _ticket = with_doors()
    before = [(each.public_id, dict(each.rules)) for each in lists_of(source)]
    target = cloned(source, ["tickets", "doors"])

    assert [(each.public_id, dict(each.rules)) for each in lists_of(source)] == before
    assert [arrived for arrived, _expected in queries.counts(target, lists_of(target)).values()] == [0, 0]
    asked = db.session.scalars(sa.select(CheckinQuestion.event_id).order_by(CheckinQuestion.id)).all()
    assert asked == [source.id, source.id, target.id]


def test_rules_about_tickets_that_stay_behind_fall_away(ctx: Flask):
    source, _ticket = with_doors()
    entrance, evening = lists_of(cloned(source, ["doors"]))

    assert set(entrance.rules) == {"days"}
    assert evening.rules == {"after": [entrance.public_id], "extras": ["photo"]}
