"""At the table: we are here, by button, by the sign on the table, or by reading the other side's badge."""

import secrets
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock, limits, qr
from ...agenda.models import Location
from ...db import transaction
from ...delegates.models import Delegate
from ...errors import DomainError, or_404
from ...events.pages import once
from ...events.routing import current_event
from ...headers import allow_wasm
from ...i18n import _
from ...registration import codes
from .. import day_queries, on_site
from ..day_forms import CodeForm, HereForm
from ..errors import NotAcross
from ..models import Meeting
from .blueprint import bp, me, shown
from .day import day_of, own_meeting

Answer = Response | str | tuple[str, int]

READ_AN_HOUR = 30
"""So many badges may somebody read in an hour."""


@bp.route("/meetings/<id>/here", methods=["GET", "POST"])
def here(id: str) -> Answer:
    """Say on the page of a meeting that I am there."""
    form = HereForm()
    mine = me()
    meeting = own_meeting(mine, id)
    if request.method == "GET" or not form.validate_on_submit():
        return page(mine, meeting)
    return confirmed(form, meeting.public_id, "button")


@bp.route("/at/<table>", methods=["GET", "POST"])
def at(table: str) -> Answer:
    """What the sign on a table leads to: my meeting there, and the button that says we are here."""
    form = HereForm()
    mine = me()
    place = or_404(day_queries.place_by_ref(current_event(), table))
    meeting = day_queries.running_at(mine, place, clock.now())
    if meeting is None:
        return nothing(mine, place)
    if request.method == "GET" or not form.validate_on_submit():
        return page(mine, meeting, table=place)
    return confirmed(form, meeting.public_id, "table")


@bp.get("/scan")
def scan(form: CodeForm | None = None) -> str:
    """Read the badge of whom I meet, by the camera or typed."""
    allow_wasm()
    mine = me()
    own = mine.registration.code
    running = [shown(mine, meeting) for meeting in day_queries.running_of(mine, clock.now())]
    return render_template(
        "meetings/scan.html",
        me=mine,
        form=form or CodeForm(formdata=None),
        form_errors=form.errors if form is not None else None,
        running=running,
        ahead=None if running else _ahead(mine),
        svg=qr.svg(codes.code_text(own), _("QR code of your ticket. The code as text stands below.")) if own else None,
        printed=codes.printed(own) if own else "",
        once=secrets.token_hex(16),
    )


@bp.post("/scan")
def read(**_values: str) -> Answer:
    """The code of a badge: whoever is across the table with me now, else one refusal for everything."""
    form = CodeForm()
    mine = me()
    if not form.validate_on_submit():
        return scan(form), 422
    limits.hit("meetings.badge", mine.public_id, limit=READ_AN_HOUR, seconds=3600)
    meeting = on_site.read_badge(mine, form.code.data or "")
    if meeting is None:
        form.code.errors = [str(NotAcross.message)]
        return scan(form), NotAcross.status
    return confirmed(form, meeting.public_id, "badge")


def confirmed(form: HereForm | CodeForm, meeting_id: str, kind: str) -> Answer:
    """Keep the sign in one transaction and show the page of the table; what the rules refuse is said there."""
    try:
        with transaction():
            mine = me()
            meeting = own_meeting(mine, meeting_id)
            scan_id = (form.once.data or secrets.token_hex(16))[:40]

            def act() -> dict[str, str]:
                on_site.confirm(meeting, mine, kind, scan_id=scan_id)
                return {"meeting": meeting.public_id}

            once(form, act)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        mine = me()
        return page(mine, own_meeting(mine, meeting_id), refused=str(error.message)), error.status
    if own_meeting(me(), meeting_id).placement == "held":
        flash(_("You have met. Enjoy the conversation."), "ok")
    else:
        flash(_("Noted: you are here."), "ok")
    return redirect(url_for(".here", id=meeting_id))


def page(mine: Delegate, meeting: Meeting, *, table: Location | None = None, refused: str = "") -> str:
    """Where we stand at the table: who has shown themselves, and what I can do."""
    return render_template(
        "meetings/at_table.html",
        me=mine,
        card=shown(mine, meeting),
        day=day_of(mine, meeting),
        to=url_for(".at", table=table.public_id) if table is not None else url_for(".here", id=meeting.public_id),
        refused=refused,
        once=secrets.token_hex(16),
    )


def nothing(mine: Delegate, place: Location) -> str:
    """A table at which I do not meet anybody now, and where I do."""
    running = [shown(mine, meeting) for meeting in day_queries.running_of(mine, clock.now())[:1]]
    following = _ahead(mine) if not running else None
    cards = running or ([following] if following is not None else [])
    return render_template("meetings/no_table.html", me=mine, place=place, cards=cards)


def _ahead(mine: Delegate) -> dict[str, Any] | None:
    """The card of my next meeting of the event, however far off, and None when there is none."""
    ahead = day_queries.next_of(mine, clock.now(), mine.participant.event.closes_at - clock.now())
    return shown(mine, ahead[0]) if ahead else None
