"""Drawing layouts: paper, fields, sizes, colours, for whom; with the longest names as they would come out."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import BilingualText, transaction
from ...errors import or_404
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import as_file, single
from ...i18n import _, bi, speaking
from .. import printing as paper
from .. import queries, services
from ..forms import LayoutForm
from ..layout import KINDS, Element, For, Layout, Problem, problems
from ..models import BadgeLayout
from ..papers import OWN, PAPERS
from ..roles import LOOKS
from ..standard import new_element, standard
from ..tasks import heading_of
from . import pictures
from .printing import bp

Answer = str | Response | tuple[str, int]


@bp.route("/layouts/new", methods=["GET", "POST"])
def new_layout() -> Answer:
    """A layout that begins as the house's for a paper."""
    asked = single(request.args, "paper") or ""
    return _designer(None, standard(asked if asked in PAPERS else "a6x4"))


@bp.route("/layouts/<public_id>", methods=["GET", "POST"])
def edit_layout(public_id: str) -> Answer:
    """A layout that is there."""
    row = _row(public_id)
    return _designer(row, queries.read(row))


@bp.post("/layouts/<public_id>/up")
def move_layout(public_id: str) -> Response:
    """Ask this layout before the one above it."""
    with transaction():
        event = fresh_event()
        services.move_layout_up(event, or_404(queries.layout_at(event, public_id)))
    return redirect(url_for(".index", _anchor="layouts"))


@bp.post("/layouts/<public_id>/retire")
def retire_layout(public_id: str) -> Response:
    """Use a layout no more."""
    with transaction():
        event = fresh_event()
        row = or_404(queries.layout_at(event, public_id))
        services.retire_layout(event, row)
        name = row.name
    flash(_("The layout “%(name)s” is used no more.", name=bi(name)), "ok")
    return redirect(url_for(".index", _anchor="layouts"))


@bp.get("/layouts/<public_id>/sample.pdf")
def sample(public_id: str) -> Response:
    """The longest names in this layout on its paper, for a trial at the printer; their code opens no door."""
    event = current_event()
    layout = queries.read(_row(public_id))
    language = event.languages.partition(",")[0]
    with speaking(language):
        shown = [(badge, layout) for badge in pictures.specimens(queries.badges(event), layout.when)]
        content = paper.sheets(shown, heading_of(event), language, clock.now())
    return as_file(content, "application/pdf", f"badges-{event.slug}-sample.pdf", inline=True)


def _row(public_id: str) -> BadgeLayout:
    return or_404(queries.layout_at(current_event(), public_id))


def _designer(row: BadgeLayout | None, stored: Layout) -> Answer:
    form = LayoutForm(data=_shown(row, stored))
    tickets = {each.public_id: bi(each.name) for each in queries.tickets_of(current_event())}
    form.offer(tickets)
    if request.method == "GET":
        return _page(form, row, stored)
    if _pressed(form, tickets):
        return _page(form, row, _drawn(form))
    fits = form.validate_on_submit()
    layout = _drawn(form)
    found = problems(layout) if layout is not None else []
    if "preview" in request.form:
        return _page(form, row, layout, found)
    if not fits or layout is None or found:
        _beside(form, found)
        return _page(form, row, layout), 422
    name = BilingualText(form.name_de.data or "", form.name_en.data or "")
    with transaction():
        event = fresh_event()
        if row is None:
            public_id = services.add_layout(event, name, layout).public_id
        else:
            public_id = row.public_id
            services.change_layout(event, or_404(queries.layout_at(event, public_id)), name, layout, form.version.data)
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".edit_layout", public_id=public_id))


def _pressed(form: LayoutForm, tickets: dict[str, str]) -> bool:
    """Whether a button added or took away a field, or began again with the house's layout."""
    pressed = request.form.get("rows") or ""
    if pressed == "elements:standard":
        layout = standard(form.paper.data if form.paper.data in PAPERS else "a6x4", form.width.data, form.height.data)
        while form.elements.entries:
            form.elements.pop_entry()
        for element in layout.elements:
            form.elements.append_entry(_row_of(element))
        form.width.data, form.height.data = layout.width, layout.height
        form.width.raw_data = form.height.raw_data = None
    elif pressed == "elements:add":
        if len(form.elements.entries) < (form.elements.max_entries or 0) and form.more.data in KINDS:
            sheet = PAPERS.get(form.paper.data, PAPERS["a6x4"])
            form.elements.append_entry(_row_of(new_element(form.more.data, standard(sheet.key))))
    elif not form.elements.press(pressed):
        return False
    form.offer(tickets)
    return True


def _shown(row: BadgeLayout | None, layout: Layout) -> dict[str, Any]:
    """A layout as the form shows it."""
    return {
        "version": row.version if row is not None else None,
        "name_de": row.name.de if row is not None else "",
        "name_en": row.name.en if row is not None else "",
        "paper": layout.paper,
        "width": layout.width,
        "height": layout.height,
        "roles": list(layout.when.roles),
        "products": list(layout.when.products),
        **{f"colour_{role}": layout.colours_of(role).band for role in LOOKS},
        "elements": [_row_of(element) for element in layout.elements],
    }


def _row_of(element: Element) -> dict[str, Any]:
    names = ("kind", "text", "x", "y", "w", "h", "size", "weight", "align", "settle", "follows")
    return {
        **{name: getattr(element, name) for name in names},
        "roles": list(element.when.roles),
        "products": list(element.when.products),
    }


def _drawn(form: LayoutForm) -> Layout | None:
    """The layout that a form holds; None while a number is missing or a choice is unknown."""
    sheet = PAPERS.get(form.paper.data)
    if sheet is None or any(not _is_whole(row.form) for row in form.elements):
        return None
    wide, high = (form.width.data, form.height.data) if sheet.key == OWN else (sheet.width, sheet.height)
    if not wide or not high:
        return None
    chosen = {role: form[f"colour_{role}"].data for role in LOOKS}
    return Layout(
        paper=sheet.key,
        width=wide,
        height=high,
        elements=tuple(_element(row.form) for row in form.elements),
        colours={role: colour for role, colour in chosen.items() if colour and not form[f"colour_{role}"].errors},
        when=For(tuple(form.products.data or ()), tuple(form.roles.data or ())),
    )


def _is_whole(row: Any) -> bool:
    numbers = [row[name].data for name in ("x", "y", "w", "h", "size")]
    chosen = row.kind.data in KINDS and row.align.data in ("L", "C", "R") and row.weight.data in (400, 700, 800)
    return chosen and row.settle.data in ("top", "middle", "bottom") and None not in numbers and numbers[2] > 0


def _element(row: Any) -> Element:
    when = For(tuple(row.products.data or ()), tuple(row.roles.data or ()))
    values = {name: row[name].data for name in ("kind", "x", "y", "w", "h", "size", "weight", "align", "settle")}
    return Element(**values, follows=bool(row.follows.data), text=row.text.data or "", when=when)


def _beside(form: LayoutForm, found: list[Problem]) -> None:
    """Put what is wrong with a layout beside the fields that it is about."""
    for problem in found:
        around = form if problem.at is None else form.elements.entries[problem.at].form
        field = form.more if problem.field == "elements" else around[problem.field]
        field.errors = [*field.errors, problem.sentence]


def _page(form: LayoutForm, row: BadgeLayout | None, layout: Layout | None, found: list[Problem] | None = None) -> str:
    event = current_event()
    preview = []
    if layout is not None:
        with speaking(event.languages.partition(",")[0]):
            everybody = queries.badges(event)
            preview = pictures.preview(event, everybody, lambda _badge: layout, layout.when)
    errors = {**form.errors, **({"more": form.more.errors} if form.more.errors else {})}
    return render_template(
        "badges/designer.html",
        form=form,
        form_errors=errors,
        row=row,
        layout=layout,
        preview=preview,
        found=[(_about(problem, layout), problem.sentence) for problem in found or ()],
        kinds=KINDS,
        looks=LOOKS,
        own=OWN,
    )


def _about(problem: Problem, layout: Layout | None) -> str:
    """What a problem is about, in a word."""
    if problem.at is None or layout is None:
        return _("The whole badge")
    return str(KINDS[layout.elements[problem.at].kind])
