"""R15, R16: every field that people can send has its limit, takes what lies at it, and refuses what lies beyond."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form, fields, validators
from wtforms.fields.core import Field

from partnering.fields import WholeField

from .fields import DOCUMENT, Known, document, known_fields

FIELDS = known_fields()
TEXTS = [known for known in FIELDS if known.is_text and "lobby" not in known.at]
NUMBERS = [known for known in FIELDS if isinstance(known.field, WholeField)]

MOST = 900_000
"""No text is longer: lists of members are pasted, and a form has a mebibyte for all its texts."""

NOT_PLAIN = ("١٢", "1_000", "1e3", "0x10", "+5", "５", "1.5.2", "nan", "inf", "--1", "1 0", "9" * 30, "1\u00a00", "٣")

LOOSE = (fields.IntegerField, fields.DateField, fields.TimeField, fields.DateTimeLocalField, fields.DecimalField)


def at(known: Known) -> str:
    """How a test of a field is called."""
    return known.at


def problems(known: Known, typed: str) -> list[str]:
    """What a form with this one field says to what was typed."""
    form = type("One", (Form,), {known.name: known.unbound})(MultiDict({known.name: typed}))
    field: Field = form[known.name]
    field.validate(form)
    return [str(error) for error in field.errors]


def test_the_document_lists_every_field_as_it_is():
    assert DOCUMENT.read_text() == document(), "`make fields` writes it anew"


@pytest.mark.parametrize("known", TEXTS, ids=at)
def test_every_text_has_an_end(known: Known):
    limited = known.longest is not None and known.longest <= MOST
    assert limited or problems(known, "a" * (MOST + 1)), "give it a Length"


@pytest.mark.parametrize("known", [known for known in TEXTS if known.longest], ids=at)
def test_a_text_may_be_as_long_as_it_says_and_no_longer(known: Known):
    longest = known.longest or 0
    assert problems(known, "a" * (longest + 1))
    [length, *_more] = [each for each in known.field.validators if isinstance(each, validators.Length)]
    field = known.field
    field.data = "a" * longest
    length(Form(), field)
    field.data += "a"
    with pytest.raises(validators.ValidationError):
        length(Form(), field)


@pytest.mark.parametrize("known", NUMBERS, ids=at)
def test_whole_numbers_are_ascii_digits(known: Known):
    for typed in NOT_PLAIN:
        assert problems(known, typed), typed


@pytest.mark.parametrize("known", [k for k in NUMBERS if k.validator(validators.NumberRange)], ids=at)
def test_a_number_lies_in_its_range(known: Known):
    bounds = known.validator(validators.NumberRange)
    for edge, step in ((bounds.min, -1), (bounds.max, 1)):
        if edge is not None:
            assert problems(known, str(edge + step))
            assert not problems(known, str(edge))


def test_numbers_are_read_by_our_own_fields_alone():
    loose = [
        known.at for known in FIELDS if type(known.field) in (fields.IntegerField, fields.DateField, fields.TimeField)
    ]
    assert not loose, "int() and strptime() take digits of every script"
