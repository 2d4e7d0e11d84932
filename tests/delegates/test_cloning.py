"""An event that is made from another one brings its groups along, with who may ask whom."""

from collections.abc import Collection
from datetime import timedelta

from flask import Flask

from partnering.db import BilingualText, transaction
from partnering.delegates import groups
from partnering.events import cloning
from partnering.events.models import Event
from tests.factories import make_product
from tests.factories.delegates import make_delegate
from tests.factories.meetings import make_partnering_event


def cloned(source: Event, parts: Collection[str]) -> Event:
    """A new event like this one."""
    with transaction():
        return cloning.clone(
            source,
            slug=f"{source.slug}-neu",
            name=BilingualText("Neu", "New"),
            first_day=source.first_day + timedelta(days=364),
            parts=parts,
        )


def with_groups() -> Event:
    """An event with two groups, of which one may not ask the other, by a ticket and by a type."""
    event = make_partnering_event()
    with transaction():
        stand = make_product(event, name=BilingualText("Stand", "Stand"))
        one = groups.keep(event, None, name=BilingualText("Aussteller", "Exhibitors"), products=[stand])
        two = groups.keep(event, None, name=BilingualText("Fonds", "Funds"), organisation_types=["investor"])
        groups.set_matrix(event, [(one.id, two.id)])
    return event


def test_groups_and_the_matrix_come_along_with_tickets(ctx: Flask):
    source = with_groups()
    target = cloned(source, ["tickets", "blocks"])
    one, two = groups.groups_of(target.id)
    assert [bi.en for bi in (one.name, two.name)] == ["Exhibitors", "Funds"]
    assert two.organisation_types == ["investor"]
    assert groups.forbidden(target.id) == {(one.id, two.id)}
    [product_id] = groups.products_in(target.id)[one.id]
    assert product_id not in groups.products_in(source.id)[groups.groups_of(source.id)[0].id]
    assert groups.members(target.id) == {}


def test_without_the_tickets_their_groups_hold_nobody_by_ticket(ctx: Flask):
    target = cloned(with_groups(), ["blocks"])
    assert len(groups.groups_of(target.id)) == 2
    assert groups.products_in(target.id) == {}


def test_without_the_times_for_meetings_there_are_no_groups(ctx: Flask):
    target = cloned(with_groups(), ["tickets"])
    assert groups.groups_of(target.id) == []
    assert groups.forbidden(target.id) == set()


def test_guests_of_the_copy_fall_into_its_groups(ctx: Flask):
    source = with_groups()
    investor = make_delegate(source, organisation_type="investor")
    target = cloned(source, ["blocks"])
    guest = make_delegate(target, organisation_type="investor")
    assert guest.group_id == groups.groups_of(target.id)[1].id != investor.group_id
