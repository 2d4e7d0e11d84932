"""Codes, member lists and refund rules at the desk."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from partnering import clock
from partnering.audit import AuditDetail, AuditEntry
from partnering.db import db, transaction
from partnering.events.models import Event
from partnering.registration.models import RefundRule
from partnering.registration.refund_rules import refund_sentences
from partnering.tickets import services as tickets
from partnering.tickets.models import Code, MemberEntry, MemberList, Product
from tests.factories import (
    BIONECTION,
    make_code,
    make_event,
    make_member_list,
    make_pool,
    make_product,
    make_rules,
)

from .desk import counted, form_of, open_desk


@pytest.fixture
def event(ctx: Flask, client: FlaskClient) -> Event:
    """An event whose organiser is signed in."""
    return open_desk(client)


@pytest.fixture
def path(event: Event) -> str:
    """Where codes are."""
    return f"/manage/{event.slug}/tickets/codes"


def the(model: Any) -> Any:
    db.session.expire_all()
    return db.session.scalars(sa.select(model)).one()


def all_of(model: Any) -> list[Any]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(model).order_by(model.id)))


def last_deed() -> tuple[str, dict[str, Any], dict[str, Any]]:
    entry = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    detail = db.session.scalars(sa.select(AuditDetail).where(AuditDetail.entry_id == entry.id)).one()
    return entry.action, detail.before or {}, detail.after or {}


# -- codes


def test_a_discount_is_made_and_shared_by_link(event: Event, path: str, client: FlaskClient):
    product = make_product(event, gross=20_000)

    answer = client.post(
        f"{path}/new/discount",
        data={"text": "Netz-25", "discount": "percent", "value": "12,5", "audience": "", "uses_max": "3"},
    )

    made = the(Code)
    assert answer.location == path
    assert (made.text, made.kind, made.discount, made.value, made.uses_max) == (
        "Netz-25",
        "discount",
        "percent",
        1250,
        3,
    )
    assert tickets.priced(db.session.get_one(Product, product.id), code=made).gross == 17_500
    page = client.get(f"{path}/{made.public_id}").text
    assert f"/e/{event.slug}/register?code=Netz-25</a>" in page


def test_many_codes_at_once_are_readable_and_different(event: Event, path: str, client: FlaskClient):
    data = {"number": "20", "prefix": "sponsor", "discount": "price", "value": "0", "once": "0123456789abcdef"}

    for _click in range(2):
        assert client.post(f"{path}/new/discount", data=data).location == path

    made = all_of(Code)
    assert len({code.folded for code in made}) == len(made) == 20
    assert all(code.text.startswith("SPONSOR-") and not set("IO01") & set(code.text[8:]) for code in made)


def test_a_voucher_keeps_places_until_it_is_switched_off(event: Event, path: str, client: FlaskClient):
    product = make_product(event, pools=[make_pool(event, 10)])
    client.post(f"{path}/new/voucher", data={"text": "GAST", "blocked": "4", "products": [product.public_id]})
    made = the(Code)
    assert tickets.left(the(Product)) == 6

    for _click in range(2):
        client.post(f"{path}/{made.public_id}/switch", data={"active": "no"})

    assert (the(Code).active, tickets.left(the(Product))) == (False, 10)
    assert last_deed()[0] == "code.switched"


def test_a_voucher_that_wants_more_than_is_left_is_refused_beside_the_field(
    event: Event, path: str, client: FlaskClient
):
    product = make_product(event, pools=[make_pool(event, 3)])

    answer = client.post(
        f"{path}/new/voucher", data={"text": "GAST", "blocked": "4", "products": [product.public_id], "note": "Kept"}
    )

    assert (answer.status_code, 'id="blocked-error"' in answer.text, 'value="Kept"' in answer.text) == (422, True, True)
    assert all_of(Code) == []


def test_a_member_code_asks_for_a_list_and_an_access_code_opens_what_is_hidden(
    event: Event, path: str, client: FlaskClient
):
    hidden, members = make_product(event, hidden=True), make_member_list(event)
    client.post(f"{path}/new/member", data={"text": "MITGLIED", "audience": "member", "member_list": members.public_id})
    client.post(f"{path}/new/access", data={"text": "AUF", "products": [hidden.public_id]})

    member, access = all_of(Code)
    assert (member.audience, member.member_list_id, member.opens_hidden) == ("member", members.id, False)
    assert (access.opens_hidden, [row.product_id for row in access.products]) == (True, [hidden.id])


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("discount", {"discount": "none"}),
        ("discount", {"discount": "percent", "value": "101"}),
        ("discount", {"discount": "percent", "value": "١٠"}),
        ("discount", {"discount": "amount", "value": ""}),
        ("discount", {"discount": "all"}),
        ("discount", {"text": "ab"}),
        ("discount", {"text": "- - -"}),
        ("discount", {"text": "taken"}),
        ("discount", {"uses_max": "0"}),
        ("discount", {"uses_max": "x"}),
        ("discount", {"number": "501"}),
        ("discount", {"valid_from": "2030-02-01T00:00", "valid_until": "2030-01-01T00:00"}),
        ("discount", {"valid_until": "soon"}),
        ("discount", {"products": ["aaaaaaaaaaaaaaaa"]}),
        ("access", {"products": []}),
        ("voucher", {"products": []}),
        ("voucher", {"blocked": "-1"}),
        ("member", {"member_list": "aaaaaaaaaaaaaaaa"}),
        ("member", {"audience": "everything"}),
    ],
    ids=str,
)
def test_what_is_wrong_is_said_and_nothing_is_stored(
    event: Event, path: str, client: FlaskClient, kind: str, wrong: dict[str, Any]
):
    make_code(event, "TAKEN")
    sent = {"text": "GUT-1", "discount": "percent", "value": "10", "note": "Kept", **wrong}

    answer = client.post(f"{path}/new/{kind}", data=sent)

    assert (answer.status_code, 'value="Kept"' in answer.text) == (422, True)
    assert [code.text for code in all_of(Code)] == ["TAKEN"]


def test_a_missing_amount_is_said_beside_the_amount(event: Event, path: str, client: FlaskClient):
    answer = client.post(f"{path}/new/discount?lang=en", data={"discount": "amount", "value": ""})

    assert 'id="value-error"' in answer.text
    assert 'id="discount-error"' not in answer.text


def test_saving_what_is_shown_changes_nothing(event: Event, path: str, client: FlaskClient):
    product = make_product(event, pools=[make_pool(event, 10)])
    make_code(
        event,
        "GAST",
        "voucher",
        products=[product],
        blocked=4,
        uses_max=9,
        discount="amount",
        value=1_250,
        valid_until=datetime(2031, 3, 30, 1, 30, tzinfo=UTC),
    )
    code, entries = the(Code), len(all_of(AuditEntry))
    address, version = f"{path}/{code.public_id}", code.version

    assert client.post(address, data=form_of(client, address)).location == path
    assert (the(Code).version, len(all_of(AuditEntry))) == (version, entries)


def test_a_change_is_written_down_and_a_stale_one_refused(event: Event, path: str, client: FlaskClient):
    make_code(event, "ALT", discount="percent", value=1_000)
    address = f"{path}/{the(Code).public_id}"
    form = form_of(client, address)
    client.post(address, data={**form, "value": "20", "uses_max": "5"})
    assert last_deed() == ("code.changed", {"value": 1_000, "uses_max": None}, {"value": 2_000, "uses_max": 5})

    answer = client.post(address, data={**form, "value": "30"})

    assert (answer.status_code, the(Code).value) == (409, 2_000)


def test_a_limit_below_what_was_used_is_refused(event: Event, path: str, client: FlaskClient):
    product = make_product(event)
    code = make_code(event, "ZWEI", discount="percent", value=1_000)
    with transaction():
        held = db.session.get_one(Code, code.id)
        tickets.hold(event, [(db.session.get_one(Product, product.id), 2)], clock.now() + timedelta(hours=1), code=held)
    address = f"{path}/{code.public_id}"

    answer = client.post(address, data={**form_of(client, address), "uses_max": "1"})

    assert (answer.status_code, 'id="uses_max-error"' in answer.text, the(Code).uses_max) == (422, True, None)


def test_the_list_is_searched_and_saved_without_formulas(event: Event, path: str, client: FlaskClient):
    make_code(event, "NETZ-1", note="=1+1")
    make_code(event, "ANDERS")

    found = client.get(f"{path}?q=netz").text
    file = client.get(f"{path}.csv?q=netz").get_data().decode("utf-8-sig")

    assert ("NETZ-1" in found, "ANDERS" in found) == (True, False)
    assert ("NETZ-1" in file, "ANDERS" in file, '"\'=1+1"' in file) == (True, False, True)


def test_lists_ask_as_little_for_many_as_for_one(event: Event, path: str, client: FlaskClient):
    product, members = make_product(event), make_member_list(event)
    for number in range(8):
        make_code(event, f"CODE-{number}", "member", products=[product], member_list_id=members.id)
        if number == 0:
            client.get(path)
            with counted() as one:
                client.get(path)
    with counted() as eight:
        client.get(path)

    assert len(eight) == len(one)


def test_codes_of_another_conference_are_none_of_this_one(event: Event, path: str, client: FlaskClient):
    code = make_code(make_event(), "FREMD")

    assert client.get(f"{path}/{code.public_id}").status_code == 404
    assert client.post(f"{path}/{code.public_id}/switch", data={"active": "no"}).status_code == 404
    assert client.get(f"{path}/new/secret").status_code == 404


# -- member lists


@pytest.fixture
def lists(event: Event) -> str:
    """Where member lists are."""
    return f"/manage/{event.slug}/tickets/members"


def test_a_list_is_read_in_canonical_form_and_tells_what_stood_there_twice(
    event: Event, lists: str, client: FlaskClient
):
    text = "Jana@Lumenfold.example\n*.verein.example; @Haus.example\n\njana@LUMENFOLD.example"

    client.post(f"{lists}/new", data={"name": "Mitglieder", "entries": text})

    assert sorted(entry.value for entry in all_of(MemberEntry)) == [
        "haus.example",
        "jana@lumenfold.example",
        "verein.example",
    ]
    assert "jana@lumenfold.example" in client.get(lists).text  # named twice


def test_lines_that_are_neither_are_named_and_nothing_is_lost(event: Event, lists: str, client: FlaskClient):
    upload = (io.BytesIO("haus.example\nkein ort\n".encode("cp1252")), "liste.csv")

    answer = client.post(
        f"{lists}/new?lang=en",
        data={"name": "Kept", "entries": "gut.example\nschlecht", "file": upload},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 422
    for said in ("line 2: “schlecht”", "line 4: “kein”", 'value="Kept"', "haus.example"):
        assert said in answer.text
    assert all_of(MemberList) == []


def test_the_log_counts_members_and_names_none(event: Event, lists: str, client: FlaskClient):
    members = make_member_list(event, "Alte", ["alt.example"])
    address = f"{lists}/{members.public_id}"

    client.post(address, data={**form_of(client, address), "entries": "neu@haus.example\nzwei.example"})

    deed, before, after = last_deed()
    assert deed == "member_list.changed"
    assert (before, after) == (
        {"name": "Alte", "entries": 1},
        {"name": "Alte", "entries": 2, "added": 2, "removed": 1},
    )


@pytest.mark.parametrize("name", ["", "Alte"])
def test_a_list_needs_a_name_of_its_own(event: Event, lists: str, client: FlaskClient, name: str):
    make_member_list(event, "Alte")

    answer = client.post(f"{lists}/new", data={"name": name, "entries": "kept.example"})

    assert (answer.status_code, "kept.example" in answer.text, len(all_of(MemberList))) == (422, True, 1)


def test_a_stale_edit_of_a_list_is_refused(event: Event, lists: str, client: FlaskClient):
    address = f"{lists}/{make_member_list(event).public_id}"
    form = form_of(client, address)
    client.post(address, data={**form, "entries": "neu.example"})

    answer = client.post(address, data={**form, "entries": "mein.example"})

    assert (answer.status_code, "mein.example" in answer.text) == (409, True)
    assert [entry.value for entry in all_of(MemberEntry)] == ["neu.example"]


def test_lists_of_another_host_are_none_of_this_one(event: Event, lists: str, client: FlaskClient):
    foreign = make_member_list(make_event(), "Fremd", ["fremd.example"])

    assert client.get(f"{lists}/{foreign.public_id}").status_code == 404
    assert "Fremd" not in client.get(lists).text


# -- refunds


@pytest.fixture
def refunds(event: Event) -> str:
    """Where refund rules are."""
    return f"/manage/{event.slug}/tickets/refunds"


def rules() -> list[tuple[int, int, int]]:
    return [
        (rule.days_before, rule.percent, rule.fee) for rule in sorted(all_of(RefundRule), key=lambda r: -r.days_before)
    ]


def sent(*rows: tuple[str, str, str], **more: str) -> dict[str, str]:
    """Rules as the form sends them."""
    found = {"withdrawal": "none", "change_until": ""}
    for number, row in enumerate(rows):
        found |= {f"rules-{number}-{name}": said for name, said in zip(("days", "percent", "fee"), row, strict=True)}
    return {**found, **more}


def test_rules_are_set_and_read_by_buyers(event: Event, refunds: str, client: FlaskClient):
    version = form_of(client, refunds)["version"]

    client.post(
        refunds, data={**sent(("14", "50", "25"), ("28", "100", "25,00"), withdrawal="button"), "version": version}
    )

    assert rules() == list(BIONECTION)
    assert the(Event).withdrawal == "button"
    page = client.get(f"{refunds}?lang=en").text
    assert "(4 weeks before): the fee less €25.</p>" in page
    assert "(2 Wochen vorher): 50\xa0% der Gebühr abzüglich 25\xa0€.</p>" in page


def test_saving_the_same_rules_changes_nothing(event: Event, refunds: str, client: FlaskClient):
    make_rules(event, *BIONECTION)
    entries = len(all_of(AuditEntry))

    assert client.post(refunds, data=form_of(client, refunds)).location == refunds

    assert (rules(), len(all_of(AuditEntry))) == (list(BIONECTION), entries)


def test_rows_are_added_and_taken_away_without_saving(event: Event, refunds: str, client: FlaskClient):
    make_rules(event, *BIONECTION)
    form = form_of(client, refunds)

    added = client.post(refunds, data={**form, "rows": "rules:add"})
    removed = client.post(refunds, data={**form, "rows": "rules:remove:0", "rules-1-days": "13"})

    assert (added.status_code, 'name="rules-2-days"' in added.text) == (200, True)
    assert (removed.status_code, 'value="13"' in removed.text, 'value="28"' in removed.text) == (200, True, False)
    assert rules() == list(BIONECTION)


@pytest.mark.parametrize("pressed", ["rules:remove:9", "rules:remove:²", "rules:remove:-1", "other:add", "rules", "²"])
def test_a_strange_press_is_none(event: Event, refunds: str, client: FlaskClient, pressed: str):
    form = {**sent(("x", "50", "25")), "rows": pressed, "rules-²-days": "1", f"rules-{'9' * 5000}-days": "1"}

    assert client.post(refunds, data=form).status_code == 422


def test_what_buyers_would_read_is_shown_before_saving(event: Event, refunds: str, client: FlaskClient):
    answer = client.post(f"{refunds}?lang=en", data={**sent(("7", "100", "")), "preview": "yes"})

    assert (answer.status_code, "(1 week before): the whole fee.</p>" in answer.text, rules()) == (200, True, [])


@pytest.mark.parametrize(
    "wrong",
    [
        sent(("x", "50", "25")),
        sent(("1001", "50", "25")),
        sent(("٧", "50", "25")),
        sent(("7", "101", "25")),
        sent(("7", "", "25")),
        sent(("7", "50", "-1")),
        sent(("7", "50", "25"), ("7", "40", "25")),
        sent(change_until="2030-13-01"),
        sent(withdrawal="perhaps"),
    ],
    ids=str,
)
def test_wrong_rules_are_said_and_nothing_is_stored(
    event: Event, refunds: str, client: FlaskClient, wrong: dict[str, str]
):
    version = form_of(client, refunds)["version"]

    answer = client.post(refunds, data={**wrong, "version": version})

    assert (answer.status_code, rules()) == (422, [])


def test_stale_rules_are_refused(event: Event, refunds: str, client: FlaskClient):
    form = form_of(client, refunds)
    make_rules(event, (7, 10_000, 0))

    assert client.post(refunds, data={**form, **sent(("28", "100", "25"))}).status_code == 409
    assert rules() == [(7, 10_000, 0)]


def test_without_rules_buyers_read_that_nothing_is_paid_back(event: Event, app: Flask):
    with app.test_request_context("/?lang=en"):
        assert refund_sentences(db.session.get_one(Event, event.id)) == ["Fees are not paid back."]
