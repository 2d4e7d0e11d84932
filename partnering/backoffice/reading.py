"""What cells of a list of people mean: each reader answers a value, or raises `Wrong` with a code and what it names."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from babel import Locale
from email_validator import EmailNotValidError, validate_email
from flask_babel.speaklater import LazyString

from ..i18n import _l
from ..questions.queries import QuestionShown
from ..text import clean, clean_lines, fold
from . import typed

SENTENCES: dict[str, LazyString] = {
    "missing": _l("Nothing stands here, and something must."),
    "too_long": _l("Longer than %(most)s characters."),
    "too_many": _l("More than %(most)s answers."),
    "bad_address": _l("No complete email address."),
    "doubled": _l("The same address stands in row %(row)s already."),
    "registered": _l("This person is already registered for this event."),
    "unknown_ticket": _l("There is no such ticket."),
    "sold_out": _l("Sold out: there is no place left from this row on."),
    "short_of": _l("Sold out from this row on. Left of “%(pool)s”: %(left)s, needed here: %(needed)s."),
    "unknown_language": _l("Write “de” or “en”."),
    "bad_price": _l("Write an amount such as 220.00, or “free”, or “paid” for the price of the day."),
    "unknown_code": _l("There is no such code."),
    "code_refused": _l("The code does not work for this person and ticket."),
    "code_used": _l("The code has been used up before this row."),
    "unknown_add_on": _l("There is no such extra: %(value)s."),
    "foreign_add_on": _l("This extra does not come with the ticket: %(value)s."),
    "overlap": _l("Two workshops take place at the same time."),
    "unknown_choice": _l("This is none of the choices: %(value)s."),
    "unknown_country": _l("There is no such country."),
    "bad_vat_id": _l("Write a valid VAT number with its country code, for example DE123456788."),
    "bad_postcode": _l("This is no postcode of the country; is a zero missing at the front?"),
    "bad_date": _l("Write a day such as 2027-10-13 or 13.10.2027."),
    "bad_number": _l("Write a whole number."),
    "too_small": _l("Less than %(least)s."),
    "too_large": _l("More than %(most)s."),
    "too_early": _l("Before %(least)s."),
    "too_late": _l("After %(most)s."),
    "bad_phone": _l("Write a phone number with digits, spaces and a plus."),
    "bad_yes_no": _l("Write “yes” or “no”."),
}

YES = {"yes", "y", "ja", "j", "1", "x", "true", "wahr", "on"}
NO = {"no", "n", "nein", "0", "false", "falsch", "off", "-"}
FREE = {"free", "kostenlos", "gratis", "frei", "kostenfrei"}
OF_THE_DAY = {"paid", "bezahlt", "kostenpflichtig", "regular", "regulär", "regular price", "normal"}
LANGUAGES = {
    **dict.fromkeys(("de", "deutsch", "german", "d", "ger", "deu"), "de"),
    **dict.fromkeys(("en", "englisch", "english", "e", "eng"), "en"),
}
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d.%m.%y")
_WHOLE = re.compile(r"-?[0-9]{1,9}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.\-]{3,38}")
_CURRENCY = re.compile(r"\s*(?:€|eur|euro)\s*", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=[0-9])[. \u00a0\u202f'](?=[0-9]{3}(?:[,.]|$))")


class Wrong(ValueError):
    """What is wrong in a cell: a key of `SENTENCES`, and what the sentence names."""

    def __init__(self, code: str, **names: Any) -> None:
        super().__init__(code)
        self.code, self.names = code, names


def line(text: str, most: int, *, needed: bool = False) -> str:
    """One line of at most so many letters."""
    value = clean(text)
    if needed and not value:
        raise Wrong("missing")
    if len(value) > most:
        raise Wrong("too_long", most=most)
    return value


def address(text: str) -> str:
    """A complete e-mail address."""
    value = line(text, 254, needed=True)
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise Wrong("bad_address") from None
    return value


def language(text: str, other: str) -> str:
    """ "de" or "en"; `other` where nothing stands."""
    word = fold(text)
    if not word:
        return other
    if word not in LANGUAGES:
        raise Wrong("unknown_language")
    return LANGUAGES[word]


def price(text: str) -> int | None:
    """Cents; None for the price of the day."""
    word = fold(text)
    if not word or word in OF_THE_DAY:
        return None
    if word in FREE:
        return 0
    plain = _THOUSANDS.sub("", _CURRENCY.sub("", clean(text)))
    if re.fullmatch(r"[0-9]+[.,][0-9]", plain):  # spreadsheets write 99.5 for 99.50
        plain += "0"
    value = typed.cents(plain)
    if value is None:
        raise Wrong("bad_price")
    return value


def parts(text: str) -> list[str]:
    """Several answers in one cell: parted by semicolons, bars or new lines."""
    return [part for part in (clean(one) for one in re.split(r"[;|\n]", text)) if part]


# -- answers to questions


def answer(question: QuestionShown, text: str) -> Any:
    """What a cell answers to a question, as it is stored; None where nothing stands."""
    if not text.strip():
        return None
    return _READERS[question.kind](question, text)


def _short(question: QuestionShown, text: str) -> str:
    return line(text, int(question.settings.get("most") or 200))


def _long(question: QuestionShown, text: str) -> str:
    value, most = clean_lines(text), int(question.settings.get("most") or 2000)
    if len(value) > most:
        raise Wrong("too_long", most=most)
    return value


def _single(question: QuestionShown, text: str) -> str:
    return _choice(question, clean(text))


def _multiple(question: QuestionShown, text: str) -> list[str]:
    whole = fold(text)
    if whole in _choices(question):
        return [_choices(question)[whole]]
    pieces = parts(text)
    if len(pieces) == 1:
        pieces = [piece for piece in (clean(one) for one in text.split(",")) if piece]
    keys = list(dict.fromkeys(_choice(question, piece) for piece in pieces))
    most = question.settings.get("most")
    if most and len(keys) > int(most):
        raise Wrong("too_many", most=int(most))
    return keys


def _choice(question: QuestionShown, text: str) -> str:
    key = _choices(question).get(fold(text))
    if key is None:
        raise Wrong("unknown_choice", value=text[:60])
    return key


def _choices(question: QuestionShown) -> Mapping[str, str]:
    known: dict[str, str] = {}
    for choice in question.choices:
        known |= {fold(word): choice.key for word in (choice.key, choice.label.de, choice.label.en) if word}
    return known


def _number(question: QuestionShown, text: str) -> int:
    plain = text.strip()
    if not _WHOLE.fullmatch(plain):
        raise Wrong("bad_number")
    value = int(plain)
    least, most = question.settings.get("least"), question.settings.get("most")
    if least is not None and value < int(least):
        raise Wrong("too_small", least=int(least))
    if most is not None and value > int(most):
        raise Wrong("too_large", most=int(most))
    return value


def _day(question: QuestionShown, text: str) -> str:
    value = day(text).isoformat()
    least, most = question.settings.get("least"), question.settings.get("most")
    if least and value < str(least):
        raise Wrong("too_early", least=str(least))
    if most and value > str(most):
        raise Wrong("too_late", most=str(most))
    return value


def day(text: str) -> date:
    """A day in one of the usual forms, between 1900 and 2100."""
    plain = text.strip().partition(" 00:00")[0]
    for form in _DAYS:
        try:
            found = datetime.strptime(plain, form).date()  # noqa: DTZ007  # a day of the calendar has no zone
        except ValueError:
            continue
        if plain.isascii() and 1900 <= found.year <= 2100:
            return found
    raise Wrong("bad_date")


def _country(question: QuestionShown, text: str) -> str:
    code = countries().get(fold(text))
    if code is None:
        raise Wrong("unknown_country")
    return code


@cache
def countries() -> Mapping[str, str]:
    """ISO codes of countries by folded code and by their names in German and English."""
    known: dict[str, str] = {}
    for name in ("de", "en"):
        for code, word in Locale(name).territories.items():
            if len(code) == 2 and code.isalpha() and code not in ("ZZ", "EU", "EZ", "UN", "XA", "XB", "QO"):
                known[fold(word)] = known[fold(code)] = code
    return known


def _phone(question: QuestionShown, text: str) -> str:
    value = line(text, 40)
    if not _PHONE.fullmatch(value):
        raise Wrong("bad_phone")
    return value


def _yes_no(question: QuestionShown, text: str) -> bool:
    word = fold(text)
    if word in YES:
        return True
    if word in NO:
        return False
    raise Wrong("bad_yes_no")


def _organisation(question: QuestionShown, text: str) -> str:
    return line(text, 200)


_READERS: Mapping[str, Callable[[QuestionShown, str], Any]] = {
    "short_text": _short,
    "long_text": _long,
    "single_choice": _single,
    "multiple_choice": _multiple,
    "number": _number,
    "date": _day,
    "country": _country,
    "phone": _phone,
    "yes_no": _yes_no,
    "organisation": _organisation,
}
READABLE = frozenset(_READERS)
"""Kinds of questions that a cell can answer; files are not among them."""


def asked_in_files(questions: Sequence[QuestionShown]) -> list[QuestionShown]:
    """Those questions that a file may answer: no files, and nothing sensitive, which people answer for themselves."""
    return [question for question in questions if question.kind in READABLE and not question.sensitive]
