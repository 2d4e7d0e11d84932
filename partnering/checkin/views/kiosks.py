"""The organisers' page of one kiosk: a tablet with one door and a PIN, enrolled as phones are."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from ...db import transaction
from ...errors import or_404, require
from ...events.pages import fresh_event
from ...events.routing import current_event, current_person
from ...i18n import _
from .. import devices, kiosk, phones, queries, words
from ..kiosk_forms import KioskEditForm, KioskForm
from ..models import CheckinList, Device
from .desk import bp


@bp.route("/devices/kiosk", methods=["GET", "POST"])
def new_kiosk() -> str | Response | tuple[str, int]:
    """One more kiosk."""
    form = _filled(KioskForm, {})
    if form.validate_on_submit():
        with transaction():
            event, by = fresh_event(), current_person()
            device = devices.make(
                event, form.name.data or "", by=by, kind="kiosk", lists=_door(form), may_add=form.prints.data != "no"
            )
            kiosk.set_badges(event, device, form.pickup, at_once=form.prints.data == "once")
            kiosk.set_pin(event, device, form.pin.data or "")
            devices.offer(device, by)
            return redirect(url_for(".device_code", device_id=device.public_id))
    return _page(form, None)


@bp.route("/devices/kiosk/<device_id>", methods=["GET", "POST"])
def edit_kiosk(device_id: str) -> str | Response | tuple[str, int]:
    """Name, door, printer and PIN of a kiosk."""
    device = _kiosk(device_id)
    doors = phones.scans_at(device, queries.lists_of(current_event()))
    door = doors[0].public_id if doors else ""
    prints = "no" if not device.may_add else "once" if device.prints_at_once else "tap"
    pickup = {"pickup_de": device.pickup.de, "pickup_en": device.pickup.en}
    form = _filled(KioskEditForm, {"name": device.name, "door": door, "prints": prints, **pickup})
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            device, name = _kiosk(device_id), form.name.data or ""
            phones.edit(event, device, name, _door(form), may_force=False, may_add=form.prints.data != "no")
            kiosk.set_badges(event, device, form.pickup, at_once=form.prints.data == "once")
            if form.pin.data:
                kiosk.set_pin(event, device, form.pin.data)
        flash(_("Your answers are saved."), "ok")
        return redirect(url_for(".all_devices"))
    return _page(form, device)


def _kiosk(device_id: str) -> Device:
    device = or_404(phones.device_at(current_event(), device_id))
    require(device.kind == "kiosk")
    return device


def _filled(kind: type[KioskForm], data: dict[str, Any]) -> KioskForm:
    form = kind(data=data)
    lists = queries.lists_of(current_event())
    form.door.choices = [SelectChoice(each.public_id, words.door_name(each)) for each in lists]
    if len(lists) == 1 and not form.door.data:
        form.door.data = lists[0].public_id
    return form


def _door(form: KioskForm) -> list[CheckinList]:
    return [each for each in queries.lists_of(current_event()) if each.public_id == form.door.data]


def _page(form: KioskForm, device: Device | None) -> str | tuple[str, int]:
    page = render_template("checkin/desk/kiosk.html", form=form, device=device, form_errors=form.errors)
    return (page, 422) if form.errors else page
