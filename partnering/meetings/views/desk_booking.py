"""The organisers' desk: a meeting booked for two who stand there and agree."""

import secrets
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...delegates import queries as partnering
from ...delegates.models import Delegate
from ...errors import DomainError, NotFound, or_404
from ...events.models import Event
from ...events.pages import fresh_event, once
from ...events.routing import current_event
from ...headers import single
from ...i18n import _
from .. import bookable, on_site, queries, services
from ..desk_deed_forms import BookForm, table_choices
from ..desk_times import Choice, TableTaken, choices, name, require_free
from ..errors import AlreadyOpen, NotBookable, RequestNotOpen, SameOrganisation
from ..models import Meeting
from .desk_blueprint import desk
from .desk_meeting import by_day
from .desk_people import picked


@desk.get("/meetings/book")
def book() -> str:
    """Two searches; once both are found, the times that suit them, a table, and how they agreed."""
    return book_page(BookForm(formdata=None, once=secrets.token_hex(16)))


@desk.post("/meetings/book")
def book_for_two() -> Response | tuple[str, int]:
    """Book a meeting for two, who both said yes; their words stand in the log."""
    form = BookForm()
    if not form.validate_on_submit():
        return book_page(form), 422
    try:
        with transaction():
            event = fresh_event()

            def deed() -> dict[str, str]:
                return {"meeting": booked(event, form).public_id}

            ref = once(form, deed)["meeting"]
    except NotFound:
        raise
    except DomainError as error:
        field = form.table if isinstance(error, TableTaken) else form.slot
        field.errors = [sentence(error)]
        return book_page(form), error.status
    flash(_("The meeting is booked. Both are told."), "ok")
    return redirect(url_for(".meeting", id=ref))


def booked(event: Event, form: BookForm) -> Meeting:
    """The meeting that was typed in."""
    one, other = (or_404(partnering.delegate_by_ref(event, field.data)) for field in (form.one, form.other))
    slot = or_404(next(iter(queries.slots_by_ref(event, [form.slot.data])), None))
    table = or_404(queries.table_by_ref(event, form.table.data)) if form.table.data else None
    if table is not None:
        require_free(table, slot)
    return services.book(event, one, other, slot, table=table, consent=form.consent.data or "")


def sentence(error: DomainError) -> str:
    """What a refusal says to organisers, who are neither of the two."""
    if isinstance(error, AlreadyOpen):
        return _("The two have a meeting with a time already.")
    if isinstance(error, SameOrganisation):
        return _("The two belong to the same organisation.")
    if isinstance(error, NotBookable):
        return _("These two cannot be booked with each other.")
    if isinstance(error, RequestNotOpen):
        return _("The request of the two changed just now. Please look once more.")
    return str(error.message)


def book_page(form: BookForm) -> str:
    """The page for the two whom the address names, or the form that was sent."""
    event = current_event()
    one, other = picked(event, "one"), picked(event, "other")
    first, second = _sent(event, form.one.data) or one.chosen, _sent(event, form.other.data) or other.chosen
    one, other = replace(one, chosen=first), replace(other, chosen=second)
    pair = (first, second) if first is not None and second is not None else None
    refusal, known, times = "", None, list[Choice]()
    if pair is not None:
        form.one.data, form.other.data = pair[0].public_id, pair[1].public_id
        refusal = refused(event, *pair)
        known = queries.open_between(*pair) if not refusal else None
        if known is not None and known.placement != "none":
            refusal = _("The two have a meeting with a time already.")
        times = choices(pair, hosts=[pair[1], pair[0]]) if not refusal else []
    here = on_site.here([*one.found, *other.found, *(pair or ())])
    form.table.choices = table_choices(queries.tables_of(event))
    free = [each for each in times if not each.why_not]
    if form.slot.data is None and free:
        form.slot.data = free[0].slot.public_id
    return render_template(
        "meetings/desk_book.html",
        form=form,
        form_errors=form.errors,
        one=one,
        other=other,
        pair=pair,
        here=here,
        away=[name(each) for each in pair or () if each.id not in here and event.opens_at <= clock.now()],
        refusal=refusal,
        known=known,
        days=by_day(free),
        unfit=by_day([each for each in times if each.why_not]),
        name=name,
        language=single(request.args, "lang"),
    )


def refused(event: Event, one: Delegate, other: Delegate) -> str:
    """Why these two can never be booked with each other, or ""."""
    if one.id == other.id:
        return _("That is the same person twice. Choose two people.")
    try:
        bookable.check_pair(event, one, other)
    except DomainError as error:
        return sentence(error)
    return ""


def _sent(event: Event, ref: str | None) -> Delegate | None:
    found = partnering.delegate_by_ref(event, ref or "")
    return found if found is not None and found.left_at is None else None
