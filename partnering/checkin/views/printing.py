"""One badge at the door: noted as printed, then shown as a page that prints itself.

Crew print, and devices that organisers let register people.
"""

import re

from flask import flash, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from ... import limits
from ...badges import queries as badges
from ...badges import services as printing
from ...badges.content import Badge
from ...badges.layout import Layout
from ...badges.papers import OWN, PAPERS
from ...badges.standard import standard
from ...badges.tasks import heading_of
from ...badges.views import pictures
from ...db import transaction
from ...errors import or_404, require
from ...events.routing import current_event
from ...headers import single
from ...i18n import _, bi, speaking
from ...registration.queries import live_registration_at
from ..forms import DeedForm
from .door import bp, device_in_deed
from .guarding import asker, may_add, person_asking

BADGES_AN_HOUR = 400
"""How many badges one person or phone may print at the door: three lanes' worth, and not the whole event's codes."""

LOOKS_AN_HOUR = 800
REMEMBERED = "badge_layout"
_SIZE = re.compile(r"([1-9][0-9]{2,3})x([1-9][0-9]{2,3})")


@bp.post("/badge/<guest_id>")
def print_badge(guest_id: str) -> Response:
    """Note that a badge goes on paper, and open the page that prints it."""
    return _on_paper(guest_id, lost=False)


@bp.get("/badge/<guest_id>")
def badge(guest_id: str) -> str:
    """One badge at its own size; `?print=now` prints it where script runs."""
    require(may_add())
    limits.hit("badges.shown", asker(), limit=LOOKS_AN_HOUR, seconds=3600)
    shown, picture, size = drawn(guest_id)
    return render_template(
        "checkin/badge.html",
        badge=shown,
        picture=picture,
        size=size,
        state=badges.state_of(shown, badges.printed_hashes(current_event(), [shown.code_id])),
        choices=_choices(),
        chosen=_remembered(),
        form=DeedForm(),
        printing=request.args.get("print") == "now",
    )


def drawn(guest_id: str) -> tuple[Badge, Markup, str]:
    """A guest's badge, its picture in the event's language, and its size as the style of its page wants it."""
    event = current_event()
    with speaking(event.languages.partition(",")[0]):
        badge = _badge(guest_id)
        layout = _layout(badge)
        picture = pictures.drawn(badge, layout, heading_of(event))
    return badge, picture, f"{round(layout.width * 10)}x{round(layout.height * 10)}"


@bp.post("/badge/<guest_id>/lost")
def badge_lost(guest_id: str) -> Response:
    """Make the code of a lost badge worthless, and print a new badge with a new code."""
    return _on_paper(guest_id, lost=True)


def _on_paper(guest_id: str, *, lost: bool) -> Response:
    if not DeedForm().validate_on_submit():
        return redirect(url_for(".badge", guest_id=guest_id))
    limits.hit("badges.one", asker(), limit=BADGES_AN_HOUR, seconds=3600)
    with transaction():
        device_in_deed()
        require(may_add())
        if lost:
            registration = or_404(live_registration_at(guest_id))
            require(registration.event_id == current_event().id)
            printing.renew_after_loss(current_event(), registration)
        note_print(guest_id)
    if lost:
        flash(_("The old badge opens no door any more. This is the new one."), "ok")
    return redirect(url_for(".badge", guest_id=guest_id, print="now"))


@bp.post("/badge/<guest_id>/layout")
def remember_badge_layout(guest_id: str) -> Response:
    """Print badges in this layout from now on, in this browser: it stands beside one printer."""
    require(may_add())
    _badge(guest_id)
    chosen = request.form.get("layout", "")
    if DeedForm().validate_on_submit() and chosen in dict(_choices()):
        session[REMEMBERED] = chosen
    return redirect(url_for(".badge", guest_id=guest_id))


@bp.get("/badge/page.css")
def badge_page_style() -> Response:
    """The size of a page with one badge, for the printer: `?size=1050x1480` in tenths of a millimetre, A6 without."""
    asked = _SIZE.fullmatch(single(request.args, "size") or "1050x1480")
    require(asked)
    wide, high = (int(each) / 10 for each in asked.groups()) if asked else (105, 148)
    style = f"@page {{ size: {wide:g}mm {high:g}mm; margin: 0; }}\n"
    return Response(style, content_type="text/css; charset=utf-8")


def note_print(guest_id: str) -> None:
    """Within a transaction: note that a guest's badge goes on paper."""
    badge = _badge(guest_id)
    printing.print_one(current_event(), badge, _layout(badge), person_asking())


def _badge(guest_id: str) -> Badge:
    return or_404(badges.badge_of(current_event(), guest_id))


def _remembered() -> str:
    found = session.get(REMEMBERED, "")
    return found if found in dict(_choices()) else ""


def _choices() -> list[tuple[str, str]]:
    """In which layouts a badge can be printed by itself here."""
    rows = [(row.public_id, bi(row.name)) for row in badges.layout_rows(current_event())]
    single = [
        (f"paper:{paper.key}", str(paper.name)) for paper in PAPERS.values() if paper.is_single and paper.key != OWN
    ]
    return [("", _("By the conditions of the layouts")), *rows, *single]


def _layout(badge: Badge) -> Layout:
    """The layout of this browser's printer, or the badge's own."""
    chosen = session.get(REMEMBERED, "")
    if chosen.startswith("paper:") and chosen.removeprefix("paper:") in PAPERS:
        return standard(chosen.removeprefix("paper:"))
    row = badges.layout_at(current_event(), chosen) if chosen else None
    return badges.read(row) if row is not None else badges.layouts(current_event()).of(badge)
