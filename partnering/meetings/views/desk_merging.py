"""The organisers' desk: two registrations of one person become one for partnering."""

from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...delegates import queries as partnering
from ...delegates.models import Delegate
from ...errors import DomainError, NotFound, or_404
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import single
from ...i18n import _, _n
from .. import merging, services
from ..desk_deed_forms import MergeForm
from ..desk_times import name
from ..merging import Merged
from .desk_blueprint import desk, two_sides
from .desk_people import picked


@desk.get("/meetings/merge")
def merge() -> str:
    """Two searches: the registration that stays, and the one that is given up."""
    return merge_page(MergeForm(formdata=None))


@desk.post("/meetings/merge")
def merge_two() -> Response | str | tuple[str, int]:
    """First what would happen, without anything happening; then, when it is sent once more, the deed itself."""
    form = MergeForm()
    if not form.validate_on_submit():
        return merge_page(form, told=_("Choose both registrations.")), 422
    sure = "sure" in request.form
    try:
        if not sure:
            return preview(form)
        with transaction():
            event = fresh_event()
            kept, gone = pair_of(event, form)
            merged = services.merge_delegates(kept, gone)
            clashes, moved = len(merged.clashes), len(merged.moved)
    except NotFound:
        raise
    except DomainError as error:
        return merge_page(form, told=str(error.message)), error.status
    told = _n(
        "The registrations are one. %(num)s meeting moved.", "The registrations are one. %(num)s meetings moved.", moved
    )
    flash(told, "ok")
    if clashes:
        flash(
            _n("%(num)s meeting clashes and is left for you.", "%(num)s meetings clash and are left for you.", clashes),
            "warn",
        )
        return redirect(url_for(".conflicts"))
    return redirect(url_for(".meetings"))


def preview(form: MergeForm) -> str:
    """What merging would do: it is done, looked at, and undone, so that the page cannot differ from the deed."""
    with transaction():
        kept, gone = pair_of(fresh_event(), form)
        trial = merging.try_out(kept, gone)
    return merge_page(form, trial=trial)


def pair_of(event: Event, form: MergeForm) -> tuple[Delegate, Delegate]:
    """The two registrations that were sent. Whoever has left has nothing to merge."""
    kept, gone = (or_404(partnering.delegate_by_ref(event, field.data)) for field in (form.kept, form.gone))
    if kept.left_at is not None or gone.left_at is not None:
        raise NotFound
    return kept, gone


def merge_page(form: MergeForm, *, trial: Merged | None = None, told: str = "") -> str:
    """The page for the two whom the address names, or the form that was sent."""
    event = current_event()
    found = []
    for field in (form.kept, form.gone):
        search = picked(event, field.name)
        sent = partnering.delegate_by_ref(event, field.data or "")
        found.append(replace(search, chosen=sent) if sent is not None and sent.left_at is None else search)
        field.data = found[-1].chosen.public_id if found[-1].chosen is not None else None
    kept, gone = found
    return render_template(
        "meetings/desk_merge.html",
        form=form,
        form_errors={"gone": told} if told else {},
        kept=kept,
        gone=gone,
        pair=(kept.chosen, gone.chosen) if kept.chosen is not None and gone.chosen is not None else None,
        trial=trial,
        told=told,
        name=name,
        two_sides=two_sides,
        language=single(request.args, "lang"),
    )
