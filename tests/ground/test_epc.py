"""The text of a GiroCode: what banks would refuse is refused here."""

from typing import Any

import pytest

from partnering import epc

GOOD: dict[str, Any] = {
    "name": "Probe e. V.",
    "iban": "DE02120300000000202051",
    "cents": 12_345,
    "purpose": "ABCD2345 P27-00001",
}


@pytest.mark.parametrize(
    "iban",
    [
        "DE89370400440532013000",
        "AT611904300234573201",
        "CH9300762011623852957",
        "FR1420041010050500013M02606",
        "GB29NWBK60161331926819",
        "MT84MALT011000012345MTLCAST001S",
        "NL91ABNA0417164300",
        "NO9386011117947",
        "PL61109010140000071219812874",
    ],
)
def test_the_ibans_of_the_registry_are_good(iban):
    assert epc.is_iban(iban)


@pytest.mark.parametrize(
    "iban",
    [
        "",
        "DE89370400440532013001",  # a wrong digit
        "DE98370400440532013000",  # two exchanged
        "DE8937040044053201300",  # one too few
        "DE893704004405320130000",
        "de89370400440532013000",
        "DE89 3704 0044 0532 0130 00",
        "DE8937040044053201300٠",
        "TR330006100519786457841326",  # right, and not in SEPA
        "XX89370400440532013000",
        "DE89370400440532013000\n",
    ],
)
def test_others_are_not(iban):
    assert not epc.is_iban(iban)


def test_every_exchange_of_neighbours_is_noticed():
    iban = GOOD["iban"]
    exchanged = {iban[:n] + iban[n + 1] + iban[n] + iban[n + 2 :] for n in range(4, len(iban) - 1)} - {iban}

    assert [text for text in exchanged if epc.is_iban(text)] == []


@pytest.mark.parametrize(
    ("bic", "good"), [("BYLADEM1001", True), ("BYLADEM1", True), ("BYLADEM", False), ("12345678", False)]
)
def test_the_shape_of_a_bic(bic, good):
    assert epc.is_bic(bic) is good


def test_it_reads_as_the_rules_say():
    text = epc.payload(**GOOD, bic="BYLADEM1001")

    assert text.split("\n") == [
        "BCD",
        "002",
        "1",
        "SCT",
        "BYLADEM1001",
        "Probe e. V.",
        "DE02120300000000202051",
        "EUR123.45",
        "",
        "",
        "ABCD2345 P27-00001",
    ]


@pytest.mark.parametrize(("cents", "amount"), [(1, "EUR0.01"), (100, "EUR1.00"), (99_999_999_999, "EUR999999999.99")])
def test_amounts_have_two_places(cents, amount):
    assert epc.payload(**{**GOOD, "cents": cents}).split("\n")[7] == amount


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"iban": "DE02120300000000202052"}, "iban"),
        ({"bic": "BYLA"}, "bic"),
        ({"name": "  "}, "name"),
        ({"cents": 0}, "cents"),
        ({"cents": -1}, "cents"),
        ({"cents": 100_000_000_000}, "cents"),
        ({"purpose": "x" * 141}, "purpose"),
    ],
)
def test_what_no_bank_takes_is_refused(change, field):
    with pytest.raises(epc.Untransferable) as refused:
        epc.payload(**{**GOOD, **change})

    assert refused.value.field == field


def test_the_longest_one_fits():
    text = epc.payload(name="N" * 200, iban=GOOD["iban"], bic="BYLADEM1001", cents=epc.MOST_CENTS, purpose="p" * 140)

    assert len(text.encode()) <= epc.MOST_BYTES
    assert len(text.split("\n")[5]) == 70


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Müller & Söhne Straße", "Mueller + Soehne Strasse"),
        ("Łódź, Bjørn Ðurić", "Lodz, Bjorn Duric"),
        ("A\nB\tC", "A B C"),
        ("“quoted” – dash", "'quoted' - dash"),
        ("中文", ".."),
        ("Zoë Brontë", "Zoe Bronte"),
    ],
)
def test_text_is_put_into_letters_that_banks_take(text, plain):
    assert epc.bank_text(text) == plain


def test_no_field_begins_another_line():
    text = epc.payload(**{**GOOD, "name": "A\nB", "purpose": "C\r\nEUR1.00"})

    assert len(text.split("\n")) == 11


def test_ibans_are_read_in_fours():
    assert epc.in_fours("DE02120300000000202051") == "DE02 1203 0000 0000 2020 51"
    assert epc.compact(" de02 1203\t0000") == "DE0212030000"
