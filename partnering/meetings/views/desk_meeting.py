"""The organisers' desk: one meeting, what happened to it, and what can be done with it."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import Field
from wtforms.fields.choices import SelectChoice

from ... import clock
from ...agenda.models import Location
from ...db import transaction
from ...delegates import groups
from ...delegates.models import Delegate
from ...errors import DomainError, NotFound, or_404, require
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...i18n import _, bi, day, moment
from .. import on_site, permissions, proposing, queries, repair, services, states
from ..desk_deed_forms import ReasonForm, SeatsForm, TableForm, TimeForm, table_choices
from ..desk_history import history
from ..desk_queries import colleagues_to_seat
from ..desk_times import Choice, Seat, TableTaken, choices, name, require_free, seats_at
from ..errors import AlreadyOpen, LastOfSide, NotYours, RequestNotOpen
from ..forms import Deed
from ..models import Meeting, MeetingSide
from .desk_blueprint import desk, tabs, two_sides
from .desk_conflicts import said
from .desk_list import origin_words

Answer = Response | str | tuple[str, int]


@desk.get("/meetings/<id>")
def meeting(id: str) -> str:
    """One meeting with its people, its history, and everything that organisers can do with it."""
    return meeting_page(or_404(queries.meeting_by_ref(current_event(), id)))


@desk.post("/meetings/<id>/time")
def change_time(id: str) -> Answer:
    """Move a meeting to another time, or give it one when it has none."""
    form = TimeForm(prefix="time-")
    if not form.validate_on_submit():
        return refused(id, {"time_form": form}, 422)

    def deed(found: Meeting) -> None:
        event = fresh_event()
        slot = or_404(next(iter(queries.slots_by_ref(event, [form.slot.data])), None))
        table = or_404(queries.table_by_ref(event, form.table.data)) if form.table.data else None
        if table is not None:
            require_free(table, slot, besides=found.appointment)
        if found.placement == "none":
            services.place(found, slot, table=table)
        else:
            services.move(found, slot, table=table, at_desk=True)

    def beside(error: DomainError) -> Field:
        return form.table if isinstance(error, TableTaken) else form.slot

    return done(id, form, deed, beside, _("The meeting has its new time. Everybody is told."), {"time_form": form})


@desk.post("/meetings/<id>/table")
def change_table(id: str) -> Answer:
    """Give a meeting another table at its time; whoever sits there gets the table that it leaves."""
    form = TableForm(prefix="seat-")
    if not form.validate_on_submit():
        return refused(id, {"table_form": form}, 422)

    def deed(found: Meeting) -> None:
        seat = next((seat for seat in seats_at(found) if seat.table.public_id == form.table.data), None)
        if seat is None:
            raise TableTaken
        if seat.meeting is not None:
            services.swap_tables(found, seat.meeting)
        else:
            services.reseat(found, seat.table)

    return done(
        id, form, deed, lambda _error: form.table, _("The table is changed. Everybody is told."), {"table_form": form}
    )


@desk.post("/meetings/<id>/seats/<kind>")
def change_seats(id: str, kind: str) -> Answer:
    """Let somebody of a side ("requester", "invitee") come, go, or come instead of somebody else."""
    require(kind in ("requester", "invitee"))
    form = SeatsForm(prefix=f"{kind}-")
    shown = {f"{kind}_form": form}
    if not form.validate_on_submit():
        return refused(id, shown, 422)

    def deed(found: Meeting) -> None:
        sitting = {delegate.public_id: delegate for delegate in queries.seats_of(found, kind)}
        of_side = next(each for each in found.sides if each.side == kind)
        free = {delegate.public_id: delegate for delegate in colleagues_to_seat(of_side)}
        new = or_404(free.get(form.new.data)) if form.new.data else None
        old = or_404(sitting.get(form.old.data)) if form.old.data else None
        if new is not None and old is not None:
            services.replace(found, old, new)
        elif new is not None:
            services.join(found, new)
        elif old is not None:
            services.leave(found, old)

    def beside(error: DomainError) -> Field:
        return form.old if isinstance(error, LastOfSide) else form.new

    return done(id, form, deed, beside, _("The people are changed. Everybody is told."), shown)


@desk.post("/meetings/<id>/end")
def end_meeting(id: str) -> Answer:
    """Cancel a meeting for both sides, from its own page."""
    form = ReasonForm(prefix="end-")
    if not form.validate_on_submit():
        return refused(id, {"reason_form": form}, 422)

    def deed(found: Meeting) -> None:
        services.cancel(found, reason=form.reason.data or "")

    told = _("The meeting is cancelled. Both sides are told.")
    return done(id, form, deed, lambda _error: form.reason, told, {"reason_form": form})


@desk.post("/meetings/<id>/held")
def held(id: str) -> Answer:
    """Let a meeting to which somebody is said not to have come count as held, at any time."""
    form = Deed(prefix="held-")
    if not form.validate_on_submit():
        return refused(id, {"held_form": form}, 422)

    def deed(found: Meeting) -> None:
        on_site.dispute(found)

    told = _("The meeting counts as held. Nobody is written to.")
    return done(id, form, deed, lambda _error: form.version, told, {"held_form": form})


def done(
    id: str,
    form: Any,
    deed: Callable[[Meeting], None],
    beside: Callable[[DomainError], Field],
    told: str,
    shown: dict[str, Any],
) -> Answer:
    """Do a deed in one transaction and lead back to the page; what is refused stands beside its field."""
    try:
        with transaction():
            found = or_404(queries.meeting_by_ref(fresh_event(), id))
            if form.version.data != found.version:
                raise RequestNotOpen(meeting=found)
            deed(found)
    except RequestNotOpen as error:
        flash(str(error.message), "warn")
    except NotFound:
        raise
    except DomainError as error:
        beside(error).errors = [sentence(error)]
        return refused(id, shown, error.status)
    else:
        flash(told, "ok")
    return redirect(url_for(".meeting", id=id))


def sentence(error: DomainError) -> str:
    """What a refusal says to organisers, who are neither of the two."""
    if isinstance(error, AlreadyOpen):
        return _("The two have something else open or agreed already.")
    if isinstance(error, NotYours):
        return _("This person does not belong to this side.")
    return str(error.message)


def refused(id: str, shown: dict[str, Any], status: int) -> tuple[str, int]:
    """The page again, with what is wrong beside the fields."""
    return meeting_page(or_404(queries.meeting_by_ref(current_event(), id)), **shown), status


def meeting_page(found: Meeting, **forms: Any) -> str:
    """The page of a meeting; `forms` are those that were sent and did not pass."""
    event, two = current_event(), two_sides(found)
    waits = found.request_state == "accepted" and found.closed_at is None and found.placement == "none"
    movable = found.request_state == "accepted" and found.closed_at is None and found.placement == "published"
    times = possible(found) if waits or movable else []
    seats = seats_at(found) if found.closed_at is None else []
    sent = next(iter(forms.values()), None)
    forms.setdefault("time_form", TimeForm(formdata=None, prefix="time-", data={"version": found.version}))
    forms.setdefault("table_form", TableForm(formdata=None, prefix="seat-", data={"version": found.version}))
    forms.setdefault("reason_form", ReasonForm(formdata=None, prefix="end-", data={"version": found.version}))
    forms.setdefault("held_form", Deed(formdata=None, prefix="held-", data={"version": found.version}))
    seatable = permissions.is_seatable(found)
    for side in ("requester", "invitee"):
        form = forms.setdefault(
            f"{side}_form", SeatsForm(formdata=None, prefix=f"{side}-", data={"version": found.version})
        )
        fill_seats(form, found, two[side])
    forms["time_form"].table.choices = table_choices(queries.tables_of(event))
    forms["table_form"].table.choices = [
        SelectChoice("", _("Choose a table")),
        *(SelectChoice(seat.table.public_id, seat_words(seat)) for seat in seats),
    ]
    return render_template(
        "meetings/desk_meeting.html",
        meeting=found,
        two=two,
        label=states.label(found),
        name=name,
        people={side: queries.seats_of(found, side) for side in two},
        vacant={seat.delegate_id for seat in found.delegates if seat.vacant_since is not None},
        flagged=found.is_open and not groups.may_ask(found.requester, found.invitee),
        waits=waits,
        movable=movable,
        seatable=seatable,
        cancellable=permissions.is_cancellable(found),
        missed=missed_of(found, two),
        troubles=[(each.reason, *said(each)) for each in repair.conflicts(event, found)],
        days=by_day([each for each in times if not each.why_not]),
        unfit=by_day([each for each in times if each.why_not]),
        seats=seats,
        awaited=proposing.open_of(found),
        history=history(found),
        facts_of=request_facts(found),
        sent=sent,
        tabs=tabs(),
        **forms,
    )


def missed_of(found: Meeting, two: dict[str, MeetingSide]) -> str:
    """The side that is said not to have come, by its organisation, while organisers can say that it did; else ""."""
    return next((two[side].profile.organisation.name for side in two if permissions.is_disputable(found, side)), "")


def possible(found: Meeting) -> list[Choice]:
    """The times of a meeting that is agreed: those that suit, and what stands against the others."""
    people = [seat.delegate for seat in found.delegates if seat.vacant_since is None]
    placed = found.appointment if found.placement != "none" else None
    return choices(people, hosts=[found.invitee, found.requester], besides=placed) if people else []


def by_day(times: Sequence[Choice]) -> list[tuple[str, list[Choice]]]:
    """Times under their days, in the event's zone."""
    zone = current_event().zone
    found: dict[date, list[Choice]] = {}
    for each in times:
        found.setdefault(clock.in_zone(each.slot.starts_at, zone).date(), []).append(each)
    return [(day(each, "weekday"), found[each]) for each in found]


def seat_words(seat: Seat) -> str:
    """A table, and who would have to swap."""
    table = table_words(seat.table)
    if seat.meeting is None:
        return table
    sides = two_sides(seat.meeting)
    pair = " – ".join(name(sides[side].lead) for side in ("requester", "invitee"))
    return _("%(table)s: swap with %(pair)s", table=table, pair=pair)


def table_words(table: Location) -> str:
    """A table and its hall."""
    return f"{bi(table.name)} ({bi(table.zone.name)})" if table.zone is not None else bi(table.name)


def fill_seats(form: SeatsForm, found: Meeting, side: MeetingSide) -> None:
    """Who may come to a side and who may go."""
    form.new.choices = [SelectChoice("", _("Nobody")), *map(person, colleagues_to_seat(side))]
    form.old.choices = [SelectChoice("", _("Nobody")), *map(person, queries.seats_of(found, side.side))]


def person(delegate: Delegate) -> SelectChoice:
    """Somebody to choose."""
    return SelectChoice(delegate.public_id, name(delegate))


def request_facts(found: Meeting) -> list[tuple[str, str]]:
    """When a request was sent, until when it waits, and where it comes from."""
    known = [
        (_("Origin"), origin_words()[found.origin]),
        (_("Asked on"), moment(found.sent_at) if found.sent_at else ""),
        (_("Answer due by"), moment(found.expires_at) if found.is_open and found.expires_at else ""),
        (_("Answered on"), moment(found.answered_at) if found.answered_at else ""),
        (_("Meets"), _("by video") if found.virtual else ""),
    ]
    return [(word, value) for word, value in known if value]
