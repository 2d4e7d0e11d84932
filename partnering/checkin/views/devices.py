"""The organisers' page of the phones at the doors: enrol them, see how they are, let them go."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from ... import i18n, qr
from ...db import transaction
from ...errors import or_404, require
from ...events.pages import fresh_event
from ...events.routing import current_event, current_person
from ...i18n import _, _n
from .. import devices, phones, queries, words
from ..forms import DeedForm, DeviceForm
from ..models import CheckinList, Device
from .desk import bp


@bp.get("/devices")
def all_devices() -> str:
    """Every phone, kiosk and crew's browser of this event."""
    rows = device_rows()
    return render_template(
        "checkin/desk/devices.html",
        phones=[row for row in rows if row["kind"] != "browser" and not row["revoked"]],
        browsers=[row for row in rows if row["kind"] == "browser"],
        gone=[row for row in rows if row["revoked"]],
    )


@bp.get("/devices/now")
def devices_now() -> dict[str, Any]:
    """The same as JSON, which the page asks for every five seconds."""
    return {
        "devices": [
            {name: row[name] for name in ("id", "state", "tone", "well", "seen", "waiting")} for row in device_rows()
        ]
    }


def device_rows() -> list[dict[str, Any]]:
    """Devices as the page shows them."""
    event = current_event()
    names = {each.id: words.door_name(each) for each in queries.lists_of(event)}
    own = phones.lists_by_device(event)
    return [_row(device, [names[key] for key in names if key in own.get(device.id, ())]) for device in _all()]


def _all() -> list[Device]:
    return list(phones.devices_of(current_event()))


def _row(device: Device, doors: list[str]) -> dict[str, Any]:
    state, tone, well = words.standing_words(phones.standing_of(device))
    waiting = _n("%(num)s scan waiting", "%(num)s scans waiting", device.waiting) if device.waiting else ""
    return {
        "id": device.public_id,
        "name": device.name,
        "kind": device.kind,
        "revoked": device.revoked_at is not None,
        "held": device.token_hash is not None,
        "state": state,
        "tone": tone,
        "well": well,
        "doors": ", ".join(doors) or _("All doors"),
        "may_force": device.may_force,
        "may_add": device.may_add,
        "seen": i18n.ago(device.last_contact_at) if device.last_contact_at is not None else _("never"),
        "waiting": waiting,
    }


@bp.route("/devices/new", methods=["GET", "POST"])
def new_device() -> str | Response | tuple[str, int]:
    """One more phone."""
    form = _form(None)
    if form.validate_on_submit():
        with transaction():
            event, by = fresh_event(), current_person()
            may_force, may_add = _rights(form)
            lists, name = _lists(form), form.name.data or ""
            device = devices.make(event, name, by=by, lists=lists, may_force=may_force, may_add=may_add)
            devices.offer(device, by)
            return redirect(url_for(".device_code", device_id=device.public_id))
    return _page(form, None)


@bp.route("/devices/<device_id>", methods=["GET", "POST"])
def edit_device(device_id: str) -> str | Response | tuple[str, int]:
    """Name, doors and rights of a phone."""
    device = _device(device_id)
    if device.kind == "kiosk":
        return redirect(url_for(".edit_kiosk", device_id=device_id))
    form = _form(device)
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            may_force, may_add = _rights(form)
            device, name = _device(device_id), form.name.data or ""
            phones.edit(event, device, name, _lists(form), may_force=may_force, may_add=may_add)
        flash(_("Your answers are saved."), "ok")
        return redirect(url_for(".all_devices"))
    return _page(form, device)


@bp.get("/devices/<device_id>/code")
def device_code(device_id: str) -> str:
    """The QR code that a phone reads to become this device, as long as it holds."""
    device = _device(device_id)
    shown = phones.code_shown(device)
    address = ""
    if shown is not None:
        address = f"{url_for('checkin_enrol.start', _external=True)}#{devices.secret_of(shown)}"
    return render_template(
        "checkin/desk/device_code.html",
        device=device,
        row=_row(device, []),
        address=address,
        svg=qr.svg(address, _("QR code that enrols a phone. The link stands below.")) if address else "",
        until=i18n.time(shown.expires_at, current_event().zone) if shown is not None else "",
        enrolled=phones.standing_of(device) == "good",
    )


@bp.post("/devices/<device_id>/roll")
def roll_device(device_id: str) -> Response:
    """Let the phone go that is this device, and show a code for the next one."""
    if DeedForm().validate_on_submit():
        with transaction():
            event = fresh_event()
            device = _device(device_id)
            require(device.revoked_at is None)
            phones.hand_on(event, device, current_person())
    return redirect(url_for(".device_code", device_id=device_id))


@bp.post("/devices/<device_id>/revoke")
def revoke_device(device_id: str) -> Response:
    """Take a device out of use for good."""
    if DeedForm().validate_on_submit():
        with transaction():
            event = fresh_event()
            device = _device(device_id)
            devices.revoke(event, device)
            name = device.name
        flash(_("%(name)s opens nothing any more.", name=name), "ok")
    return redirect(url_for(".all_devices"))


def _device(device_id: str) -> Device:
    return or_404(phones.device_at(current_event(), device_id))


def _form(device: Device | None) -> DeviceForm:
    lists = queries.lists_of(current_event())
    every = [each.public_id for each in lists]
    data: dict[str, Any] = {"lists": every, "may_force": True}
    if device is not None:
        own = [each.public_id for each in phones.scans_at(device, lists)]
        data = {"name": device.name, "lists": own, "may_force": device.may_force, "may_add": device.may_add}
    form = DeviceForm(data=data)
    form.lists.choices = [SelectChoice(each.public_id, words.door_name(each)) for each in lists]
    if not lists:
        del form.lists
    return form


def _rights(form: DeviceForm) -> tuple[bool, bool]:
    """Whether it may overrule a refusal, and whether it may register people."""
    return bool(form.may_force.data), bool(form.may_add.data)


def _lists(form: DeviceForm) -> list[CheckinList]:
    """The doors ticked; all of them means every door there will ever be, which is said by none."""
    lists = queries.lists_of(current_event())
    picked = [each for each in lists if "lists" in form and each.public_id in form.lists.data]
    return picked if len(picked) < len(lists) else []


def _page(form: DeviceForm, device: Device | None) -> str | tuple[str, int]:
    page = render_template("checkin/desk/device.html", form=form, device=device)
    return (page, 422) if form.errors else page
