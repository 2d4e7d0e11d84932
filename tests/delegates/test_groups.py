"""Groups of guests, who is in them, and who may ask whom."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from partnering.db import BilingualText, db, transaction
from partnering.delegates import groups, services
from partnering.delegates.models import Delegate, PartnerGroup
from partnering.events.models import Event
from partnering.tickets.models import Product
from tests.factories.delegates import make_delegate, make_registration
from tests.factories.events import make_organiser, make_person
from tests.factories.ground import deed
from tests.factories.meetings import make_partnering_event
from tests.factories.tickets import make_product
from tests.support.counting import statements
from tests.support.signing_in import sign_in


@pytest.fixture
def event(ctx: Flask) -> Event:
    """An event with tables and times."""
    return make_partnering_event()


def make_group(
    event: Event, name: str, types: tuple[str, ...] = (), products: tuple[Product, ...] = ()
) -> PartnerGroup:
    """A group of guests."""
    with deed():
        return groups.keep(
            event, None, name=BilingualText(name, name), organisation_types=types, products=list(products)
        )


def group_of(delegate: Delegate) -> int | None:
    """The id of the group somebody is in, as stored."""
    db.session.rollback()
    return db.session.get_one(Delegate, delegate.id).group_id


def test_whoever_joins_is_in_the_first_group_that_holds_them(event: Event):
    ticket = make_product(event)
    investors = make_group(event, "Investoren", types=("investor",))
    holders = make_group(event, "Aussteller", products=(ticket,))
    investor = make_delegate(event, organisation_type="investor")
    nobody = make_delegate(event, organisation_type="cro")
    exhibitor = make_delegate(event, organisation_type="cro")
    assert [group_of(one) for one in (investor, nobody)] == [investors.id, holders.id]
    with transaction():
        groups.keep(event, holders, name=holders.name)
    assert [group_of(one) for one in (investor, nobody, exhibitor)] == [investors.id, None, None]


def test_a_group_follows_the_ticket_the_type_and_the_groups(event: Event):
    jana = make_delegate(event)
    second = make_product(event)
    makers = make_group(event, "Hersteller", types=("cdmo",))
    others = make_group(event, "Zweite", products=(second,))
    assert group_of(jana) is None
    with transaction():
        services.edit(jana.profile, offers="", seeks="", terms=[], organisation_type="cdmo")
    assert group_of(jana) == makers.id
    with transaction():
        services.edit(jana.profile, offers="", seeks="", terms=[], organisation_type="")
    assert group_of(jana) is None
    with transaction():
        jana.registration.place.product_id = second.id
        db.session.flush()
        db.session.expire(jana.registration.place)
        services.moved(jana)
    assert group_of(jana) == others.id
    with transaction():
        groups.remove(event, db.session.get_one(PartnerGroup, others.id))
    assert group_of(jana) is None


def test_people_who_are_entered_together_are_in_their_groups(event: Event):
    group = make_group(event, "Alle", products=(make_product(event),))
    held = [make_registration(event) for _each in range(3)]
    with transaction():
        services.join_all(held)
    assert groups.members(event.id) == {group.id: 3}


def test_a_ticket_belongs_to_one_group(event: Event):
    ticket = make_product(event)
    one = make_group(event, "Eins", products=(ticket,))
    two = make_group(event, "Zwei", products=(ticket,))
    assert groups.products_in(event.id) == {two.id: {ticket.id}}
    assert {one.position, two.position} == {0, 1}


def test_the_matrix_has_a_direction_and_holds_for_groups_only(event: Event):
    start, fund = make_group(event, "Start-ups", types=("start_up",)), make_group(event, "Fonds", types=("investor",))
    startup, investor, other = make_delegate(event), make_delegate(event), make_delegate(event)
    with transaction():
        startup.group_id, investor.group_id = start.id, fund.id
        groups.set_matrix(event, [(start.id, fund.id), (start.id, 10**9)])
    assert groups.forbidden(event.id) == {(start.id, fund.id)}
    pairs = [(startup, investor), (investor, startup), (startup, other), (other, investor), (startup, startup)]
    assert [groups.may_ask(asker, asked) for asker, asked in pairs] == [False, True, True, True, True]
    with transaction():
        groups.set_matrix(event, [])
    assert groups.may_ask(startup, investor)


@pytest.mark.parametrize("number", [2, 12])
def test_changing_a_group_asks_the_same_number_of_questions_for_many(event: Event, number: int):
    ticket = make_product(event)
    group = make_group(event, "Alle")
    for _each in range(number):
        make_delegate(event)
    with transaction(), statements() as asked:
        groups.keep(event, group, name=group.name, products=[ticket])
    assert len([one for one in asked if one.startswith("UPDATE delegate")]) == 1
    assert groups.members(event.id) == {group.id: number}


# -- the desk


def desk(client: FlaskClient, event: Event) -> str:
    """Sign an organiser in; the address of the groups."""
    person = make_person(locale="en")
    make_organiser(event, person)
    sign_in(client, person)
    return f"/manage/{event.slug}/groups"


def test_organisers_make_groups_and_say_who_may_ask_whom(client: FlaskClient, event: Event):
    ticket = make_product(event, partnering=True)
    path = desk(client, event)
    assert "Everybody may ask everybody." in client.get(path).text
    assert client.post(f"{path}/new", data={"name_de": "Gäste"}).status_code == 422
    for german, english in (("Gäste", "Guests here"), ("Fonds", "Funds")):
        data = {"name_de": german, "name_en": english, "tickets": [ticket.public_id] if german == "Gäste" else []}
        assert client.post(f"{path}/new", data=data).status_code == 303
    db.session.rollback()
    guests, funds = groups.groups_of(event.id)
    page = client.get(path).text
    assert page.count('name="allowed"') == page.count(" checked") == 4
    allowed = [f"{one.public_id}.{two.public_id}" for one in (guests, funds) for two in (guests, funds)]
    assert client.post(path, data={"allowed": allowed[:1] + allowed[2:]}).status_code == 303
    assert groups.forbidden(event.id) == {(guests.id, funds.id)}
    assert client.get(path).text.count(" checked") == 3
    assert client.post(path, data={"allowed": ["a.b"]}).status_code == 404
    edited = f"{path}/{guests.public_id}"
    assert f'value="{ticket.public_id}"' in client.get(edited).text
    assert client.post(edited, data={"name_de": "Alle", "name_en": "All"}).status_code == 303
    assert groups.products_in(event.id) == {}
    assert client.post(f"{edited}/delete").status_code == 303
    assert client.get(edited).status_code == 404
    assert groups.forbidden(event.id) == set()
