"""What the pages of registering show, before a template sees it."""

import pytest

from partnering.db import BilingualText, db, transaction
from partnering.i18n import speaking
from partnering.registration.views.shown import option_of, order_of
from partnering.tickets.models import PriceTier
from tests.factories import make_event, make_party, make_product
from tests.factories.invoices import BILLING
from tests.factories.tickets import make_code, make_member_list

pytestmark = pytest.mark.usefixtures("ctx")


def with_members_price(product, gross):
    """The product, with a price for members beside its own."""
    with transaction():
        db.session.add(
            PriceTier(
                event_id=product.event_id, product_id=product.id, gross=gross, audience="member", name=BilingualText()
            )
        )
    db.session.expire(product)
    return product


def test_a_members_code_stands_on_the_tickets_that_cost_less_with_it():
    event = make_event()
    less = with_members_price(make_product(event, gross=22_000), 18_000)
    same = make_product(event, gross=4_500)
    members = make_member_list(event)
    code = make_code(event, "CLUB", kind="member", audience="member", member_list_id=members.id)

    options = [option_of(product, 50, event, code) for product in (less, same)]

    assert [(option.coded, option.code_works, option.gross) for option in options] == [
        (True, True, 18_000),
        (True, False, 4_500),
    ]


@pytest.mark.parametrize(
    ("kind", "values"),
    [("voucher", {"blocked": 2, "uses_max": 2}), ("discount", {"discount": "percent", "value": 1000})],
)
def test_a_code_that_keeps_places_or_takes_something_off_stands_on_its_ticket(kind, values):
    event = make_event()
    product = make_product(event, gross=10_000)
    code = make_code(event, "EIGHT", kind=kind, products=[product], **values)

    assert option_of(product, 50, event, code).code_works
    assert not option_of(product, 50, event).code_works


@pytest.mark.parametrize(
    ("rate", "locale", "words"), [(1900, "de", "19\xa0%"), (1900, "en", "19%"), (805, "de", "8,05\xa0%")]
)
def test_a_rate_is_told_as_people_write_it(ctx, rate, locale, words):
    event = make_event()
    party = make_party(event, product=make_product(event, gross=10_000, vat_rate=rate), billing=BILLING)

    with speaking(locale):
        order = order_of(party)

    assert [said for said, _cents in order.vats] == [words]
