"""When I can meet: slots to keep free, and when I leave."""

from collections.abc import Sequence
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from ... import clock
from ...agenda import services as agenda
from ...agenda.services import TimeTaken
from ...db import transaction
from ...delegates import services as partnering
from ...delegates.models import Delegate
from ...errors import require
from ...events.routing import current_event
from ...i18n import _, day, days_between
from .. import queries, times
from ..lunch import Lunches
from ..models import MeetingSlot
from ..time_forms import DepartureForm, SlotForm
from .blueprint import bp, me


@bp.get("/availability")
def availability() -> str:
    """My slots by day: free, kept free, taken."""
    return page(departure_form())


@bp.post("/availability/block")
def block() -> Response:
    """Keep a slot free from meetings."""
    slot = posted_slot()
    try:
        with transaction():
            agenda.block(me().participant, current_event(), slot.starts_at, slot.ends_at)
    except TimeTaken:
        flash(_("There is something in your schedule at that time already."), "warn")
    return redirect(url_for(".availability") + f"#{slot.public_id}")


@bp.post("/availability/free")
def free() -> Response:
    """Let a slot that I kept free be booked again."""
    slot = posted_slot()
    with transaction():
        for entry in queries.own_blocks(me().participant, slot):
            agenda.leave(entry)
    return redirect(url_for(".availability") + f"#{slot.public_id}")


@bp.post("/availability/departure")
def departure() -> Response | tuple[str, int]:
    """Say when I leave; nothing is booked beyond."""
    form = departure_form()
    if not form.validate_on_submit():
        return page(form), 422
    leaves_at = None
    if form.day.data and form.time.data:
        wall = datetime.combine(datetime.fromisoformat(form.day.data).date(), form.time.data)
        leaves_at = clock.from_zone(wall, current_event().zone)
    with transaction():
        partnering.depart(me(), leaves_at)
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".availability"))


def page(form: DepartureForm) -> str:
    """The page with the day's slots."""
    mine = me()
    slots = [slot for slot in queries.slots_of(current_event()) if slot.removed_at is None]
    entries = queries.entries_in(mine.participant, slots)
    by_day: dict[str, list[tuple[MeetingSlot, object]]] = {}
    for slot in slots:
        by_day.setdefault(day(slot.starts_at, "weekday"), []).append((slot, entries.get(slot.id)))
    return render_template(
        "meetings/availability.html",
        me=mine,
        days=list(by_day.items()),
        form=form,
        form_errors=form.errors,
        now=clock.now(),
        closed=_closed(mine, slots),
    )


def _closed(mine: Delegate, slots: Sequence[MeetingSlot]) -> dict[int, str]:
    """Why I cannot be booked in slots in which I have nothing, by their id."""
    lunches = Lunches(current_event(), [mine.participant_id])
    found = {}
    for slot in slots:
        reason = times.absence(slot, mine) or ("lunch" if lunches.lost_by(slot) else "")
        if reason:
            found[slot.id] = _reasons()[reason]
    return found


def _reasons() -> dict[str, str]:
    return {
        "left": _("You have left"),
        "coming": _("You have not arrived yet"),
        "day": _("Your ticket does not admit to this day"),
        "lunch": _("Kept free for lunch"),
    }


def departure_form() -> DepartureForm:
    """The form with the event's days, and what is stored."""
    event, leaves_at = current_event(), me().departs_at
    local = clock.in_zone(leaves_at, event.zone) if leaves_at is not None else None
    stored = {"day": local.date().isoformat(), "time": local.time()} if local is not None else {}
    form = DepartureForm(data=stored) if request.method == "GET" else DepartureForm()
    days = {each.isoformat(): day(each, "weekday") for each in days_between(event.first_day, event.last_day)}
    form.day.choices = [SelectChoice(value, text) for value, text in {"": _("I stay to the end"), **days}.items()]
    if form.day.data not in days:
        form.day.data = ""
    return form


def posted_slot() -> MeetingSlot:
    """The slot that was sent."""
    form = SlotForm()
    require(form.validate_on_submit())
    slots = queries.slots_by_ref(current_event(), [form.slot.data])
    require(slots)
    return slots[0]
