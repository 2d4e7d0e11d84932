"""Guests who are found by name: search, one person."""

from flask import render_template, request

from ... import limits
from ...db import transaction
from ...errors import or_404
from ...events.routing import current_event
from ...headers import words_in
from ...registration.models import Registration
from .. import knowing, queries, redeeming, words
from ..forms import EntryForm, answers_in
from .door import at_the_door, bp, new_scan_id, the_door, verdict_page
from .guarding import asker, may_add, may_force, person_asking

SEARCHES_A_MINUTE = 120
MOST_SHOWN = 20


@bp.get("/<list_id>/search")
def search(list_id: str) -> str:
    """Guests by name or company, from two letters on."""
    asked = words_in(request.args)
    if asked:
        limits.hit("door.search", asker(), limit=SEARCHES_A_MINUTE, seconds=60)
    door = the_door(list_id)
    found: list[Registration] = []
    if asked:
        found = list(queries.guests_named(current_event(), asked, MOST_SHOWN + 1))
    inside = queries.admitted(current_event(), door, [each.place_id for each in found])
    groups = queries.sizes_of_groups([each.place.party_id for each in found[:MOST_SHOWN]])
    return render_template(
        "checkin/search.html",
        door=words.door_name(door),
        asked=asked,
        short=bool(asked) and len("".join(asked.split())) < 2,
        found=[(each, inside.get(each.place_id), groups.get(each.place.party_id, 1)) for each in found[:MOST_SHOWN]],
        may_add=may_add(),
        more=len(found) > MOST_SHOWN,
        name_of=words.name_of,
    )


def _guest(guest_id: str) -> Registration:
    return or_404(queries.guest_at(current_event(), guest_id))


@bp.get("/<list_id>/person/<guest_id>")
def person(list_id: str, guest_id: str) -> str:
    """One guest: is this the right person, are they in, who came with them."""
    door = the_door(list_id)
    guest = _guest(guest_id)
    inside = queries.admitted(current_event(), door, [guest.place_id])
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
        group=queries.size_of_group(guest),
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
        answers = answers_in(request.form, knowing.asked_at(door))
        verdict = redeeming.redeem_registration(
            current_event(),
            door,
            device,
            _guest(guest_id),
            scan_id=form.scan_id.data or "",
            type=form.type.data or "entry",
            force=form.force.data == "1" and may_force(),
            by=person_asking(),
            answers=answers or {},
        )
        again = {"guest": guest_id, "type": form.type.data or "entry"}
        return verdict_page(verdict, door, device, again, answers)
