"""A whole group at once: who is here of those who booked together or come from one company, and who was let in."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import or_404
from ...events.routing import current_event
from ...i18n import _n
from ...registration.models import Registration
from .. import queries, redeeming, services, words
from ..door_forms import GroupForm, UndoGroupForm
from ..models import Admission, CheckinList
from ..services import TooLateToUndo
from .door import at_the_door, bp, device_in_deed, new_scan_id, the_door
from .guarding import person_asking


@bp.get("/<list_id>/group/<guest_id>")
def group(list_id: str, guest_id: str, form: GroupForm | None = None) -> str:
    """Everybody who booked with a guest, ticked, and who else comes from their company."""
    door, guest = the_door(list_id), _guest(guest_id)
    together, company = _members(guest)
    inside = queries.admitted(current_event(), door, [each.place_id for each in (*together, *company)])
    ticked = None if form is None else set(form.pick.data or [])
    return render_template(
        "checkin/group.html",
        door=words.door_name(door),
        guest=guest,
        form=form or GroupForm(formdata=None, scan_id=new_scan_id()),
        form_errors=form.errors if form is not None else {},
        together=[_row(each, inside, ticked, by_default=True) for each in together],
        company=[_row(each, inside, ticked, by_default=False) for each in company],
        name_of=words.name_of,
    )


def _row(
    each: Registration, inside: dict[int, Admission], ticked: set[str] | None, *, by_default: bool
) -> dict[str, Any]:
    admission = inside.get(each.place_id)
    here = admission is not None and admission.inside
    checked = by_default if ticked is None else each.public_id in ticked
    return {"guest": each, "here": here, "left": admission is not None and not here, "checked": checked and not here}


def _guest(guest_id: str) -> Registration:
    return or_404(queries.guest_at(current_event(), guest_id))


def _members(guest: Registration) -> tuple[list[Registration], list[Registration]]:
    """Who booked together with a guest, themselves among them, and who else is of their company."""
    together = list(queries.group_of(guest.place.party))
    known = {each.id for each in together}
    return together, [each for each in queries.colleagues_of(guest) if each.id not in known]


@bp.post("/<list_id>/group/<guest_id>")
def let_group_in(list_id: str, guest_id: str) -> str | tuple[str, int]:
    """Let in everybody ticked, in one transaction, with an answer for each."""
    the_door(list_id)
    form = GroupForm()
    form.pick.choices = [each.public_id for part in _members(_guest(guest_id)) for each in part]
    if not form.validate_on_submit():
        return group(list_id, guest_id, form), 422
    with transaction():
        door, device = at_the_door(list_id)
        picked = [each for part in _members(_guest(guest_id)) for each in part if each.public_id in form.pick.data]
        answers = {
            each.public_id: redeeming.redeem_registration(
                current_event(),
                door,
                device,
                each,
                scan_id=f"{form.scan_id.data}-{each.public_id}",
                via="group",
                by=person_asking(),
            )
            for each in sorted(picked, key=lambda each: each.place_id)  # in one order, so that two wait for each other
        }
        shown = [(each, words.shown(answers[each.public_id], current_event().zone)) for each in picked]
        arrived, expected = queries.counts(current_event(), [door])[door.id]
        return _done(door, _guest(guest_id), shown, arrived, expected)


def _done(
    door: CheckinList, guest: Registration, shown: list[tuple[Registration, words.Shown]], arrived: int, expected: int
) -> str:
    refused = [(each, answer) for each, answer in shown if answer.answer != "ok"]
    let_in = [(each, answer) for each, answer in shown if answer.answer == "ok"]
    return render_template(
        "checkin/group_done.html",
        door=words.door_name(door),
        guest=guest,
        refused=refused,
        let_in=let_in,
        undo=[answer.scan for _each, answer in let_in if answer.undo],
        arrived=arrived,
        expected=expected,
        name_of=words.name_of,
    )


@bp.post("/<list_id>/group/<guest_id>/undo")
def undo_group(list_id: str, guest_id: str) -> Response:
    """Take back all scans of a group that this device made, of the last quarter of an hour."""
    door = the_door(list_id)
    _guest(guest_id)
    form = UndoGroupForm()
    if form.validate_on_submit():
        undone = late = 0
        with transaction():
            device = device_in_deed()
            scans = [or_404(queries.scan_at(current_event(), each)) for each in dict.fromkeys(form.scan.data or [])]
            for scan in sorted(scans, key=lambda each: each.place_id or 0):
                or_404(scan if scan.list_id == door.id else None)
                try:
                    services.undo(current_event(), scan, device)
                    undone += 1
                except TooLateToUndo:
                    late += 1
        flash(_n("Undone for %(num)s guest.", "Undone for %(num)s guests.", undone), "ok" if undone else "warn")
        if late:
            message = _n("%(num)s scan no longer counted.", "%(num)s scans no longer counted.", late)
            flash(message, "warn")
    return redirect(url_for(".group", guest_id=guest_id))
