"""German and English: which one a request or letter speaks, and how dates, times and amounts read in it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from babel import Locale, dates, numbers, support
from flask import Flask, g, has_request_context, request
from flask.ctx import AppContext
from flask.globals import app_ctx, request_ctx
from flask_babel import Babel, force_locale, get_locale
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.http import parse_accept_header
from wtforms.i18n import messages_path

from . import clock
from .db import BilingualText

LOCALES = ("de", "en")
LANGUAGES = {"de": "Deutsch", "en": "English"}

FOLDER = str(Path(__file__).parent / "translations")

LazyText = LazyString

MOST = 10_000
"""Sentences of templates that are kept as they stand on pages."""

babel = Babel()


def locale() -> str:
    """The language in force: "de" or "en"."""
    return _spoken() or "de"


def _spoken() -> str | None:
    """The language in force, None where no application is at work. Pages ask hundreds of times: Flask-Babel keeps
    what it has found out in `g`, where one look finds it.
    """
    try:
        kept = vars(_context().g)
    except RuntimeError:
        return None
    found = getattr(kept.get("_flask_babel"), "babel_locale", None) or get_locale()
    return found.language if found is not None and found.language in LOCALES else "de"


# the proxy asks anew for each attribute, which takes most of the time
_context: Callable[[], AppContext] = app_ctx._get_current_object  # type: ignore[attr-defined]  # Werkzeug documents it


def _catalogue() -> support.NullTranslations:
    return _catalogue_of(_spoken())


@cache
def _catalogue_of(language: str | None) -> support.NullTranslations:
    """Read once; without a language sentences stay as they are in the source."""
    return support.Translations.load(FOLDER, [language]) if language else support.NullTranslations()


def gettext(sentence: str, **values: Any) -> str:
    """An English sentence in the language in force, with `%(values)s` put in."""
    said = _catalogue().ugettext(sentence)
    return said % values if values else said


def ngettext(one: str, many: str, num: int, **values: Any) -> str:
    """The same of a sentence about a number, `%(num)s` in it."""
    return _catalogue().ungettext(one, many, num) % {"num": num, **values}


def lazy_gettext(sentence: str, **values: Any) -> LazyString:
    """A sentence in the language that is in force when it is read."""
    return LazyString(gettext, sentence, **values)


_ = gettext
_l = lazy_gettext
_n = ngettext


@pass_eval_context
def _in_template(context: EvalContext, sentence: str, **values: Any) -> str:
    """A sentence of a template; on pages what is put in is escaped."""
    if context.autoescape:
        said: str = _as_markup(_spoken(), sentence)
    else:
        said = _catalogue().ugettext(sentence)
    return said % values if values or "%" in said else said


@lru_cache(MOST)
def _as_markup(language: str | None, sentence: str) -> Markup:
    return Markup(_catalogue_of(language).ugettext(sentence))


@pass_eval_context
def _in_template_counted(context: EvalContext, one: str, many: str, num: int, **values: Any) -> str:
    """A sentence about a number, likewise."""
    said = _catalogue().ungettext(one, many, num)
    return (Markup(said) if context.autoescape else said) % {"num": num, **values}


def select_locale() -> str:
    """The language of this request: `?lang=`, the signed-in person's, the browser's, German; German without one."""
    if not has_request_context():
        return "de"
    asked = request.args.get("lang")
    if asked in LOCALES:
        return asked
    person = g.get("person")
    if person is not None and person.locale in LOCALES:
        return str(person.locale)
    return _preferred(request.headers.get("Accept-Language", ""))


@lru_cache(1_000)
def _preferred(header: str) -> str:
    """What a browser prefers of our languages, German when it says nothing about them."""
    return parse_accept_header(header, LanguageAccept).best_match(LOCALES, "de") or "de"


_as_locale = cache(Locale.parse)


def _selected() -> Locale:
    """For Flask-Babel, which would make a locale anew for each request."""
    return _as_locale(select_locale())


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` for a while, as letters do: the recipient's, whoever caused them."""
    with force_locale(language if language in LOCALES else "de"):
        yield


def zone() -> str:
    """The IANA zone that times on this page are shown in: the event's."""
    event = g.get("event") if has_request_context() else None
    return event.zone if event is not None else "Europe/Berlin"


def bi(text: BilingualText | str | None) -> str:
    """An organiser's text in the language in force."""
    if text is None:
        return ""
    return text if isinstance(text, str) else text.in_(locale())


def bi_html(text: BilingualText | None) -> Markup:
    """An organiser's text; where it falls back to the other language, marked with its `lang`."""
    if not text:
        return Markup("")
    language, content = text.language(locale()), text.in_(locale())
    if language == locale():
        return escape(content)
    return Markup('<span lang="{}">{}</span>').format(language, content)


def _local(moment: datetime, in_zone: str | None) -> datetime:
    return clock.in_zone(moment, in_zone or zone())


def day(value: date | datetime, form: str = "long", in_zone: str | None = None) -> str:
    """ "13. Oktober 2027" / "13 October 2027"; `form` may be long, weekday, short, yearless."""
    if isinstance(value, datetime):
        value = _local(value, in_zone).date()
    patterns = {
        ("de", "long"): "d. MMMM y",
        ("en", "long"): "d MMMM y",
        ("de", "weekday"): "EEEE, d. MMMM y",
        ("en", "weekday"): "EEEE, d MMMM y",
        ("de", "yearless"): "d. MMMM",
        ("en", "yearless"): "d MMMM",
        ("de", "short"): "EEE, d. MMM",
        ("en", "short"): "EEE d MMM",
    }
    return dates.format_date(value, patterns[locale(), form], locale=_babel_locale())


def last_day(end: datetime, form: str = "long", in_zone: str | None = None) -> str:
    """The last day before `end`, as `day` says it: what runs until midnight runs until the day before."""
    return day(end - timedelta(microseconds=1), form, in_zone)


def days(first: date, last: date) -> str:
    """ "13.–14. Oktober 2027" / "13–14 October 2027"."""
    if first == last:
        return day(first)
    german, end = locale() == "de", day(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}.–{end}" if german else f"{first.day}–{end}"
    start = dates.format_date(first, "d. MMMM" if german else "d MMMM", locale=_babel_locale())
    return f"{start if first.year == last.year else day(first)} – {end}"


def some_days(values: Iterable[date | str]) -> str:
    """Days that need not follow each other, dates or ISO dates: "13.–14. Oktober 2027, 16. Oktober 2027"."""
    runs: list[tuple[date, date]] = []
    for value in sorted(date.fromisoformat(value) if isinstance(value, str) else value for value in values):
        if runs and value == runs[-1][1] + timedelta(days=1):
            runs[-1] = (runs[-1][0], value)
        else:
            runs.append((value, value))
    return ", ".join(days(first, last) for first, last in runs)


def time(moment: datetime, in_zone: str | None = None, oclock: bool = True) -> str:
    """ "10:40 Uhr" / "10:40", in the event's zone; `oclock=False` leaves "Uhr" out."""
    text = f"{_local(moment, in_zone):%H:%M}".removeprefix("0")
    return f"{text}\xa0Uhr" if oclock and locale() == "de" else text


def span(starts_at: datetime, ends_at: datetime, in_zone: str | None = None) -> str:
    """ "10:40–11:00 Uhr" / "10:40–11:00"."""
    return f"{time(starts_at, in_zone, oclock=False)}–{time(ends_at, in_zone)}"


def moment(value: datetime, form: str = "long", in_zone: str | None = None) -> str:
    """Day and time: "13. Oktober 2027, 10:40 Uhr" / "13 October 2027, 10:40"."""
    return f"{day(value, form, in_zone)}, {time(value, in_zone)}"


def iso(value: datetime, in_zone: str | None = None) -> str:
    """Machine-readable local time with offset, for `datetime` attributes."""
    return _local(value, in_zone).isoformat(timespec="minutes")


def money(cents: int, currency: str = "EUR") -> str:
    """ "220 €", "19,90 €" / "€220", "€19.90"."""
    whole = cents % 100 == 0
    pattern = None
    if whole:
        pattern = "#,##0\xa0¤" if locale() == "de" else "¤#,##0"
    text: str = numbers.format_currency(
        cents / 100 if not whole else cents // 100,
        currency,
        format=pattern,
        locale=_babel_locale(),
        currency_digits=not whole,
    )
    return text


def number(value: float) -> str:
    """A number with the language's grouping and decimal mark."""
    text: str = numbers.format_decimal(value, locale=_babel_locale())
    return text


def _babel_locale() -> str:
    return "de_DE" if locale() == "de" else "en_GB"


def ago(value: datetime) -> str:
    """How long ago, in words."""
    text: str = dates.format_timedelta(value - clock.now(), add_direction=True, locale=_babel_locale())
    return text


def switch_language_url(language: str) -> str:
    """This page in `language`."""
    arguments = request.args.to_dict(flat=False) if request.method == "GET" else {}
    arguments["lang"] = [language]
    return f"{path_to_open()}?{urlencode(arguments, doseq=True)}"


def path_to_open() -> str:
    """The address of this page for a browser that opens it anew: of a deed's own address, the nearest page above."""
    path, adapter, rule = request.path, request_ctx.url_adapter, request.url_rule
    if not isinstance(request.routing_exception, MethodNotAllowed) and (rule is None or "GET" in (rule.methods or ())):
        return path
    while adapter is not None and path != "/" and not adapter.test(path, "GET"):
        path = path.rstrip("/").rpartition("/")[0] or "/"
    return path


class FormSentences:
    """The sentences that WTForms brings along, in the language in force; each catalogue is read once."""

    @staticmethod
    @cache
    def _in(language: str) -> Any:
        return support.Translations.load(messages_path(), [language], domain="wtforms")

    def gettext(self, string: str) -> str:
        """A sentence."""
        return str(self._in(locale()).ugettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """A sentence about a number."""
        return str(self._in(locale()).ungettext(singular, plural, n))


_form_sentences = FormSentences()


def install(app: Flask) -> None:
    """Set up Babel, the filters, and links that keep a language chosen by `?lang=`."""
    app.config.setdefault("BABEL_DEFAULT_LOCALE", "de")
    app.config.setdefault("BABEL_TRANSLATION_DIRECTORIES", "translations")
    babel.init_app(app, locale_selector=_selected)
    FlaskForm.Meta.get_translations = lambda _meta, _form: _form_sentences  # Flask-WTF reads a file in every request
    for function in (bi, bi_html, day, last_day, days, some_days, time, span, moment, iso, money, number, ago):
        app.add_template_filter(function, function.__name__)
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.globals.update(_=_in_template, gettext=_in_template, ngettext=_in_template_counted)
    app.jinja_env.globals.update(locale=locale, languages=LANGUAGES, switch_language_url=switch_language_url)
    app.jinja_env.globals.update(path_to_open=path_to_open)

    @app.url_defaults
    def keep_language(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" in values or not has_request_context() or endpoint == "static":
            return
        asked = request.args.get("lang")
        if asked in LOCALES:
            values["lang"] = asked


def days_between(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
