"""Whose badges are printed, new or out of date, to choose some of them."""

from flask import render_template, request
from werkzeug.wrappers import Response

from ...events.routing import current_event
from ...headers import page_in, single, words_in
from ...i18n import speaking
from ...text import fold
from .. import queries
from ..forms import SelectedForm
from .printing import bp, own_layouts, start

PER_PAGE = 50


@bp.get("/people")
def people() -> str:
    """Everybody with a badge, by name and by the state of their badge."""
    form = SelectedForm(formdata=None)
    return _page(form)


@bp.post("/people")
def make_selected() -> Response | tuple[str, int]:
    """Have the badges made that were ticked."""
    form = SelectedForm()
    form.offer(own_layouts())
    if not form.validate_on_submit():
        return _page(form), 422
    return start(form, which="selected", refs=form.pick.data)


def _page(form: SelectedForm) -> str:
    event = current_event()
    form.offer(own_layouts())
    asked = words_in(request.args)
    state = single(request.args, "state") or ""
    with speaking(event.languages.partition(",")[0]):
        found = queries.badges(event)
    hashes = queries.printed_hashes(event)
    words = fold(asked).split()
    rows = [
        (badge, queries.state_of(badge, hashes))
        for badge in found
        if all(word in fold(f"{badge.name} {badge.organisation}") for word in words)
    ]
    numbers = {each: sum(1 for _badge, known in rows if known == each) for each in queries.STATES}
    if state in queries.STATES:
        rows = [row for row in rows if row[1] == state]
    pages = max(1, -(-len(rows) // PER_PAGE))
    page = page_in(request.args, most=pages)
    return render_template(
        "badges/people.html",
        form=form,
        form_errors=form.errors,
        rows=rows[(page - 1) * PER_PAGE : page * PER_PAGE],
        number=len(rows),
        everybody=len(found),
        numbers=numbers,
        state=state if state in queries.STATES else "",
        asked=asked,
        page=page,
        pages=pages,
        first=(page - 1) * PER_PAGE + 1,
    )
