"""Who was seen at which meeting: a page at which helpers read badges, with a queue for when there is no network."""

import secrets
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...errors import require
from ...events.permissions import may_check_in, may_organise
from ...events.routing import crew, current_event, current_person, within_event
from ...guards import guarded
from ...i18n import _
from ...navigation import address
from .. import on_site
from ..day_forms import CodeForm, read_scans
from ..evidence import DeskScan
from .desk_blueprint import desk, tabs

MOST_OCTETS = 32_768


@desk.get("/meetings/seen")
@guarded(within_event(crew))
def seen() -> str:
    """A field for one badge after the other. With script what is read waits in the browser until a network takes it."""
    return seen_page(CodeForm(formdata=None, once=secrets.token_hex(16)))


@desk.post("/meetings/seen")
@guarded(within_event(crew))
def see() -> Response | tuple[str, int]:
    """Take one badge, where no script runs."""
    form = CodeForm()
    if not form.validate_on_submit():
        return seen_page(form), 422
    scan = DeskScan(form.once.data or secrets.token_hex(16), clock.now(), code=form.code.data or "")
    with transaction():
        [answer] = uploaded([scan])
    tones = {"counted": "ok", "late": "warn", "unknown": "warn"}
    flash(said()[answer], tones[answer])
    return redirect(url_for(".seen"))


@desk.post("/meetings/scans")
@guarded(within_event(crew))
def take_scans() -> dict[str, Any]:
    """Take a queue of signs, JSON in and out: "counted", "late" or "unknown" for each, in their order."""
    if not request.is_json:
        abort(415)
    if (request.content_length or 0) > MOST_OCTETS:
        abort(413)
    scans = read_scans(request.get_data())
    with transaction():
        answers = uploaded(scans)
    return {
        "scans": [{"scan_id": scan.scan_id, "outcome": answer} for scan, answer in zip(scans, answers, strict=True)]
    }


def uploaded(scans: Any) -> list[str]:
    """What became of each line, for somebody who still checks people in."""
    require(may_check_in(current_person(), current_event()))
    return on_site.upload(current_event(), scans, scanner=f"person:{current_person().public_id}")


def said() -> dict[str, str]:
    """What becomes of a badge that was read, in words."""
    return {
        "counted": _("Noted."),
        "late": _("Kept, but it does not count: the meeting is over, or not on yet."),
        "unknown": _("No meeting found for this code at this time."),
    }


def seen_page(form: CodeForm) -> str:
    """The page; whoever only checks people in is led nowhere but to the doors."""
    event, organises = current_event(), may_organise(current_person(), current_event())
    context: dict[str, Any] = {"tabs": tabs()}
    if not organises:
        doors = {"label": _("Doors"), "url": address("checkin.doors"), "current": False, "group": None, "count": 0}
        context = {"nav_items": [doors]}
    return render_template(
        "meetings/desk_seen.html",
        form=form,
        form_errors=form.errors,
        said=said(),
        organises=organises,
        shelf=f"seen-{event.public_id}-{current_person().public_id}",
        **context,
    )
