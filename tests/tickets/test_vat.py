"""Which VAT a line bears: the whole table of countries, buyers and products."""

import pytest

from partnering.tickets import vat
from partnering.tickets.vat import Tax

HOME = Tax("standard", 1900, "")
SMALL = Tax("small_business", 0, "small_business")
REVERSE = Tax("reverse_charge", 0, "reverse_charge")
OUTSIDE = Tax("outside", 0, "outside")
AUSTRIA = Tax("standard", 2000, "destination")
GREECE = Tax("standard", 2400, "destination")

TABLE = [
    # country, business, VAT id, on site, online, online of a small business
    ("DE", True, "DE123456789", HOME, HOME, SMALL),
    ("DE", True, "", HOME, HOME, SMALL),
    ("DE", False, "", HOME, HOME, SMALL),
    ("", False, "", HOME, HOME, SMALL),
    ("AT", True, "ATU12345678", HOME, REVERSE, REVERSE),
    ("AT", True, "", HOME, AUSTRIA, AUSTRIA),
    ("AT", True, "DE123456789", HOME, AUSTRIA, AUSTRIA),
    ("AT", False, "", HOME, AUSTRIA, AUSTRIA),
    ("AT", False, "ATU12345678", HOME, AUSTRIA, AUSTRIA),
    ("GR", True, "EL 123456789", HOME, REVERSE, REVERSE),
    ("GR", True, "GR123456789", HOME, GREECE, GREECE),
    ("CH", True, "CHE-123.456.789", HOME, OUTSIDE, OUTSIDE),
    ("CH", False, "", HOME, OUTSIDE, OUTSIDE),
    ("us", True, "", HOME, OUTSIDE, OUTSIDE),
    ("US", False, "", HOME, OUTSIDE, OUTSIDE),
    ("GB", True, "GB123456789", HOME, OUTSIDE, OUTSIDE),
]


@pytest.mark.parametrize(("country", "business", "vat_id", "on_site", "online", "small"), TABLE)
def test_the_table_of_vat(country, business, vat_id, on_site, online, small):
    def treated(is_online: bool, small_business: bool = False) -> Tax:
        return vat.treatment(
            is_online,
            1900,
            seller_country="DE",
            buyer_country=country,
            business=business,
            vat_id=vat_id,
            small_business=small_business,
        )

    assert (treated(False), treated(True)) == (on_site, online)
    assert (treated(False, True), treated(True, True)) == (SMALL, small)


@pytest.mark.parametrize("online", [False, True])
@pytest.mark.parametrize("country", ["DE", "AT"])
def test_a_product_without_vat_is_exempt_at_home_and_for_private_people(online, country):
    tax = vat.treatment(online, 0, seller_country="DE", buyer_country=country, business=False)

    assert tax == Tax("exempt", 0, "exempt")


def test_a_reduced_rate_holds_on_site():
    assert vat.treatment(False, 700, seller_country="DE", buyer_country="FR", business=True) == Tax("standard", 700, "")


def test_there_is_a_rate_for_every_member_state():
    assert len(vat.STANDARD_RATES) == 27
    assert min(vat.STANDARD_RATES.values()) >= 1500  # article 97 of the VAT directive


@pytest.mark.parametrize(
    ("tax", "cents"), [(HOME, 11_900), (AUSTRIA, 11_900), (SMALL, 11_900), (REVERSE, 10_000), (OUTSIDE, 10_000)]
)
def test_where_the_vat_of_home_falls_away_the_net_price_is_charged(tax, cents):
    assert vat.charged(11_900, 1900, tax) == cents


@pytest.mark.parametrize("vat_id", ["", "AT", "ATU", "ATU123456789012", "ATÜ12345678", "AT٣٣٣٣٣٣٣٣", "XX12345678"])
def test_what_is_no_vat_id(vat_id):
    assert not vat.is_vat_id_of(vat_id, "AT")
