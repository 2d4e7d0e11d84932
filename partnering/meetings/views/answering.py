"""What I do with a request or meeting: accept, suggest other times, decline, withdraw, cancel, take back."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...delegates import queries as partnering
from ...delegates.models import Delegate
from ...errors import DomainError
from ...events.pages import once
from ...events.routing import current_event
from ...i18n import _
from .. import queries, services
from ..errors import NoSuchSlot, NothingOffered, NoTurn, RequestNotOpen, SlotTaken, TooLateToUndo
from ..forms import AcceptForm, CancelForm, CounterForm, DeclineForm, Deed
from ..models import Meeting, MeetingSlot
from .blueprint import bp, me, meeting_or_404
from .inbox import page

Answer = Response | str | tuple[str, int]


@bp.post("/meetings/<id>/accept")
def accept(id: str) -> Answer:
    """Accept a request at one of its times."""
    form = AcceptForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        slots = queries.slots_by_ref(current_event(), [form.slot.data])
        if not slots:
            raise NoSuchSlot
        wanted = set(form.companions.data or [])
        team = [colleague for colleague in partnering.colleagues(mine) if colleague.public_id in wanted]
        services.accept(meeting, slots[0], by=mine, companions=team, version=form.version.data)

    return answer(id, form, deed, _("Meeting confirmed."))


@bp.post("/meetings/<id>/counter")
def counter(id: str) -> Answer:
    """Suggest other times."""
    form = CounterForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        slots: list[MeetingSlot] = queries.slots_by_ref(current_event(), form.slots.data or [])
        services.counter(meeting, slots, by=mine, message=form.message.data or "", version=form.version.data)

    return answer(id, form, deed, _("Your suggestion is sent."))


@bp.post("/meetings/<id>/decline")
def decline(id: str) -> Answer:
    """Decline a request."""
    form = DeclineForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.decline(
            meeting,
            by=mine,
            reason=form.reason.data or None,
            text=form.text.data or "",
            version=form.version.data,
        )

    return answer(id, form, deed, _("You have declined. The other side reads a friendly sentence."))


@bp.post("/meetings/<id>/withdraw")
def withdraw(id: str) -> Answer:
    """Take my request back."""
    form = Deed()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.withdraw(meeting, by=mine, version=form.version.data)

    return answer(id, form, deed, _("Your request is withdrawn."))


@bp.post("/meetings/<id>/cancel")
def cancel(id: str) -> Answer:
    """Cancel a meeting that was agreed."""
    form = CancelForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.cancel(meeting, by=mine, reason=form.reason.data or "", version=form.version.data)

    return answer(id, form, deed, _("The meeting is cancelled. The other side is told."))


@bp.post("/meetings/<id>/undo")
def undo(id: str) -> Answer:
    """Take my acceptance back, for half a minute."""
    form = Deed()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.undo_accept(meeting, by=mine, version=form.version.data)

    return answer(id, form, deed, _("Taken back. The request waits for your answer again."))


def answer(
    id: str,
    form: Deed,
    deed: Callable[[Delegate, Meeting], None],
    said: str,
) -> Answer:
    """Do `deed` once in one transaction; what the rules refuse is shown on the meeting's page with its newest state."""
    if not form.validate_on_submit():
        mine = me()
        return page(mine, meeting_or_404(mine, id), form), 422

    def act() -> dict[str, Any]:
        deed(mine, meeting)
        return {"meeting": meeting.public_id}

    try:
        with transaction():
            mine = me()
            meeting = meeting_or_404(mine, id)
            once(form, act)
    except (SlotTaken, NoSuchSlot, NothingOffered) as error:
        return refused(id, form, error)
    except (RequestNotOpen, NoTurn, TooLateToUndo) as error:
        mine = me()
        return page(mine, meeting_or_404(mine, id), taken=str(error.message)), error.status
    flash(said, "ok")
    return redirect(url_for(".show", id=id))


def refused(id: str, form: Deed, error: DomainError) -> tuple[str, int]:
    """The meeting's page, still open, with what is free now."""
    mine = me()
    meeting = meeting_or_404(mine, id)
    if isinstance(form, CounterForm):
        form.slots.errors = [str(error.message)]
        return page(mine, meeting, form), error.status
    return page(mine, meeting, taken=str(error.message)), error.status
