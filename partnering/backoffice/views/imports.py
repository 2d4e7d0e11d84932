"""Bringing in people from a file: upload, columns, dry run, everybody at once."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from ... import workbook
from ...db import BilingualText, transaction
from ...errors import DomainError, or_404, require
from ...events.models import Event
from ...events.pages import fresh_event, page
from ...events.routing import current_event, current_person
from ...headers import as_file, single
from ...i18n import _, bi, locale
from ...jobs import defer
from ...jobs import queries as jobs
from ...jobs.models import Job
from ...tables import CSV
from ...tickets import queries as ticket_queries
from .. import export, imports, queries, reading, spreadsheet
from ..forms import ConfirmForm
from ..import_forms import BringInForm, ColumnsForm, FileForm
from ..models import PeopleImport
from .blueprint import bp

SHOWN_ERRORS = 200


@bp.route("/people/import", methods=["GET", "POST"])
def import_people() -> str | BaseResponse | tuple[str, int]:
    """Upload a file; what was uploaded before."""
    form = FileForm()
    if form.validate_on_submit():
        content = form.file.data.stream.read(spreadsheet.MOST_BYTES + 1)
        try:
            with transaction():
                kept = imports.keep(fresh_event(), current_person(), form.file.data.filename or "", content)
                public_id = kept.public_id
        except spreadsheet.Unreadable as error:
            form.file.errors = [str(error.message)]
        else:
            return redirect(url_for(".import_step", public_id=public_id))
    return page("backoffice/import.html", form, imports=queries.imports_of(current_event()), states=state_words())


@bp.get("/people/import/template.csv")
def import_template() -> Response:
    """An empty list with the headings that are understood, and one row as an example."""
    return as_file(export.as_csv(*_template(current_event())), CSV, _("people.csv"))


@bp.get("/people/import/template.xlsx")
def import_template_xlsx() -> Response:
    """The same as a workbook."""
    heads, rows = _template(current_event())
    return as_file(b"".join(workbook.as_xlsx(heads, rows)), workbook.MEDIA_TYPE, _("people.xlsx"))


@bp.get("/people/import/<public_id>")
def import_step(public_id: str) -> str:
    """Where an import stands: columns to choose, a job under way, what the dry run found, or the end."""
    return _show(import_or_404(public_id))


@bp.post("/people/import/<public_id>/check")
def check_import(public_id: str) -> BaseResponse | tuple[str, int]:
    """Keep the columns, and have every row checked; nothing is changed by that."""
    kept = import_or_404(public_id)
    form = _columns(current_event(), kept)
    if not form.validate_on_submit():
        return _show(kept, form), 422
    try:
        with transaction():
            event, kept = fresh_event(), _open(public_id)
            kept.mapping = form.chosen()
            kept.options = {
                **kept.options,
                "product": form.product.data,
                "gross": 0 if form.gross.data == "free" else None,
                "locale": form.locale.data,
                "skip_known": form.skip_known.data,
            }
            job = defer(
                queries.CHECK,
                event_ref=event.public_id,
                owner_ref=current_person().public_id,
                public_id=public_id,
            )
            kept.state, kept.report, kept.job_ref = "read", {}, job.public_id
    except DomainError as error:
        return _refused(error, public_id)
    return redirect(url_for(".import_step", public_id=public_id))


@bp.post("/people/import/<public_id>/bring-in")
def bring_in(public_id: str) -> BaseResponse:
    """Have everybody registered, in one go."""
    form = BringInForm()
    require(form.validate_on_submit())
    try:
        with transaction():
            event, kept = fresh_event(), _open(public_id)
            if kept.state != "checked" or kept.report.get("wrong") or not kept.report.get("good"):
                raise imports.NotReady
            job = defer(
                queries.BRING_IN,
                event_ref=event.public_id,
                owner_ref=current_person().public_id,
                public_id=public_id,
                letters=bool(form.letters.data),
            )
            kept.state, kept.job_ref = "running", job.public_id
    except DomainError as error:
        return _refused(error, public_id)
    return redirect(url_for(".import_step", public_id=public_id))


@bp.post("/people/import/<public_id>/forget")
def forget_import(public_id: str) -> BaseResponse:
    """Throw a file away that was not brought in."""
    require(ConfirmForm().validate_on_submit())
    with transaction() as session:
        fresh_event()
        kept = import_or_404(public_id)
        if kept.state not in ("running", "done"):
            session.delete(kept)
    flash(_("The file is forgotten."), "ok")
    return redirect(url_for(".import_people"))


@bp.get("/people/import/<public_id>/errors.csv")
def import_errors(public_id: str) -> Response:
    """Everything that the dry run found, to mend the list by."""
    kept = import_or_404(public_id)
    names = field_words(current_event())
    rows = [
        [fault["row"], names.get(fault["field"], fault["field"]), fault.get("cell", ""), said(fault)]
        for fault in kept.report.get("errors", [])
    ]
    content = export.as_csv([_("Row"), _("Where"), _("What stands there"), _("What is wrong")], rows)
    return as_file(content, CSV, _("errors.csv"))


# -- what pages show


def _show(kept: PeopleImport, form: ColumnsForm | None = None) -> str:
    event = current_event()
    job = jobs.job_by_id(kept.job_ref) if kept.job_ref else None
    under_way = job is not None and job.state in ("ready", "running")
    columns = kept.state in ("read", "failed") or form is not None or single(request.args, "step") == "columns"
    step = "done" if kept.state == "done" else "wait" if under_way else "columns" if columns else "report"
    if step == "columns" and kept.content is None:
        step = "gone"
    shown: dict[str, Any] = {"kept": kept, "job": job, "step": step, "failed": _failed(kept, job)}
    if step == "columns":
        form = form or _columns(event, kept)
        shown |= {
            "form": form,
            "form_errors": form.errors,
            "heads": kept.options.get("heads", []),
            "preview": kept.options.get("preview", []),
            "answers": imports.ANSWER,
        }
    elif step == "report":
        shown |= _report(event, kept)
    return render_template("backoffice/import_step.html", **shown)


def _report(event: Event, kept: PeopleImport) -> dict[str, Any]:
    names, products = field_words(event), ticket_queries.products_of(event)
    called = {product.public_id: bi(product.name) for product in products}
    faults = kept.report.get("errors", [])
    return {
        "report": kept.report,
        "errors": [
            (fault["row"], names.get(fault["field"], fault["field"]), fault.get("cell", ""), said(fault))
            for fault in faults[:SHOWN_ERRORS]
        ],
        "hidden": len(faults) - len(faults[:SHOWN_ERRORS]) + int(kept.report.get("more", 0)),
        "sold": [(called.get(key, key), number) for key, number in sorted(kept.report.get("sold", {}).items())],
        "called": called,
        "bring_in": BringInForm(),
    }


def _failed(kept: PeopleImport, job: Job | None) -> str:
    """Why the last job came to nothing, or an empty string."""
    if kept.state == "failed":
        return {
            "sold_out": _("Since the rows were checked somebody else has taken places, and they no longer suffice."),
            "duplicate_registration": _("Since the rows were checked somebody in the file has registered themselves."),
        }.get(str(kept.report.get("failed")), _("Something has changed since the rows were checked."))
    if job is not None and job.state == "failed":
        return _("The file could not be worked through. If it happens again, tell whoever runs this site.")
    return ""


def said(fault: Mapping[str, Any]) -> str:
    """What is wrong, as a sentence."""
    sentence = reading.SENTENCES.get(str(fault["code"]))
    names = {key: _in_a_word(name) for key, name in fault.get("names", {}).items()}
    return str(sentence) % names if sentence is not None else str(fault["code"])


def _in_a_word(name: Any) -> str:
    """What a sentence names; what is kept in German and English stands in the reader's language."""
    return bi(BilingualText(*name)) if isinstance(name, list) else str(name)


def field_words(event: Event) -> dict[str, str]:
    """What the fields of a list are called, questions by their own words."""
    words = {key: str(word) for key, word in imports.FIELDS.items()}
    return words | {imports.ANSWER + one.public_id: bi(one.label) for one in imports.answerable(event)}


def state_words() -> dict[str, tuple[str, str, str]]:
    """What the states of an import are called, with tone and well."""
    return {
        "read": (_("Uploaded"), "", "free"),
        "checked": (_("Checked"), "info", "pending"),
        "running": (_("Being brought in"), "info", "pending"),
        "done": (_("Brought in"), "ok", "taken"),
        "failed": (_("Not brought in"), "bad", "off"),
    }


def _columns(event: Event, kept: PeopleImport) -> ColumnsForm:
    options = kept.options
    products = [one for one in ticket_queries.products_of(event) if one.kind == "ticket" and one.active]
    only = products[0].public_id if len(products) == 1 and "ticket" not in kept.mapping else ""
    return ColumnsForm.over(
        options.get("heads", []),
        field_words(event),
        products,
        kept.mapping,
        product=options.get("product", only),
        gross="free" if options.get("gross") == 0 else "day",
        locale=options.get("locale", locale()),
        skip_known=bool(options.get("skip_known")),
    )


def _template(event: Event) -> tuple[list[str], list[list[object]]]:
    """Headings in the reader's language, one row that shows what may stand below."""
    words = field_words(event)
    product = next((one for one in ticket_queries.products_of(event) if one.kind == "ticket" and one.active), None)
    example = {
        "email": "jana@lumenfold.example",
        "given_name": "Jana",
        "family_name": "Wittkowski",
        "title": "Dr.",
        "function": _("Founder"),
        "company": "Lumenfold GmbH",
        "ticket": bi(product.name) if product else "",
        "locale": locale(),
    }
    return list(words.values()), [[example.get(key, "") for key in words]]


# -- finding imports


def import_or_404(public_id: str) -> PeopleImport:
    """The import of this public id at this event."""
    return or_404(queries.import_at(current_event(), public_id))


def _open(public_id: str) -> PeopleImport:
    """The same inside a transaction, if it waits for an organiser. Raises `NotReady`, `Forgotten`."""
    import_or_404(public_id)
    kept = or_404(queries.import_by_id(public_id, lock=True))
    if kept.state in ("running", "done"):
        raise imports.NotReady
    if kept.content is None:
        raise imports.Forgotten
    return kept


def _refused(error: DomainError, public_id: str) -> BaseResponse:
    if error.status == 404:
        raise error
    flash(str(error.message), "bad")
    return redirect(url_for(".import_step", public_id=public_id))
