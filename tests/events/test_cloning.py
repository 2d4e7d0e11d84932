"""A conference made from another one: like it in all that was chosen, sharing nothing, on other days."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.agenda.models import Location, Zone
from partnering.checkin.models import CheckinList
from partnering.checkin.services import make_list
from partnering.db import BilingualText, Model, UtcDateTime, db, transaction
from partnering.events import cloning, services
from partnering.events.models import Event, LegalText, TeamRole
from partnering.events.signals import event_cloned
from partnering.invoices.models import InvoiceSeries, InvoiceSetup
from partnering.meetings.models import MeetingBlock, MeetingSlot
from partnering.meetings.setting_up import make_block, make_tables
from partnering.programme import profiles
from partnering.programme.models import ProgrammeSettings, Track
from partnering.programme.services import add_room, add_track
from partnering.questions.models import Question, QuestionSection, QuestionVersion
from partnering.registration.models import RefundRule
from partnering.tickets import services as tickets
from partnering.tickets.models import (
    Claim,
    Code,
    CodeProduct,
    Pool,
    PriceTier,
    Product,
    ProductAddOn,
    ProductPart,
    ProductPool,
)
from tests.backoffice.desk import form_of, open_desk
from tests.factories import (
    BIONECTION,
    make_bundle,
    make_code,
    make_crew,
    make_event,
    make_member_list,
    make_pool,
    make_product,
    make_registration,
    make_rules,
    make_workshop,
)
from tests.factories.questions import make_question
from tests.support.there import there

FOUR_WEEKS = 28

PARTS: dict[str, tuple[type[Model], ...]] = {
    "tickets": (Pool, Product, PriceTier, ProductPool, ProductPart, ProductAddOn),
    "codes": (Code, CodeProduct),
    "form": (QuestionSection, Question, QuestionVersion),
    "refunds": (RefundRule,),
    "invoices": (InvoiceSetup,),
    "places": (Zone, Location),
    "blocks": (MeetingBlock, MeetingSlot),
    "programme": (Track, ProgrammeSettings),
    "doors": (CheckinList,),
    "team": (TeamRole,),
    "texts": (LegalText,),
}
"""What each part brings along."""

OWN = {"id", "event_id", "public_id", "version", "generation", "created_at", "given_at", "published_at"}
EMPTY_AGAIN = {("pool", "used"), ("pool", "waiting"), ("pool", "over"), ("code", "uses"), ("location", "closed_from")}

MOVED_WITHIN = {
    ("product", "days"),
    ("checkin_list", "rules"),
    ("question_version", "rule"),
    ("meeting_slot", "first_atom"),
}


@pytest.fixture
def source(ctx: Flask) -> Event:
    """A conference in spring with everything that can be taken along, and something sold."""
    event = make_event(
        "frueh-2027",
        first_day=date(2027, 3, 10),
        last_day=date(2027, 3, 11),
        opens_at=datetime(2027, 3, 10, 8, 0, tzinfo=UTC),
        closes_at=datetime(2027, 3, 11, 17, 0, tzinfo=UTC),
        change_until=datetime(2027, 3, 1, 23, 0, tzinfo=UTC),
        withdrawal="button",
        description=BilingualText("Lang", "Long"),
    )
    make_crew(event)
    pool = make_pool(event, 100)
    ticket = make_bundle(
        event,
        pools=[pool],
        tiers=[(22_000, datetime(2027, 2, 1, 23, 0, tzinfo=UTC)), (29_000, None)],
        days=["2027-03-10"],
        on_sale_until=datetime(2027, 3, 9, 17, 0, tzinfo=UTC),
    )
    make_registration(event, product=ticket)
    hidden = make_product(event, pools=[pool], hidden=True, name=BilingualText("Versteckt", "Hidden"))
    workshop = make_workshop(event, "Kurs", datetime(2027, 3, 10, 12, 0, tzinfo=UTC), pools=[make_pool(event, 20)])
    with transaction():
        db.session.add(ProductAddOn(event_id=event.id, product_id=ticket.id, add_on_id=workshop.id))
    members = make_member_list(event)
    make_code(event, "MITGLIED", "member", audience="member", member_list_id=members.id, uses_max=50)
    make_code(event, "TUER-AUF", "access", products=[hidden])
    make_code(event, "GAST", "voucher", products=[ticket], blocked=3)
    make_rules(event, *BIONECTION)
    make_question(event, rule={"fact": "ticket", "is": ticket.public_id})
    make_question(event, rule={"fact": "today", "before": "2027-02-01"})
    with transaction():
        make_tables(event, "AB", 3, zone=BilingualText("Halle", "Hall"))
        room = add_room(event, BilingualText("Saal", "Hall"), capacity=80, exclusive=True)
        add_track(event, BilingualText("Medizin", "Medicine"))
        profiles.ask_for(
            event,
            profiles.settings_for(event),
            availability_until=None,
            slides_until=datetime(2027, 3, 3, 22, 59, tzinfo=UTC),
            contact=BilingualText("Regie", "Stage desk"),
            equipment=BilingualText("Projektor", "Projector"),
        )
        there(workshop.appointment).location_id = room.id
        make_block(
            event,
            BilingualText("Gespräche", "Meetings"),
            datetime(2027, 3, 10, 9, 0, tzinfo=UTC),
            datetime(2027, 3, 10, 11, 0, tzinfo=UTC),
        )
        make_list(event, BilingualText("Tür", "Door"), rules={"days": ["2027-03-10"], "products": [ticket.public_id]})
        series = InvoiceSeries(host_id=event.host_id, prefix="F-")
        db.session.add(series)
        db.session.flush()
        db.session.add(InvoiceSetup(event_id=event.id, series_id=series.id, iban="DE02120300000000202051"))
    return event


def cloned(source: Event, parts: Any = cloning.PARTS, slug: str = "spaet-2027") -> Event:
    """The same four weeks later: the change to summer time lies between."""
    with transaction():
        return cloning.clone(
            db.session.get_one(Event, source.id),
            slug=slug,
            name=BilingualText("Spät", "Late"),
            first_day=date(2027, 3, 10) + timedelta(days=FOUR_WEEKS),
            parts=parts,
        )


def rows(event: Event, model: type[Model]) -> list[Any]:
    columns = model.__table__.c
    return list(db.session.scalars(sa.select(model).where(columns.event_id == event.id).order_by(columns.id)))


def moved(at: datetime | None) -> datetime | None:
    """Four weeks later on the wall clock of Berlin."""
    if at is None:
        return None
    wall = clock.in_zone(at, "Europe/Berlin").replace(tzinfo=None) + timedelta(days=FOUR_WEEKS)
    return clock.from_zone(wall, "Europe/Berlin")


def references(model: type[Model]) -> set[str]:
    return {
        key.columns[1].name
        for key in model.__table__.foreign_key_constraints  # type: ignore[attr-defined]  # a mapped class's table
        if len(key.columns) == 2
    }


def plain(row: Any, skipped: set[str], *, shift: bool = False) -> dict[str, Any]:
    """The columns that a copy must have as well, moments moved where `shift`."""
    model = type(row)
    found = {}
    for column in model.__table__.columns:
        name = column.name
        if name in OWN | skipped | references(model) or (model.__tablename__, name) in EMPTY_AGAIN:
            continue
        value = getattr(row, name)
        found[name] = moved(value) if shift and isinstance(column.type, UtcDateTime) else value
    return found


def test_the_copy_equals_its_source_in_every_part(source: Event):
    target = cloned(source)

    for models in PARTS.values():
        for model in models:
            before, after = rows(source, model), rows(target, model)
            skipped = {name for table, name in MOVED_WITHIN if table == model.__tablename__} | {"last_atom"}
            assert before, model
            assert [plain(row, skipped) for row in after] == [plain(row, skipped, shift=True) for row in before]
    assert (target.state, target.withdrawal, target.description) == ("draft", "button", source.description)
    assert target.change_until == moved(source.change_until)
    assert (target.first_day, target.last_day) == (date(2027, 4, 7), date(2027, 4, 8))


def test_hours_stay_hours_over_the_change_to_summer_time(source: Event):
    target = cloned(source)

    assert target.opens_at == datetime(2027, 4, 7, 7, 0, tzinfo=UTC)
    workshop = next(product for product in rows(target, Product) if product.kind == "add_on")
    assert workshop.appointment.starts_at == datetime(2027, 4, 7, 11, 0, tzinfo=UTC)
    assert workshop.appointment.location.event_id == target.id
    assert [slot.starts_at for slot in rows(target, MeetingSlot)] == [
        moved(slot.starts_at) for slot in rows(source, MeetingSlot)
    ]


def test_days_and_rules_follow(source: Event):
    target = cloned(source)

    ticket = rows(target, Product)[0]
    assert ticket.days == ["2027-04-07"]
    assert rows(target, CheckinList)[0].rules == {"days": ["2027-04-07"], "products": [ticket.public_id]}
    rules = [version.rule for version in rows(target, QuestionVersion)]
    assert rules == [{"fact": "ticket", "is": ticket.public_id}, {"fact": "today", "before": "2027-03-01"}]


def test_the_copy_shares_nothing(source: Event):
    target = cloned(source)

    ids: dict[str, set[int]] = {}
    for table in Model.metadata.sorted_tables:
        if "event_id" in table.c and "id" in table.c:
            found = db.session.scalars(sa.select(table.c.id).where(table.c.event_id == source.id))
            ids[table.name] = set(found)
    shared = []
    for table in Model.metadata.sorted_tables:
        if "event_id" not in table.c:
            continue
        for row in db.session.execute(sa.select(table).where(table.c.event_id == target.id)).mappings():
            for key in table.foreign_keys:
                if key.column.name == "id" and row[key.parent.name] in ids.get(key.column.table.name, ()):
                    shared.append((table.name, key.parent.name))
    assert shared == []


def test_nothing_is_sold_but_vouchers_keep_their_places(source: Event):
    target = cloned(source)

    claims = rows(target, Claim)
    assert [claim.state for claim in claims] == ["blocked"] * 3
    assert [(pool.used, pool.capacity) for pool in rows(target, Pool)] == [(3, 100), (0, 20)]
    assert tickets.left(rows(target, Product)[0]) == 97
    assert [code.uses for code in rows(target, Code)] == [0, 0, 0]


@pytest.mark.parametrize("part", [*PARTS, "nothing"])
def test_only_what_was_chosen_comes_along(source: Event, part: str):
    wanted = {part, "tickets"} if part == "codes" else {part}

    target = cloned(source, wanted)

    brought = {name for name, models in PARTS.items() if any(rows(target, model) for model in models)}
    assert brought == wanted & set(PARTS)


def test_a_taken_address_makes_nothing(source: Event):
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Pool))

    with pytest.raises(services.SlugTaken):
        cloned(source, slug=source.slug)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Pool)) == before
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 1


def test_a_fault_half_way_undoes_everything(source: Event):
    def fail(target: Event, **_more: Any) -> None:
        raise RuntimeError("half-way")

    with event_cloned.connected_to(fail), pytest.raises(RuntimeError):
        cloned(source)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 1


def test_rooms_above_hear_of_it(source: Event):
    heard = []

    def note(target: Event, source: Event, parts: frozenset[str]) -> None:
        heard.append((target.slug, source.slug, parts))

    with event_cloned.connected_to(note):
        cloned(source, ["texts", "nonsense"])

    assert heard == [("spaet-2027", "frueh-2027", frozenset({"texts"}))]


# -- the page


@pytest.fixture
def desk(source: Event, client: FlaskClient) -> str:
    """The address of the page, its organiser signed in."""
    return f"/manage/{open_desk(client, source).slug}/clone"


def test_the_page_proposes_the_same_weekday_a_year_later(desk: str, client: FlaskClient):
    form = form_of(client, desk)

    assert (form["slug"], form["first_day"]) == (["frueh-2028"], ["2028-03-08"])
    assert form["parts"] == list(cloning.PARTS)


def test_the_page_makes_one_draft_however_often_it_is_sent(desk: str, client: FlaskClient):
    form = form_of(client, desk)

    answers = [client.post(desk, data=form) for _time in range(2)]

    assert [answer.location for answer in answers] == ["/manage/frueh-2028/settings"] * 2
    assert client.get(answers[0].location).status_code == 200
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": ""},
        {"slug": "Frueh"},
        {"slug": "frueh-2027"},
        {"first_day": ""},
        {"first_day": "٢٠٢٨-٠٣-٠٨"},
        {"name_de": ""},
        {"parts": ["codes"]},
        {"parts": ["everything"]},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_nothing_is_lost(desk: str, client: FlaskClient, wrong: dict[str, Any]):
    answer = client.post(desk, data={**form_of(client, desk), "name_en": "Kept", **wrong})

    assert (answer.status_code, 'value="Kept"' in answer.text) == (422, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Event)) == 1
