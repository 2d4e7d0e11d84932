"""The organisers' desk: times and tables for meetings, and the plate of tables."""

from datetime import date, datetime, time
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...agenda.models import Location
from ...db import BilingualText, transaction
from ...errors import DomainError, or_404, require
from ...events.routing import current_event
from ...headers import single
from ...i18n import _, _n, day
from ...i18n import time as clock_time
from ...text import clean
from .. import queries, setting_up
from ..desk_forms import BlockForm, TableForm, TablesForm
from ..models import Meeting, MeetingSlot
from .desk_blueprint import desk, two_sides


@desk.get("/tables")
def tables() -> str:
    """The plate of tables at one slot, and what the blocks are."""
    return tables_page(BlockForm(formdata=None), TablesForm(formdata=None))


@desk.post("/tables/blocks")
def add_block() -> Response | tuple[str, int]:
    """Add a block of meetings with its slots."""
    form = BlockForm()
    if not form.validate_on_submit():
        return tables_page(form, TablesForm(formdata=None)), 422
    try:
        with transaction():
            event = current_event()
            setting_up.make_block(
                event,
                BilingualText(clean(form.name_de.data or ""), clean(form.name_en.data or "")),
                instant(form.day.data, form.starts.data, event.zone),
                instant(form.day.data, form.ends.data, event.zone),
                slot_minutes=form.slot_minutes.data,
                break_minutes=form.break_minutes.data,
            )
    except (setting_up.BadTimes, setting_up.TooMuch) as error:
        form.ends.errors = [str(error.message)]
        return tables_page(form, TablesForm(formdata=None)), error.status
    flash(_("The block and its times are there. Guests can book them now."), "ok")
    return redirect(url_for(".tables"))


@desk.post("/tables")
def add_tables() -> Response | tuple[str, int]:
    """Set up tables, rows by columns; those that are there stay."""
    form = TablesForm()
    if not form.validate_on_submit():
        return tables_page(BlockForm(formdata=None), form), 422
    letters = [chr(ord("A") + n) for n in range(form.rows.data or 0)]
    zone = BilingualText(clean(form.zone_de.data or ""), clean(form.zone_en.data or ""))
    try:
        with transaction():
            setting_up.make_tables(current_event(), letters, form.columns.data or 0, zone=zone)
    except setting_up.TooMuch as error:
        form.columns.errors = [str(error.message)]
        return tables_page(BlockForm(formdata=None), form), error.status
    flash(_("The tables are set up."), "ok")
    return redirect(url_for(".tables"))


@desk.post("/tables/close")
def close_table() -> Response:
    """Close a table from now on, or open it again."""
    form = TableForm()
    require(form.validate_on_submit())
    with transaction():
        table = or_404(queries.table_by_ref(current_event(), form.table.data))
        done = setting_up.close_table(table, None if form.open.data else clock.now())
    flash(_("The table is open again.") if form.open.data else _("The table is closed."), "ok")
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
                "%(num)s meeting found no other table and is still there.",
                "%(num)s meetings found no other table and are still there.",
                stuck,
            ),
            "warn",
        )
    return redirect(url_for(".tables", slot=single(request.form, "slot") or None, table=form.table.data))


def instant(wall_day: date | None, wall_time: time | None, zone: str) -> datetime:
    """What an organiser typed, as an instant."""
    if wall_day is None or wall_time is None:
        raise DomainError
    return clock.from_zone(datetime.combine(wall_day, wall_time), zone)


def tables_page(block_form: BlockForm, tables_form: TablesForm) -> str:
    """The page, at the slot the address names, else the one that runs or comes next."""
    event = current_event()
    if block_form.day.data is None:
        block_form.day.data = event.first_day
    slots = queries.slots_of(event)
    slot = chosen_slot(slots)
    seats = queries.table_plan(slot) if slot is not None else {}
    places = queries.tables_of(event)
    picked = next((table for table in places if table.public_id == single(request.args, "table")), None)
    cells = {table.id: cell(table, slot, seats.get(table.id)) for table in places}
    at = list(slots).index(slot) if slot is not None else 0
    return render_template(
        "meetings/desk_tables.html",
        blocks=queries.blocks_of(event),
        slots=slots,
        slot=slot,
        before=slots[at - 1] if at > 0 else None,
        after=slots[at + 1] if at + 1 < len(slots) else None,
        rows=plate_rows(places, cells),
        counts={
            state: sum(c["state"] == state for c in cells.values()) for state in ("taken", "pending", "free", "off")
        },
        places=places,
        picked=picked,
        picked_meeting=seats.get(picked.id) if picked is not None else None,
        picked_cell=cells[picked.id] if picked is not None else None,
        two_sides=two_sides,
        block_form=block_form,
        tables_form=tables_form,
        form_errors={**block_form.errors, **tables_form.errors},
        now=clock.now(),
    )


def chosen_slot(slots: Any) -> MeetingSlot | None:
    """The slot that the address names, else the one that runs or comes next, else the first."""
    asked = single(request.args, "slot")
    named = next((slot for slot in slots if slot.public_id == asked), None)
    coming = next((slot for slot in slots if slot.ends_at > clock.now()), None)
    return named or coming or (slots[0] if slots else None)


def cell(table: Location, slot: MeetingSlot | None, meeting: Meeting | None) -> dict[str, Any]:
    """A well of the plate: its state, what is spoken, and where it leads."""
    ends_at = slot.ends_at if slot is not None else clock.now()
    if meeting is not None:
        running = slot is not None and slot.starts_at <= clock.now() < slot.ends_at
        state, word = ("taken", _("in use")) if running else ("pending", _("reserved"))
    elif table.closed_from is not None and ends_at > table.closed_from:
        state, word = "off", _("closed")
    else:
        state, word = "free", _("available")
    label = _("Table %(name)s: %(state)s", name=str(table.name), state=word)
    url = url_for(".tables", slot=slot.public_id if slot else None, table=table.public_id) + "#table"
    return {"state": state, "label": label, "href": url, "word": word}


def plate_rows(places: Any, cells: dict[int, dict[str, Any]]) -> list[tuple[str, list[dict[str, Any] | None]]]:
    """Rows of the plate by letter, with a gap where no table stands."""
    width = max((table.column for table in places), default=0)
    rows: dict[str, list[dict[str, Any] | None]] = {}
    for table in places:
        row = rows.setdefault(table.row or "–", [None] * width)
        if 1 <= table.column <= width:
            row[table.column - 1] = cells[table.id]
    return list(rows.items())


def heading(slot: MeetingSlot) -> str:
    """When the plate is shown for."""
    return f"{day(slot.starts_at, 'short')}, {clock_time(slot.starts_at)}"


desk.add_app_template_filter(heading, "slot_heading")
