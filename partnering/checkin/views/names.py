"""Guests who are found by name: search, one person, a whole group."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...db import transaction
from ...errors import or_404
from ...events.routing import current_event
from ...headers import single
from ...i18n import _n
from ...registration.models import Registration
from .. import queries, redeeming, words
from ..forms import EntryForm, GroupForm
from ..models import CheckinList
from .door import at_the_door, bp, new_scan_id, the_door, verdict_page
from .guarding import asker, may_add, may_force, person_asking

SEARCHES_A_MINUTE = 120
MOST_SHOWN = 20


@bp.get("/<list_id>/search")
def search(list_id: str) -> str:
    """Guests by name or company, from two letters on."""
    asked = (single(request.args, "q") or "")[:100]
    if asked.strip():
        limits.hit("door.search", asker(), limit=SEARCHES_A_MINUTE, seconds=60)
    door = the_door(list_id)
    found: list[Registration] = []
    if asked.strip():
        found = list(queries.guests_named(current_event(), asked, MOST_SHOWN + 1))
    inside = queries.admitted(current_event(), door, [each.place_id for each in found])
    return render_template(
        "checkin/search.html",
        door=words.door_name(door),
        asked=asked,
        short=bool(asked.strip()) and len("".join(asked.split())) < 2,
        found=[(each, inside.get(each.place_id)) for each in found[:MOST_SHOWN]],
        more=len(found) > MOST_SHOWN,
        name_of=words.name_of,
    )


def _guest(guest_id: str) -> Registration:
    return or_404(queries.guest_at(current_event(), guest_id))


@bp.get("/<list_id>/person/<guest_id>")
def person(list_id: str, guest_id: str) -> str:
    """One guest: is this the right person, are they in, who came with them."""
    door = the_door(list_id)
    return _person_page(door, _guest(guest_id), GroupForm(formdata=None, scan_id=new_scan_id()))


def _person_page(door: CheckinList, guest: Registration, group_form: GroupForm) -> str:
    group = queries.group_of(guest.place.party)
    inside = queries.admitted(current_event(), door, [guest.place_id, *(each.place_id for each in group)])
    return render_template(
        "checkin/person.html",
        door=words.door_name(door),
        exits=queries.notes_exits(door),
        guest=guest,
        admission=inside.get(guest.place_id),
        owes=queries.owes(guest.place),
        form=EntryForm(formdata=None, scan_id=new_scan_id()),
        may_force=may_force(),
        may_add=may_add(),
        group=[(each, inside.get(each.place_id)) for each in group],
        group_form=group_form,
        name_of=words.name_of,
    )


@bp.post("/<list_id>/person/<guest_id>")
def let_in(list_id: str, guest_id: str) -> str | tuple[str, int]:
    """Let a guest in who was found by name."""
    form = EntryForm()
    if not form.validate_on_submit():
        return person(list_id, guest_id), 422
    with transaction():
        door, device = at_the_door(list_id)
        verdict = redeeming.redeem_registration(
            current_event(),
            door,
            device,
            _guest(guest_id),
            scan_id=form.scan_id.data or "",
            type=form.type.data or "entry",
            force=form.force.data == "1" and may_force(),
            by=person_asking(),
        )
        return verdict_page(verdict, door, device, {"guest": guest_id, "type": form.type.data or "entry"})


@bp.post("/<list_id>/group/<guest_id>")
def let_group_in(list_id: str, guest_id: str) -> str | Response | tuple[str, int]:
    """Let in everybody ticked of the group that a guest belongs to."""
    door = the_door(list_id)
    form = GroupForm()
    form.pick.choices = [each.public_id for each in queries.group_of(_guest(guest_id).place.party)]
    if not form.validate_on_submit():
        return _person_page(door, _guest(guest_id), form), 422
    with transaction():
        door, device = at_the_door(list_id)
        picked = [each for each in queries.group_of(_guest(guest_id).place.party) if each.public_id in form.pick.data]
        verdicts = [
            redeeming.redeem_registration(
                current_event(), door, device, each, scan_id=f"{form.scan_id.data}-{each.public_id}", via="group"
            )
            for each in sorted(picked, key=lambda each: each.place_id)
        ]
        let_in = sum(verdict.admitted for verdict in verdicts)
        refused = [
            f"{shown.name}: {shown.headline}"
            for shown in (words.shown(verdict, current_event().zone) for verdict in verdicts if not verdict.admitted)
        ]
    flash(_n("%(num)s guest let in.", "%(num)s guests let in.", let_in), "ok" if let_in else "warn")
    for line in refused:
        flash(line, "warn")
    return redirect(url_for(".person", guest_id=guest_id))
