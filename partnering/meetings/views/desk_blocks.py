"""The organisers' desk: blocks of meetings, made, changed, led through their phases, and cut."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import BilingualText, transaction
from ...errors import DomainError, or_404, require
from ...events.models import Event
from ...events.routing import current_event
from ...i18n import _, _n, days
from ...text import clean
from .. import block_queries, removing, setting_up
from ..models import MeetingBlock, MeetingSlot
from ..table_forms import MODES, PHASES, BlockForm, ChangeBlockForm, PhaseForm, RemovalForm
from .desk_blueprint import desk, table_tabs

WELLS = {"open": "free", "frozen": "pending", "review": "pending", "published": "taken", "running": "taken"}
"""The circle of each phase; a closed block is crossed."""


@desk.get("/tables/blocks")
def blocks() -> str:
    """The blocks day by day, and a form for another one."""
    return blocks_page(BlockForm(formdata=None))


@desk.post("/tables/blocks")
def add_block() -> Response | tuple[str, int]:
    """Add a block of meetings with its slots."""
    form, event = BlockForm(), current_event()
    form.offer(block_queries.zones_of(event))
    if not form.validate_on_submit():
        return blocks_page(form), 422
    if not near(form.day.data, event):
        form.day.errors = [far_away(event)]
        return blocks_page(form), 422
    try:
        with transaction():
            event = current_event()
            block = setting_up.make_block(
                event,
                named(form),
                instant(form.day.data, form.starts.data, event.zone),
                instant(form.day.data, form.ends.data, event.zone),
                slot_minutes=form.slot_minutes.data,
                break_minutes=form.break_minutes.data,
                mode=form.mode.data,
                zones=chosen_zones(event, form),
            )
            public_id = block.public_id
    except (setting_up.BadTimes, setting_up.TooMuch) as error:
        form.ends.errors = [str(error.message)]
        return blocks_page(form), error.status
    except setting_up.NameTaken as error:
        form.name_de.errors = [_("There is a block of this name at this time already.")]
        return blocks_page(form), error.status
    if form.mode.data == "instant":
        flash(_("The block and its times are there. Guests can book them now."), "ok")
    else:
        flash(_("The block and its times are there."), "ok")
    return redirect(url_for(".block", id=public_id))


@desk.route("/tables/blocks/<id>", methods=["GET", "POST"])
def block(id: str) -> Response | str | tuple[str, int]:
    """One block: what it is, its phase and its times; and a form to change it.

    Where a change would take the time of meetings, it is done only once the page has said of how many.
    """
    event = current_event()
    found = or_404(block_queries.block_by_ref(event, id))
    if request.method == "GET":
        return block_page(found, shown_form(found, event))
    form = ChangeBlockForm()
    form.offer(block_queries.zones_of(event))
    if not form.validate_on_submit():
        return block_page(found, form), 422
    if not near(form.day.data, event):
        form.day.errors = [far_away(event)]
        return block_page(found, form), 422
    try:
        times = times_of(form, event)
        with transaction():
            event = current_event()
            found = or_404(block_queries.block_by_ref(event, id))
            stored = values_of(found, event)
            if form.seen.overtaken({name: form[name] for name in stored}, stored):
                return block_page(found, form), 409
            losing = len(setting_up.would_change(found, **times).lost)
            if losing and form.meetings.data != str(losing):
                return block_page(found, form, losing=losing), 409
            done = setting_up.change_block(found, name=named(form), mode=form.mode.data, **times)
            setting_up.set_zones(found, chosen_zones(event, form))
    except (setting_up.BadTimes, setting_up.TooMuch) as error:
        form.ends.errors = [str(error.message)]
        return block_page(or_404(block_queries.block_by_ref(current_event(), id)), form), error.status
    flash(_("The block is saved."), "ok")
    tell_lost(len(done.lost))
    return redirect(url_for(".block", id=id))


@desk.post("/tables/blocks/<id>/phase")
def set_phase(id: str) -> Response | tuple[str, int]:
    """Let a block begin another phase."""
    form = PhaseForm()
    require(form.validate_on_submit())
    try:
        with transaction():
            event = current_event()
            found = or_404(block_queries.block_by_ref(event, id))
            if form.seen_phase.overtaken({"phase": form.phase}, {"phase": found.phase}):
                return block_page(found, shown_form(found, event), phase=form), 409
            setting_up.set_phase(found, form.phase.data)
    except setting_up.NotOver as error:
        flash(str(error.message), "warn")
        return redirect(url_for(".block", id=id))
    flash(_("The block is now: %(phase)s.", phase=str(PHASES[form.phase.data][0])), "ok")
    return redirect(url_for(".block", id=id))


@desk.get("/tables/blocks/<id>/remove")
def removal(id: str) -> Response | str:
    """Ask before times are taken away: how many, and how many meetings lose theirs."""
    found = or_404(block_queries.block_by_ref(current_event(), id))
    slots = block_queries.slots_to_remove(found, request.args.getlist("slot"))
    if not slots:
        flash(_("Tick the times that you want to take away."), "warn")
        return redirect(url_for(".block", id=id, _anchor="times"))
    return removal_page(found, slots)


@desk.post("/tables/blocks/<id>/remove")
def remove_slots(id: str) -> Response | tuple[str, int]:
    """Take times away; the page had said how many meetings are held then, and says so again if that has changed."""
    form = RemovalForm()
    require(form.validate_on_submit())
    with transaction():
        found = or_404(block_queries.block_by_ref(current_event(), id))
        slots = block_queries.slots_to_remove(found, form.slot.data or [])
        if slots and form.meetings.data != str(held_in(slots)):
            return removal_page(found, slots), 409
        lost = setting_up.remove_slots(slots)
    if slots:
        flash(_n("%(num)s time is taken away.", "%(num)s times are taken away.", len(slots)), "ok")
    tell_lost(len(lost))
    return redirect(url_for(".block", id=id, _anchor="times"))


def tell_lost(number: int) -> None:
    """Say how many meetings wait for another time."""
    if number:
        flash(
            _n(
                "%(num)s meeting waits for another time now; both sides are told.",
                "%(num)s meetings wait for another time now; all sides are told.",
                number,
            ),
            "info",
        )


def blocks_page(form: BlockForm) -> str:
    """The list of blocks with a form."""
    event = current_event()
    found = block_queries.blocks(event)
    form.offer(block_queries.zones_of(event))
    if form.day.data is None and not form.errors:
        form.day.data = event.first_day
    there = [slot for each in found for slot in each.slots if slot.removed_at is None]
    use = block_queries.use_of(there)
    days: dict[date, list[dict[str, Any]]] = {}
    for each in found:
        slots = [slot for slot in each.slots if slot.removed_at is None]
        days.setdefault(clock.in_zone(each.starts_at, event.zone).date(), []).append(
            {"block": each, "slots": len(slots), "meetings": sum(use[slot.id].meetings for slot in slots)}
        )
    return render_template(
        "meetings/desk_blocks.html",
        days=days,
        form=form,
        form_errors=form.errors,
        modes=MODES,
        phases=PHASES,
        wells=WELLS,
        tabs=table_tabs(),
    )


def shown_form(found: MeetingBlock, event: Event) -> ChangeBlockForm:
    """A block's form as it is stored."""
    stored = values_of(found, event)
    form = ChangeBlockForm(formdata=None, data=stored)
    form.seen.note(stored)
    return form


def block_page(found: MeetingBlock, form: ChangeBlockForm, *, losing: int = 0, phase: PhaseForm | None = None) -> str:
    """One block's page; `losing` asks whether so many meetings shall lose their time; `phase` was sent and refused."""
    event = current_event()
    form.offer(block_queries.zones_of(event))
    if phase is None:
        phase = PhaseForm(formdata=None, phase=found.phase)
        phase.seen_phase.note({"phase": found.phase})
    slots = [slot for slot in found.slots if slot.removed_at is None]
    return render_template(
        "meetings/desk_block.html",
        block=found,
        form=form,
        form_errors=form.errors or phase.errors,
        phase_form=phase,
        slots=slots,
        use=block_queries.use_of(slots),
        now=clock.now(),
        losing=losing,
        needed=removing.why_block_stays(found),
        phases=PHASES,
        wells=WELLS,
        tabs=table_tabs(),
    )


def removal_page(found: MeetingBlock, slots: list[MeetingSlot]) -> str:
    """The question before times are taken away."""
    return render_template(
        "meetings/desk_removal.html",
        block=found,
        slots=slots,
        use=block_queries.use_of(slots),
        meetings=held_in(slots),
        tabs=table_tabs(),
    )


def held_in(slots: list[MeetingSlot]) -> int:
    """How many meetings would lose their time."""
    return len(setting_up.losing(slots))


def values_of(found: MeetingBlock, event: Event) -> dict[str, Any]:
    """A block as its form shows it."""
    starts, ends = (clock.in_zone(moment, event.zone) for moment in (found.starts_at, found.ends_at))
    return {
        "name_de": found.name.de,
        "name_en": found.name.en,
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "slot_minutes": found.slot_minutes,
        "break_minutes": found.break_minutes,
        "mode": found.mode,
        "zones": [row.zone.public_id for row in found.zones],
    }


def times_of(form: BlockForm, event: Event) -> dict[str, Any]:
    """The times that somebody typed, as instants and minutes."""
    return {
        "starts_at": instant(form.day.data, form.starts.data, event.zone),
        "ends_at": instant(form.day.data, form.ends.data, event.zone),
        "slot_minutes": form.slot_minutes.data,
        "break_minutes": form.break_minutes.data,
    }


def near(wall_day: date | None, event: Event) -> bool:
    """Whether a day is one of the event's, or the one before or after: whatever else is a slip of the hand."""
    margin = timedelta(days=1)
    return wall_day is not None and event.first_day - margin <= wall_day <= event.last_day + margin


def far_away(event: Event) -> str:
    """What is said of another day."""
    return _("The event takes place %(days)s. Enter a day of it.", days=days(event.first_day, event.last_day))


def instant(wall_day: date | None, wall_time: time | None, zone: str) -> datetime:
    """What an organiser typed, as an instant."""
    if wall_day is None or wall_time is None:
        raise DomainError
    return clock.from_zone(datetime.combine(wall_day, wall_time), zone)


def named(form: BlockForm) -> BilingualText:
    """The name that somebody typed."""
    return BilingualText(clean(form.name_de.data or ""), clean(form.name_en.data or ""))


def chosen_zones(event: Event, form: BlockForm) -> list[Any]:
    """The halls that are ticked."""
    return [zone for zone in block_queries.zones_of(event) if zone.public_id in (form.zones.data or [])]
