"""The organisers' desk: the plate of tables through time, and what can be done with a table."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...agenda.models import Location
from ...db import transaction
from ...errors import DomainError, or_404, require
from ...events.routing import current_event
from ...headers import single
from ...i18n import _, _n, bi, day
from ...i18n import time as clock_time
from .. import plate, queries, reseating, setting_up
from ..models import Meeting, MeetingSlot
from ..plate import Well
from ..setting_up import Reseated
from ..table_forms import SwapForm, TableForm
from .desk_blueprint import desk, table_tabs, two_sides

WELLS = {"free": "free", "reserved": "pending", "in_use": "taken", "closed": "off", "conflict": "you"}
"""The circle of each state."""


@desk.get("/tables")
def tables() -> str:
    """The plate of tables at the slot the address names, else the one that runs or comes next."""
    event = current_event()
    slots = [slot for slot in queries.slots_of(event) if slot.removed_at is None]
    slot = chosen_slot(slots)
    wells = plate.wells(event, slot)
    asked = single(request.args, "table")
    picked = next((well for well in wells if well.place.public_id == asked), None)
    at = slots.index(slot) if slot is not None else 0
    return render_template(
        "meetings/desk_tables.html",
        slots=slots,
        slot=slot,
        before=slots[at - 1] if at > 0 else None,
        after=slots[at + 1] if at + 1 < len(slots) else None,
        zones=zones_of(wells, slot, picked),
        others=[well for well in wells if well.place.kind != "table"],
        counts={state: sum(well.state == state for well in wells) for state in WELLS},
        wells=wells,
        seated=[well for well in wells if well.meeting is not None],
        picked=picked,
        later=[each for each in slots if slot is not None and each.first_atom > clock.to_atom(clock.now())],
        label=label,
        href=href,
        firms=firms,
        look=WELLS,
        words=state_words(),
        reasons=reason_words(),
        two_sides=two_sides,
        tabs=table_tabs(),
    )


@desk.post("/tables/close")
def close_table() -> Response:
    """Close a place from a moment on, or open it again."""
    form = TableForm()
    require(form.validate_on_submit())
    with transaction():
        event = current_event()
        place = or_404(plate.place_by_ref(event, form.table.data))
        since = clock.now()
        if form.since.data:
            since = one_slot(form.since.data).starts_at
        done = setting_up.close_table(place, None if form.open.data else since)
    flash(_("It is open again.") if form.open.data else _("It is closed."), "ok")
    tell(done)
    return back(form.slot.data, form.table.data)


@desk.post("/tables/swap")
def swap_tables() -> Response:
    """Let two places change their meetings, or give the meeting at one the best other place."""
    form = SwapForm()
    require(form.validate_on_submit())
    seated: str | None = form.table.data
    try:
        with transaction():
            event, slot = current_event(), one_slot(form.slot.data or "")
            place = or_404(plate.place_by_ref(event, form.table.data))
            if form.other.data:
                other = or_404(plate.place_by_ref(event, form.other.data))
                number = len(reseating.exchange(slot, place, other))
                said = _n(
                    "The meeting has its new place; both sides are told.",
                    "The meetings have changed places; all sides are told.",
                    number,
                )
                seated = other.public_id
            else:
                meeting = reseating.seat_anew(slot, place)
                at = meeting.appointment.location if meeting.appointment else None
                said = _("The meeting is at %(place)s now; both sides are told.", place=called(at) if at else "–")
                seated = at.public_id if at else None
    except DomainError as error:
        flash(str(error.message), "warn")
        return back(form.slot.data, form.table.data)
    flash(said, "ok")
    return back(form.slot.data, seated)


def tell(done: Reseated) -> None:
    """Say what became of the meetings at a place that was closed."""
    moved, stuck = len(done.moved), len(done.stuck)
    if moved:
        flash(
            _n(
                "%(num)s meeting has another table now; both sides are told.",
                "%(num)s meetings have other tables now; both sides are told.",
                moved,
            ),
            "info",
        )
    if stuck:
        flash(
            _n(
                "%(num)s meeting found no other table and is still there: %(when)s.",
                "%(num)s meetings found no other table and are still there: %(when)s.",
                stuck,
                when=", ".join(held_at(meeting) for meeting in done.stuck[:6]),
            ),
            "warn",
        )


def held_at(meeting: Meeting) -> str:
    """When a meeting is held, and who holds it."""
    assert meeting.appointment is not None  # it is stuck at its place
    return f"{clock_time(meeting.appointment.starts_at, current_event().zone)} ({firms(meeting)})"


def back(slot: str | None, table: str | None) -> Response:
    """To the plate as it was, with a place picked."""
    return redirect(url_for(".tables", slot=slot or None, table=table or None, _anchor="table" if table else None))


def one_slot(public_id: str) -> MeetingSlot:
    """The slot of this public id, or 404."""
    return or_404(next(iter(queries.slots_by_ref(current_event(), [public_id])), None))


def chosen_slot(slots: Sequence[MeetingSlot]) -> MeetingSlot | None:
    """The slot that the address names, else the one that runs or comes next, else the first."""
    asked = single(request.args, "slot")
    named = next((slot for slot in slots if slot.public_id == asked), None)
    coming = next((slot for slot in slots if slot.ends_at > clock.now()), None)
    return named or coming or (slots[0] if slots else None)


def zones_of(wells: Sequence[Well], slot: MeetingSlot | None, picked: Well | None) -> list[dict[str, Any]]:
    """The tables zone by zone, each as rows of a plate by letter, with a gap where no table stands."""
    zones: dict[int | None, dict[str, Any]] = {}
    for well in wells:
        if well.place.kind == "table":
            zones.setdefault(well.place.zone_id, {"zone": well.place.zone, "wells": []})["wells"].append(well)
    for each in zones.values():
        width = max(well.place.column for well in each["wells"])
        rows: dict[str, list[dict[str, Any] | None]] = {}
        for well in each["wells"]:
            row = rows.setdefault(well.place.row or "–", [None] * max(width, 1))
            if 1 <= well.place.column <= width:
                row[well.place.column - 1] = {
                    "state": WELLS[well.state],
                    "label": label(well),
                    "href": href(well, slot),
                    "current": well is picked,
                }
        each["rows"] = list(rows.items())
    return list(zones.values())


def label(well: Well) -> str:
    """What is spoken of a place: its name, its state, and who meets there."""
    said = _("%(place)s: %(state)s", place=called(well.place), state=state_words()[well.state])
    return f"{said}, {firms(well.meeting)}" if well.meeting is not None else said


def called(place: Location) -> str:
    """What a place is called; a bare "C4" is a table."""
    return _("Table %(name)s", name=bi(place.name)) if place.kind == "table" else bi(place.name)


def firms(meeting: Meeting) -> str:
    """The organisations that meet."""
    sides = two_sides(meeting)
    return " – ".join(sides[side].profile.organisation.name for side in ("requester", "invitee"))


def href(well: Well, slot: MeetingSlot | None) -> str:
    """The plate with this place picked."""
    return url_for(
        ".tables", slot=slot.public_id if slot is not None else None, table=well.place.public_id, _anchor="table"
    )


def state_words() -> dict[str, str]:
    """The states of a place in words."""
    return {
        "in_use": _("in use"),
        "reserved": _("reserved"),
        "free": _("available"),
        "closed": _("closed"),
        "conflict": _("in conflict"),
    }


def reason_words() -> dict[str, str]:
    """What a conflict is, in a sentence."""
    return {
        "closed": _("This place is closed at that time."),
        "talk": _("Somebody who takes part has to be elsewhere at that time."),
        "vacant": _("Somebody has left the event, and nobody was named in their place."),
        "merged": _("Somebody registered twice; the registration that is kept has something else then."),
    }


def heading(slot: MeetingSlot) -> str:
    """When the plate is shown for."""
    return f"{day(slot.starts_at, 'short')}, {clock_time(slot.starts_at)}"


desk.add_app_template_filter(heading, "slot_heading")
desk.add_app_template_filter(called, "place_called")
