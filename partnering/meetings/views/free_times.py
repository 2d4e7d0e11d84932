"""When I can meet: slots to keep free, when I come and leave, and how I am met by video."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from ... import clock
from ...agenda.models import AgendaEntry
from ...agenda.services import TimeTaken
from ...db import transaction
from ...delegates import presence
from ...delegates.models import Delegate
from ...errors import require
from ...events.routing import current_event
from ...headers import single
from ...i18n import _, _n, day, days_between, time
from .. import calls, lunch, own_times, queries, times
from ..lunch import Lunches
from ..models import LunchWindow, MeetingSlot
from ..rules import rules_of
from ..time_forms import PresenceForm, RestForm, SlotForm, VideoForm
from .blueprint import bp, me

Shown = tuple[PresenceForm, PresenceForm, VideoForm]


@bp.get("/availability")
def availability() -> str:
    """My slots by day: free, kept free, taken."""
    return page()


@bp.post("/availability/block")
def block() -> Response:
    """Keep a slot free from meetings."""
    slot = posted_slot()
    try:
        with transaction():
            kept = own_times.keep_free(current_event(), me().participant, [slot])
    except TimeTaken:
        kept = 0
    if not kept:
        flash(_("There is something in your schedule at that time already."), "warn")
    return back_to(slot)


@bp.post("/availability/free")
def free() -> Response:
    """Let a slot that I kept free be booked again."""
    slot = posted_slot()
    with transaction():
        own_times.open_again(me().participant, [slot])
    return back_to(slot)


@bp.post("/availability/day")
def block_day() -> Response:
    """Keep everything free from a slot to the end of its day."""
    slot = posted_slot()
    try:
        with transaction():
            event = current_event()
            rest = own_times.rest_of_day(open_slots(), slot, event.zone)
            kept = own_times.keep_free(event, me().participant, rest)
    except TimeTaken:
        flash(_("There is something in your schedule at that time already."), "warn")
        return back_to(slot)
    if kept:
        flash(_n("One time is blocked now.", "%(num)s times are blocked now.", kept), "ok")
    else:
        flash(_("Nothing was free there any more."), "info")
    return back_to(slot)


@bp.post("/availability/day/free")
def free_day() -> Response:
    """Let everything that I kept free from a slot to the end of its day be booked again."""
    slot = posted_slot()
    with transaction():
        rest = own_times.rest_of_day(open_slots(), slot, current_event().zone)
        opened = own_times.open_again(me().participant, rest)
    flash(_n("One time can be booked again.", "%(num)s times can be booked again.", opened), "ok")
    return back_to(slot)


@bp.post("/availability/arrival")
def arrival() -> Response | tuple[str, int]:
    """Say when I come; nothing is booked before."""
    form = arrival_form()
    if not form.validate_on_submit():
        return page(come=form), 422
    try:
        with transaction():
            presence.arrive(me(), posted_moment(form))
    except presence.LeavesBeforeArriving as error:
        form.time.errors = [str(error.message)]
        return page(come=form), error.status
    return said()


@bp.post("/availability/departure")
def departure() -> Response | tuple[str, int]:
    """Say when I leave; nothing is booked beyond."""
    form = departure_form()
    if not form.validate_on_submit():
        return page(leave=form), 422
    try:
        with transaction():
            presence.depart(me(), posted_moment(form))
    except presence.LeavesBeforeArriving as error:
        form.time.errors = [str(error.message)]
        return page(leave=form), error.status
    return said()


@bp.post("/availability/video")
def video() -> Response | tuple[str, int]:
    """Say where I am met by video, and in which zone I read times."""
    form = video_form()
    if not form.validate_on_submit():
        return page(call=form), 422
    try:
        with transaction():
            mine = me()
            presence.call(mine, form.video_url.data or "", form.zone.data if mine.remote else mine.zone)
    except presence.BadLink as error:
        form.video_url.errors = [str(error.message)]
        return page(call=form), error.status
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".availability") + "#video")


def said() -> Response:
    """That it is saved, and what is booked although I am not there."""
    flash(_("Your answers are saved."), "ok")
    away = len(own_times.booked_while_away(me()))
    if away:
        flash(
            _n(
                "One meeting is booked while you are not there. Please move or cancel it.",
                "%(num)s meetings are booked while you are not there. Please move or cancel them.",
                away,
            ),
            "warn",
        )
    return redirect(url_for(".availability"))


# -- the page


@dataclass
class Line:
    """A row of a day: a slot with what is in it, or why it cannot be booked; or a lunch window."""

    starts_at: datetime
    slot: MeetingSlot | None = None
    entry: AgendaEntry | None = None
    closed: str = ""
    lunch: LunchWindow | None = None


@dataclass
class Day:
    """A day with its rows; `closed` is why none of it can be booked."""

    date: date
    lines: list[Line] = field(default_factory=list)
    closed: str = ""


def page(*, come: PresenceForm | None = None, leave: PresenceForm | None = None, call: VideoForm | None = None) -> str:
    """The page of one day; a form that was sent and refused is shown as it was sent."""
    mine, event, now = me(), current_event(), clock.now()
    days = days_of(mine)
    over = bool(days) and all(line.starts_at <= now for each in days for line in each.lines if line.slot)
    asked = single(request.args, "day")
    today = clock.in_zone(now, event.zone).date()
    shown = next((each for each in days if each.date.isoformat() == asked), None) or next(
        (each for each in days if each.date >= today and not each.closed),
        days[-1 if over else 0] if days else None,
    )
    lines = shown.lines if shown is not None else []
    refused = next((form for form in (come, leave, call) if form is not None), None)
    return render_template(
        "meetings/availability.html",
        me=mine,
        days=days,
        over=over,
        shown=shown,
        rest=rest_form([line.slot for line in lines if line.slot and line.slot.starts_at > now and not line.entry]),
        kept=[line for line in lines if line.slot and is_kept(line.entry) and line.starts_at > now],
        lunch_minutes=rules_of(event).lunch_minutes,
        arrival=come or arrival_form(stored=True),
        departure=leave or departure_form(stored=True),
        video=call or video_form(stored=True),
        refused=refused,
        form_errors=refused.errors if refused is not None else {},
        now=now,
    )


def is_kept(entry: AgendaEntry | None) -> bool:
    """Whether it is a time kept free."""
    return entry is not None and entry.appointment.kind == "block"


def days_of(mine: Delegate) -> list[Day]:
    """My slots by day, with lunch among them."""
    event, slots = current_event(), open_slots()
    entries, closed = queries.entries_in(mine.participant, slots), _closed(mine, slots)
    found: dict[date, Day] = {}
    for slot in slots:
        at = clock.in_zone(slot.starts_at, event.zone).date()
        line = Line(slot.starts_at, slot, entries.get(slot.id), closed.get(slot.id, ""))
        found.setdefault(at, Day(at)).lines.append(line)
    for window in lunch.windows_of(event):
        at = clock.in_zone(window.starts_at, event.zone).date()
        if at in found:
            found[at].lines.append(Line(window.starts_at, lunch=window))
    for each in found.values():
        each.lines.sort(key=lambda line: (line.starts_at, line.lunch is None))
        if mine.days and each.date.isoformat() not in mine.days:
            each.closed = _reasons()["day"]
    return [found[at] for at in sorted(found)]


def open_slots() -> list[MeetingSlot]:
    """The event's slots that were not taken away."""
    return [slot for slot in queries.slots_of(current_event()) if slot.removed_at is None]


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


# -- forms


def arrival_form(*, stored: bool = False) -> PresenceForm:
    """When I come, as it is `stored` or as it was sent."""
    form = presence_form("arrival-", _("I am there from the beginning"), me().arrives_at if stored else None, stored)
    form.day.label.text, form.time.label.text = _("Day of arrival"), _("Time of arrival")
    return form


def departure_form(*, stored: bool = False) -> PresenceForm:
    """When I leave, as it is `stored` or as it was sent."""
    form = presence_form("", _("I stay to the end"), me().departs_at if stored else None, stored)
    form.day.label.text, form.time.label.text = _("Day of departure"), _("Time of departure")
    return form


def presence_form(prefix: str, never: str, moment: datetime | None, stored: bool) -> PresenceForm:
    """The form with the event's days."""
    event = current_event()
    local = clock.in_zone(moment, event.zone) if moment is not None else None
    data = {"day": local.date().isoformat(), "time": local.time()} if local is not None else {}
    form = PresenceForm(formdata=None, prefix=prefix, data=data) if stored else PresenceForm(prefix=prefix)
    days = {each.isoformat(): day(each, "weekday") for each in days_between(event.first_day, event.last_day)}
    form.day.choices = [SelectChoice(value, text) for value, text in {"": never, **days}.items()]
    if form.day.data not in days:
        form.day.data = ""
    return form


def posted_moment(form: PresenceForm) -> datetime | None:
    """The instant that was typed in the event's wall-clock time, or None for never."""
    if not form.day.data or form.time.data is None:
        return None
    wall = datetime.combine(date.fromisoformat(form.day.data), form.time.data)
    return clock.from_zone(wall, current_event().zone)


def video_form(*, stored: bool = False) -> VideoForm:
    """My room for calls and my zone, as they are `stored` or as they were sent."""
    mine = me()
    form = VideoForm(formdata=None, obj=mine) if stored else VideoForm()
    known = {zone: calls.city(zone) for zone in dict.fromkeys([*filter(None, [mine.zone]), *calls.ZONES])}
    form.zone.choices = [SelectChoice(zone, text) for zone, text in {"": _("As at the venue"), **known}.items()]
    if form.zone.data not in known:
        form.zone.data = ""
    return form


def rest_form(slots: Sequence[MeetingSlot]) -> RestForm | None:
    """From when on the rest of a day can be kept free, if anything is left of it."""
    form = RestForm(formdata=None)
    form.slot.choices = [SelectChoice(slot.public_id, time(slot.starts_at)) for slot in slots]
    return form if slots else None


def posted_slot() -> MeetingSlot:
    """The slot that was sent."""
    form = SlotForm()
    require(form.validate_on_submit())
    slots = queries.slots_by_ref(current_event(), [form.slot.data])
    require(slots)
    return slots[0]


def back_to(slot: MeetingSlot) -> Response:
    """The page of a slot's day, at the slot."""
    at = clock.in_zone(slot.starts_at, current_event().zone).date()
    return redirect(url_for(".availability", day=at.isoformat()) + f"#{slot.public_id}")
