"""One badge at the door: noted as printed, then shown as a page that prints itself."""

import re

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...db import transaction
from ...errors import or_404, require
from ...events.permissions import may_check_in
from ...events.routing import crew, current_event, current_person, event_blueprint
from ...headers import single
from ...i18n import _, bi, speaking
from ...registration.queries import live_registration_at
from .. import queries, services
from ..content import Badge
from ..forms import DeedForm
from ..layout import Layout
from ..papers import OWN, PAPERS
from ..standard import standard
from ..tasks import heading_of
from . import pictures

bp = event_blueprint("badges_door", __name__, "badge", guard=crew)

BADGES_AN_HOUR = 400
"""How many badges one person may print at the door: three lanes' worth, and not the whole event's codes."""

LOOKS_AN_HOUR = 800
REMEMBERED = "badge_layout"
_SIZE = re.compile(r"([1-9][0-9]{2,3})x([1-9][0-9]{2,3})")


@bp.post("/<guest_id>")
def print_one(guest_id: str) -> Response:
    """Note that a badge goes on paper, and open the page that prints it."""
    if not DeedForm().validate_on_submit():
        return redirect(url_for(".one", guest_id=guest_id))
    limits.hit("badges.one", current_person().public_id, limit=BADGES_AN_HOUR, seconds=3600)
    with transaction():
        require(may_check_in(current_person(), current_event()))
        badge = _badge(guest_id)
        services.print_one(current_event(), badge, _layout(badge), current_person())
    return redirect(url_for(".one", guest_id=guest_id, print="now"))


@bp.get("/<guest_id>")
def one(guest_id: str) -> str:
    """One badge at its own size; `?print=now` prints it where script runs."""
    limits.hit("badges.shown", current_person().public_id, limit=LOOKS_AN_HOUR, seconds=3600)
    event = current_event()
    with speaking(event.languages.partition(",")[0]):
        badge = _badge(guest_id)
        layout = _layout(badge)
        picture = pictures.drawn(badge, layout, heading_of(event))
    return render_template(
        "badges/one.html",
        badge=badge,
        picture=picture,
        size=f"{round(layout.width * 10)}x{round(layout.height * 10)}",
        state=queries.state_of(badge, queries.printed_hashes(event, [badge.code_id])),
        choices=_choices(),
        chosen=_remembered(),
        form=DeedForm(),
        printing=request.args.get("print") == "now",
    )


@bp.post("/<guest_id>/lost")
def lost(guest_id: str) -> Response:
    """Make the code of a lost badge worthless, and print a new badge with a new code."""
    if not DeedForm().validate_on_submit():
        return redirect(url_for(".one", guest_id=guest_id))
    limits.hit("badges.one", current_person().public_id, limit=BADGES_AN_HOUR, seconds=3600)
    with transaction():
        event = current_event()
        require(may_check_in(current_person(), event))
        registration = or_404(live_registration_at(guest_id))
        require(registration.event_id == event.id)
        services.renew_after_loss(event, registration)
        badge = _badge(guest_id)
        services.print_one(event, badge, _layout(badge), current_person())
    flash(_("The old badge opens no door any more. This is the new one."), "ok")
    return redirect(url_for(".one", guest_id=guest_id, print="now"))


@bp.post("/<guest_id>/layout")
def remember_layout(guest_id: str) -> Response:
    """Print badges in this layout from now on, in this browser: it stands beside one printer."""
    _badge(guest_id)
    chosen = request.form.get("layout", "")
    if DeedForm().validate_on_submit() and chosen in dict(_choices()):
        session[REMEMBERED] = chosen
    return redirect(url_for(".one", guest_id=guest_id))


@bp.get("/page.css")
def page_style() -> Response:
    """The size of a page with one badge, for the printer: `?size=1050x1480` in tenths of a millimetre, A6 without."""
    asked = _SIZE.fullmatch(single(request.args, "size") or "1050x1480")
    require(asked)
    wide, high = (int(each) / 10 for each in asked.groups()) if asked else (105, 148)
    style = f"@page {{ size: {wide:g}mm {high:g}mm; margin: 0; }}\n"
    return Response(style, content_type="text/css; charset=utf-8")


def _badge(guest_id: str) -> Badge:
    return or_404(queries.badge_of(current_event(), guest_id))


def _remembered() -> str:
    found = session.get(REMEMBERED, "")
    return found if found in dict(_choices()) else ""


def _choices() -> list[tuple[str, str]]:
    """In which layouts a badge can be printed by itself here."""
    rows = [(row.public_id, bi(row.name)) for row in queries.layout_rows(current_event())]
    single = [
        (f"paper:{paper.key}", str(paper.name)) for paper in PAPERS.values() if paper.is_single and paper.key != OWN
    ]
    return [("", _("By the conditions of the layouts")), *rows, *single]


def _layout(badge: Badge) -> Layout:
    """The layout of this browser's printer, or the badge's own."""
    chosen = session.get(REMEMBERED, "")
    if chosen.startswith("paper:") and chosen.removeprefix("paper:") in PAPERS:
        return standard(chosen.removeprefix("paper:"))
    row = queries.layout_at(current_event(), chosen) if chosen else None
    return queries.read(row) if row is not None else queries.layouts(current_event()).of(badge)
