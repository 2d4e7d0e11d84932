"""The people of an event: the list, its files, and places without names."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Response, flash, render_template, request, stream_with_context, url_for

from ... import audit, workbook
from ...db import transaction
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import as_file
from ...i18n import _
from ...tables import CSV
from ...tickets import queries as ticket_queries
from .. import consenting, export, guests, lists, queries
from .blueprint import argument, bp
from .overview import address


@bp.get("/people")
def people() -> str:
    """Everybody at the event, by name, ticket and state."""
    event, wanted = current_event(), asked()
    shown = guests.page(event, wanted, after=argument("after"), before=argument("before"))
    products = ticket_queries.products_of(event)
    imported = queries.import_at(event, wanted.imported) if wanted.imported else None
    return render_template(
        "backoffice/people.html",
        wanted=wanted,
        shown=shown,
        most=guests.COUNTED,
        names={product.id: product.name for product in products},
        products=[product for product in products if product.kind == "ticket"],
        states=state_words(),
        consents=consenting.purposes(event, numbers=False),
        imported=imported,
        here=here,
        tabs=tabs(),
    )


@bp.get("/people/unnamed")
def unnamed() -> str:
    """Places that were bought and that nobody holds yet."""
    return render_template("backoffice/unnamed.html", places=guests.unnamed_places(current_event()), tabs=tabs())


def tabs() -> list[tuple[str, str, str]]:
    """The lists of people; rooms that are not there are left out."""
    listed = [
        ("people", _("People"), address("backoffice.people")),
        ("bookings", _("Bookings"), address("backoffice.bookings_list")),
        ("unnamed", _("Places without a name"), address("backoffice.unnamed")),
        ("waiting", _("Waiting list"), address("backoffice.waiting")),
        ("approvals", _("For approval"), address("backoffice.approvals")),
        ("photos", _("No photos"), address("backoffice.photos")),
        ("consents", _("Consents"), address("backoffice.consents")),
    ]
    return [(key, label, url) for key, label, url in listed if url is not None]


# -- as a file


@bp.get("/people.csv")
def people_file() -> Response:
    """The same people as a file for spreadsheets, all pages at once."""
    return _as_file("csv", CSV, export.pieces)


@bp.get("/people.xlsx")
def people_workbook() -> Response:
    """The same as a workbook."""
    return _as_file("xlsx", workbook.MEDIA_TYPE, workbook.as_xlsx)


def _as_file(kind: str, media_type: str, write: Callable[..., Iterator[bytes]]) -> Response:
    """Write down who takes the list along, then send it as it is read."""
    wanted = asked()
    left_out = {key: value for key, value in vars(wanted).items() if value and key not in ("sort", "descending")}
    with transaction():
        event = fresh_event()
        audit.record("people.exported", event, event=event, after={"format": kind, **left_out})
    event = current_event()
    rows = lists.rows(event.id, wanted, state_words())
    content = stream_with_context(write(lists.heads(lists.asked_of(event)), rows))
    what = _("people")
    return as_file(content, media_type, f"{event.slug}-{what}.{kind}")


def asked(query: Any = None) -> guests.Wanted:
    """What the address asks for, or another `query`; unknown words are left out."""
    query = request.args if query is None else query

    def word(name: str, known: tuple[str, ...] | None = None) -> str:
        return argument(name, known, query)

    return guests.Wanted(
        words=word("q"),
        ticket=word("ticket"),
        state=word("state", guests.STATES),
        paid=word("paid", guests.PAID),
        answered=word("answered", guests.ANSWERED),
        imported=word("list"),
        consent=word("consent"),
        sort=word("sort", guests.SORTS) or "name",
        descending=word("order") == "down",
    )


def here(endpoint: str = "backoffice.people", **changes: Any) -> str:
    """This list with something else asked for."""
    wanted = asked()
    values = {
        "q": wanted.words or None,
        "ticket": wanted.ticket or None,
        "state": wanted.state or None,
        "paid": wanted.paid or None,
        "answered": wanted.answered or None,
        "list": wanted.imported or None,
        "consent": wanted.consent or None,
        "sort": wanted.sort if wanted.sort != "name" else None,
        "order": "down" if wanted.descending else None,
        **changes,
    }
    return url_for(endpoint, **values)


def state_words() -> dict[str, str]:
    """What the states of people are called."""
    return {
        "expected": _("Expected"),
        "in": _("Checked in"),
        "ended": _("Cancelled"),
        "none": _("Without a ticket"),
    }


def say_stranger(code: str) -> None:
    """What organisers may do and should know: a place at the members' price has gone to somebody who is none."""
    if code:
        words = _("This place was bought with code %(code)s for members; the address is not on their list.", code=code)
        flash(words, "warn")
