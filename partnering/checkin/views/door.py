"""Choosing a door, its log, and what all pages at a door share."""

import secrets
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import or_404, require, wants_json
from ...events.permissions import may_check_in
from ...events.routing import crew, current_event, current_person, event_blueprint, within_event
from ...guards import guarded
from ...i18n import _
from .. import arrivals, devices, permissions, phones, queries, services, words
from ..electing import LET_THROUGH
from ..forms import AnnulForm, DeedForm
from ..models import CheckinList, Device, Scan
from ..verdicts import Verdict
from .guarding import at_door, doors_of_asker, enrolled, may_add, may_force, note_contact, own_device

bp = event_blueprint("checkin", __name__, "door", guard=crew)
bp.guard = at_door  # which finds the event by itself, since a device needs no account
bp.after_request(note_contact)


@bp.url_defaults
def keep_door(endpoint: str, values: dict[str, Any]) -> None:
    """Links on a door's pages lead to the same door."""
    door = g.get("checkin_list")
    if door is not None and current_app.url_map.is_endpoint_expecting(endpoint, "list_id"):
        values.setdefault("list_id", door.public_id)


def the_door(list_id: str) -> CheckinList:
    """The door of this page; 404 when the event has no such one, or a device may not stand there."""
    door = or_404(queries.list_at(current_event(), list_id))
    device = enrolled()
    require(device is None or phones.scans_at(device, [door]))
    g.checkin_list = door
    return door


def at_the_door(list_id: str) -> tuple[CheckinList, Device]:
    """Within a transaction: the door and the device of who asks, once they may still scan."""
    device = device_in_deed()
    return the_door(list_id), device


def device_in_deed() -> Device:
    """Within a transaction: the device of who asks, once it still may, or they are still crew."""
    device = enrolled()
    if device is not None:
        require(phones.standing_of(devices.held(device)) == "good")
        return device
    require(may_check_in(current_person(), current_event()))
    return services.browser_device(current_event(), current_person())


def new_scan_id() -> str:
    """A fresh name for an attempt, so that sending a form twice is one attempt."""
    return secrets.token_hex(8)


def verdict_page(
    verdict: Verdict,
    door: CheckinList,
    device: Device,
    again: dict[str, str],
    answers: dict[str, Any] | None = None,
) -> str:
    """The whole-screen answer to a form; `again` is what to send to let in anyway, or with answers.

    `answers` are those to the questions of the list that were given, None before it was asked.
    """
    shown = words.shown(verdict, current_event().zone, may_force())
    arrived, expected = queries.counts(current_event(), [door])[door.id]
    guest = queries.guest_at(current_event(), shown.person) if shown.person else None
    return render_template(
        "checkin/verdict.html",
        shown=shown,
        door=words.door_name(door),
        arrived=arrived,
        expected=expected,
        may_add=may_add(),
        group=queries.size_of_group(guest) if guest is not None else 0,
        again={**again, "scan_id": new_scan_id()},
        answers=answers,
        last=rows(queries.last_of(device, door)),
    )


def answer_of(verdict: Verdict, door: CheckinList) -> dict[str, Any]:
    """The same for programs."""
    arrived, expected = arrivals.after(current_event(), door, new=verdict.arrived)
    return {**vars(words.shown(verdict, current_event().zone, may_force())), "count": arrived, "expected": expected}


def rows(scans: Any) -> list[dict[str, Any]]:
    """Scans as the lists below the viewfinder and in the log show them."""
    device = own_device()
    return [_row(scan, device) for scan in scans]


def _row(scan: Scan, device: Device | None) -> dict[str, Any]:
    tone, well = words.well_of(scan)
    return {
        "id": scan.public_id,
        "name": words.name_of(scan.registration),
        "text": scan.code_text,
        "ticket": scan.place.product.name if scan.place is not None else None,
        "at": scan.received_at,
        "by": scan.device.name,
        "headline": words.headline_of(scan),
        "tone": tone,
        "well": well,
        "reason": scan.annulled_reason,
        "counted": scan.state in LET_THROUGH,
        "undo": services.may_undo(scan, device),
    }


@bp.get("/")
def doors() -> str:
    """Which door I stand at."""
    lists = doors_of_asker(current_event())
    numbers = queries.counts(current_event(), lists)
    return render_template(
        "checkin/doors.html",
        doors=[(words.door_name(each), each.public_id, *numbers[each.id]) for each in lists],
        device=enrolled(),
        shell=request.args.get("shell") == "1",
    )


@bp.post("/")
@guarded(within_event(crew))
def open_door() -> Response:
    """Make the first door of an event that has none."""
    if DeedForm().validate_on_submit():
        with transaction():
            require(may_check_in(current_person(), current_event()))
            services.default_list(current_event())
    return redirect(url_for(".doors"))


@bp.get("/<list_id>/log")
def log(list_id: str, form: AnnulForm | None = None, about: str = "") -> str:
    """The last hundred attempts at this door, refused ones too."""
    door = the_door(list_id)
    return render_template(
        "checkin/log.html",
        door=words.door_name(door),
        attempts=rows(queries.log(current_event(), door)),
        may_annul=enrolled() is None and permissions.may_annul(current_person(), current_event()),
        form=form or AnnulForm(formdata=None),
        about=about,
    )


@bp.post("/<list_id>/log/<scan_id>")
@guarded(within_event(crew))
def annul(list_id: str, scan_id: str) -> str | Response | tuple[str, int]:
    """Make an older scan count no more; organisers only, with a reason."""
    form = AnnulForm()
    if not form.validate_on_submit():
        return log(list_id, form, scan_id), 422
    with transaction():
        require(permissions.may_annul(current_person(), current_event()))
        door = the_door(list_id)
        scan = or_404(queries.scan_at(current_event(), scan_id))
        require(scan.list_id == door.id)
        services.annul(current_event(), scan, form.reason.data or "")
        arrivals.forget(door)
    flash(_("The scan does not count any more."), "ok")
    return redirect(url_for(".log"))


@bp.post("/scan/<scan_id>/undo")
def undo(scan_id: str) -> Response | dict[str, Any]:
    """Take back a scan of mine of the last quarter of an hour."""
    with transaction():
        device = device_in_deed()
        scan = or_404(queries.scan_at(current_event(), scan_id))
        the_door(scan.list.public_id)
        services.undo(current_event(), scan, device)
        arrivals.forget(scan.list)
        arrived, expected = queries.counts(current_event(), [scan.list])[scan.list_id]
        name = words.name_of(scan.registration)
    if wants_json():
        return {"undone": scan_id, "count": arrived, "expected": expected}
    flash(_("Undone: %(name)s", name=name), "ok")
    return redirect(url_for(".scan"))
