"""The kiosk: guests check themselves in by the code of their ticket. It tells nobody's name to whoever has no code.

Where a guest stands is kept in the tablet's form cookie, and forgotten as soon as the start page is shown.
"""

from typing import Any

from flask import g, render_template, session, url_for
from flask import make_response as answer_with
from flask import redirect as lead
from werkzeug.wrappers import Response

from ... import clock, limits
from ...accounts.doors import to_sign_in
from ...db import transaction
from ...errors import NotFound, or_404, require
from ...events.routing import current_event, event_blueprint, load_event
from ...headers import allow_wasm
from ...i18n import _
from ...registration.models import Registration
from .. import devices, kiosk, knowing, phones, queries, redeeming, words
from ..kiosk_forms import KioskCodeForm, KioskNameForm, KioskPinForm
from ..models import CheckinList, Device
from . import printing
from .door import new_scan_id
from .guarding import cookie_name, enrolled, holder_here, note_contact, turned_away

CODES_A_MINUTE = 30
PINS, PINS_WITHIN = 5, 900
"""So many PINs may be tried in so many seconds."""

VISIT = "kiosk"
VISIT_SECONDS = 180
STAYS = 15
"""So many seconds an answer stays; `kiosk.js` and, without script, the header Refresh lead back to the start."""

READS, TYPING = 30, 120
"""So long a guest's own page stays untouched: with script, which begins anew with each touch, and without."""


def at_kiosk() -> Response | None:
    """Kiosks of this event and nobody else, crew included."""
    holder = holder_here()
    kiosk_here = holder is not None and holder.device.kind == "kiosk"
    if holder is not None and kiosk_here:
        g.let_into = holder.device.event_id
    moved = load_event()
    if moved is not None:
        return moved
    if holder is None or not kiosk_here:
        if g.get("person") is None:
            return to_sign_in()
        raise NotFound
    if holder.device.event_id != current_event().id:
        raise NotFound
    if holder.standing != "good":
        return turned_away(holder.standing)
    g.device, g.standing, g.person = holder.device, holder.standing, None
    return None


bp = event_blueprint("checkin_kiosk", __name__, "door/kiosk", guard=at_kiosk)
bp.after_request(note_contact)


def _device() -> Device:
    device = enrolled()
    assert device is not None  # the guard let nobody else in
    return device


def _in_deed() -> tuple[CheckinList, Device]:
    """Within a transaction: the door and this kiosk, once it still may."""
    device = _device()
    require(phones.standing_of(devices.held(device)) == "good")
    return _door(), device


def _door() -> CheckinList:
    return or_404(next(iter(phones.scans_at(_device(), queries.lists_of(current_event()))), None))


# -- where a guest stands


def _visit() -> dict[str, Any] | None:
    kept = session.get(VISIT)
    if not kept or kept["device"] != _device().public_id or clock.now().timestamp() - kept["at"] > VISIT_SECONDS:
        return None
    return dict(kept)


def _keep(**visit: Any) -> None:
    session[VISIT] = {"device": _device().public_id, "at": int(clock.now().timestamp()), **visit}


def _to_start() -> Response:
    return lead(url_for(".start", lang=None))


def _page(template: str, status: int = 200, stays: int = STAYS, **context: Any) -> Response:
    page = answer_with(render_template(f"checkin/kiosk/{template}.html", stays=stays, **context), status)
    if stays:
        page.headers["Refresh"] = f"{TYPING if template == 'guest' else stays}; url={url_for('.start', lang=None)}"
    return page


# -- the way of a guest


@bp.get("/")
def start(form: KioskCodeForm | None = None) -> Response:
    """Where every guest begins: camera and field for the code."""
    session.pop(VISIT, None)
    allow_wasm()
    status = 422 if form is not None else 200
    return _page("start", status, 0, form=form or KioskCodeForm(formdata=None), door=words.door_name(_door()))


@bp.post("/")
def show_code() -> Response:
    """Whose code this is; whoever cannot come in here is sent to the help desk, without a word why."""
    form = KioskCodeForm()
    if not form.validate_on_submit():
        return start(form)
    limits.hit("kiosk.code", _device().public_id, limit=CODES_A_MINUTE, seconds=60)
    event, text = current_event(), form.code.data or ""
    with transaction():
        door, device = _in_deed()
        typed = form.read.data != "1"
        sent: dict[str, Any] = {"via": "kiosk", "typed": typed}
        verdict = redeeming.redeem_code(event, door, device, text, simulate=True, **sent)
        if verdict.admitted and verdict.guest is not None:
            _keep(said="asked", guest=verdict.guest.public_id, scan=new_scan_id())
            return lead(url_for(".guest"))
        verdict = redeeming.redeem_code(event, door, device, text, scan_id=new_scan_id(), **sent)
    _keep(said={"already_in": "already", "unknown": "again"}.get(verdict.answer, "desk"))
    return lead(url_for(".done"))


@bp.get("/guest")
def guest() -> Response:
    """Is this you, and is your name spelt right?"""
    return _guest_page(None)


def _guest_page(form: KioskNameForm | None) -> Response:
    visit, held = _visit(), _held()
    if visit is None or held is None or visit["said"] != "asked":
        return _to_start()
    one = held.participant
    shown = form or KioskNameForm(formdata=None, given_name=one.given_name, family_name=one.family_name)
    return _page(
        "guest",
        422 if form is not None else 200,
        READS,
        form=shown,
        form_errors=form.errors if form is not None else {},
        guest=held,
    )


def _held() -> Registration | None:
    visit = _visit()
    held = queries.guest_at(current_event(), visit["guest"]) if visit is not None and "guest" in visit else None
    return held if held is not None and held.state == "live" else None


@bp.post("/guest")
def check_in() -> Response:
    """Spell the name as it was typed, and let the guest in."""
    visit, form = _visit(), KioskNameForm()
    if visit is None or _held() is None or visit["said"] == "in":
        return lead(url_for(".done")) if visit is not None else _to_start()
    if not form.validate_on_submit():
        return _guest_page(form)
    try:
        with transaction():
            door, device = _in_deed()
            held = or_404(_held())
            knowing.lock_place(held.place_id)
            kiosk.correct_name(held, form.given_name.data or "", form.family_name.data or "")
            verdict = redeeming.redeem_registration(
                current_event(), door, device, held, scan_id=f"kiosk-{visit['scan']}", via="kiosk"
            )
            at_once = verdict.admitted and device.may_add and device.prints_at_once
            if at_once:
                printing.note_print(held.public_id)
    except kiosk.AnotherPerson as error:
        form.family_name.errors = [str(error.message)]
        return _guest_page(form)
    said = "in" if verdict.admitted else "already" if verdict.answer == "already_in" else "desk"
    _keep(**{**visit, "said": said, "printed": at_once, "prints": at_once})
    return lead(url_for(".done"))


@bp.get("/done")
def done() -> Response:
    """What became of it. Only whoever came in reads their name."""
    visit = _visit()
    if visit is None or visit["said"] == "asked":
        return _to_start()
    held = _held() if visit["said"] == "in" else None
    if held is not None and visit.get("prints"):
        _keep(**{**visit, "prints": False})  # whoever opens this page again is asked first
        return _badge_page(held)
    return _page(
        "done",
        said=visit["said"],
        name=words.name_of(held),
        prints=held is not None and _device().may_add,
        pickup=_device().pickup,
    )


@bp.post("/print")
def print_own() -> Response:
    """Note that the badge of whoever just came in goes on paper, and show it to the printer; once for each guest."""
    visit, held = _visit(), _held()
    if visit is None or held is None or visit["said"] != "in" or not _device().may_add:
        return _to_start()
    if not visit.get("printed"):
        with transaction():
            _in_deed()
            printing.note_print(held.public_id)
        _keep(**{**visit, "printed": True})
    return _badge_page(held)


def _badge_page(held: Registration) -> Response:
    """The page that prints a badge by itself."""
    _badge, picture, size = printing.drawn(held.public_id)
    return _page("badge", picture=picture, size=size, name=words.name_of(held), pickup=_device().pickup)


@bp.get("/page.css")
def page_style() -> Response:
    """The size of the page for the printer."""
    return printing.badge_page_style()


# -- staff


@bp.route("/staff", methods=["GET", "POST"])
def staff() -> Response:
    """With the PIN a tablet stops being a kiosk: it opens nothing here until it is enrolled anew."""
    session.pop(VISIT, None)
    form, status = KioskPinForm(), 200
    if form.is_submitted():
        status = 422
        limits.hit("kiosk.pin", _device().public_id, limit=PINS, seconds=PINS_WITHIN)
        if form.validate():
            if kiosk.is_pin(_device(), form.pin.data or ""):
                return _left()
            form.pin.errors = [_("This PIN is not right.")]
    form.pin.data = ""
    return _page("staff", status, READS, form=form, form_errors=form.errors)


def _left() -> Response:
    event = current_event()
    with transaction():
        device = _device()
        require(phones.standing_of(device) == "good")
        devices.roll(event, device)
    g.standing = "rolled"
    page = answer_with(render_template("checkin/kiosk/left.html", stays=0))
    page.delete_cookie(cookie_name(), path=f"/e/{event.slug}/door")
    return page
