"""The programme in the forms that conference apps read: out for everybody, in for organisers after a dry run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ... import clock
from ...db import transaction
from ...errors import DomainError
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import as_file
from ...i18n import _, locale
from ...memory import remembered_part
from .. import words
from ..exchange_forms import MOST_PACKED, ApplyForm, ScheduleForm
from ..exporting import files
from ..exporting.files import File
from ..importing import applier, packing, reader
from ..importing.applier import Report
from ..importing.reader import Problem, Schedule
from .blueprints import desk, pages, share

SHOWN = 200
"""So many problems, warnings and sessions a page shows of one file."""


@pages.get("/programme.json")
def schedule_json() -> Response:
    """The programme as schedule JSON."""
    return _handed_on("json")


@pages.get("/programme.xml")
def schedule_xml() -> Response:
    """The programme as schedule XML."""
    return _handed_on("xml")


def _handed_on(form: str) -> Response:
    share()
    event = current_event()
    file: File = remembered_part(("schedule", event.id, form, locale()), lambda: files.of(event, form))
    response = as_file(file.content, file.media_type, file.name, inline=True)
    response.set_etag(file.etag)
    return response


# -- reading in


@dataclass(frozen=True)
class DryRun:
    """What reading in a file would do: whole, and as far as it is shown."""

    report: Report
    outside: int
    form: ApplyForm


@desk.route("/exchange", methods=["GET", "POST"])
def exchange() -> str | tuple[str, int]:
    """The files to take along, and one to read in: first as a dry run, which changes nothing."""
    form = ScheduleForm()
    if not form.validate_on_submit():
        return _page(form)
    content = form.file.data.stream.read(reader.LARGEST + 1)
    try:
        schedule = reader.read(content)
        packed = packing.pack(content, MOST_PACKED)
    except reader.UnreadableSchedule as error:
        form.file.errors = [_("This file cannot be read in. Nothing has changed.")]
        return _page(form, problems=error.problems)
    except packing.TooLarge as error:
        form.file.errors = [str(error.message)]
        return _page(form)
    asked = ApplyForm(formdata=None, data={"packed": packed})
    return _page(ScheduleForm(formdata=None), dry_run=_dry_run(current_event(), schedule, asked))


@desk.post("/exchange/apply")
def exchange_apply() -> AnyResponse | str | tuple[str, int]:
    """Read in what the dry run was about, unless it would now do something else."""
    form = ApplyForm()
    if not form.validate_on_submit():
        flash(str(packing.Broken.message), "warn")
        return redirect(url_for(".exchange"))
    try:
        schedule = reader.read(packing.unpack(form.packed.data or ""))
        with transaction():
            event = fresh_event()
            as_seen = applier.plan(event, schedule).digest == form.seen.data
            at_once = bool(form.at_once.data)
            tell = bool(form.tell.data) and at_once
            report = applier.apply(event, schedule, release=at_once, tell=tell) if as_seen else None
    except (packing.Broken, reader.UnreadableSchedule):
        flash(str(packing.Broken.message), "warn")
        return redirect(url_for(".exchange"))
    except DomainError as error:
        flash(str(error.message), "bad")
        return redirect(url_for(".exchange"))
    if report is None:
        flash(_("The programme has changed meanwhile. Look once more at what would happen now."), "warn")
        run = _dry_run(current_event(), schedule, form)
        return _page(ScheduleForm(formdata=None), dry_run=run)
    flash(_("The schedule is read in.") if report else _("Nothing has changed."), "ok")
    for warning in report.warnings[len(schedule.warnings) : SHOWN]:
        flash(warning, "warn")
    return redirect(url_for("programme_release.release") if report and not at_once else url_for(".index"))


def _dry_run(event: Event, schedule: Schedule, asked: ApplyForm) -> DryRun:
    report = applier.plan(event, schedule)
    days = [clock.in_zone(each.starts_at, event.zone).date() for each in schedule.sessions]
    outside = sum(not event.first_day <= day <= event.last_day for day in days)
    form = ApplyForm(formdata=None, data={**asked.data, "seen": report.digest})
    return DryRun(report, outside, form)


def _page(
    form: ScheduleForm, *, problems: Sequence[Problem] = (), dry_run: DryRun | None = None
) -> str | tuple[str, int]:
    context: dict[str, Any] = {
        "form": form,
        "form_errors": form.errors,
        "problems": problems,
        "dry_run": dry_run,
        "shown": SHOWN,
        "fates": words.FATES,
        "differences": words.DIFFERENCES,
    }
    page = render_template("programme/desk/exchange.html", **context)
    if dry_run is not None:
        return page, 409 if request.endpoint != "programme_desk.exchange" else 200
    return (page, 422) if request.method == "POST" else page
