"""What I do with a request: accept, suggest other times or people, hand it on, decline, take an answer back."""

from ...delegates import queries as partnering
from ...delegates.models import Delegate
from ...events.routing import current_event
from ...i18n import _
from .. import answering, queries, services
from ..errors import NoSuchSlot, NotYours
from ..forms import LATER, AcceptForm, CounterForm, DeclineForm, Deed, ForwardForm
from ..models import Meeting, MeetingSlot
from .blueprint import bp
from .doing import Answer, answer, companions_of


@bp.post("/meetings/<id>/accept")
def accept(id: str) -> Answer:
    """Accept a request at one of its times, without one where it follows, or as a reserve."""
    form = AcceptForm()
    reserve = bool(form.reserve.data)

    def deed(mine: Delegate, meeting: Meeting) -> str:
        lead = answering.answering(meeting, mine)
        services.accept(
            meeting,
            None if reserve or form.slot.data == LATER else slot_of(form.slot.data),
            by=mine,
            companions=companions_of(lead, form.companions.data),
            reserve=reserve,
            version=form.version.data,
        )
        if reserve:
            return _("Accepted as a reserve.")
        return _("Meeting confirmed.") if meeting.placement != "none" else _("Accepted. The time follows.")

    return answer(id, "reserve" if reserve else "accept", form, deed, "")


@bp.post("/meetings/<id>/counter")
def counter(id: str) -> Answer:
    """Suggest other times, or other people."""
    form = CounterForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        lead = answering.answering(meeting, mine)
        services.counter(
            meeting,
            slots_of(form.slots.data),
            by=mine,
            companions=companions_of(lead, form.companions.data) if form.team.data else None,
            message=form.message.data or "",
            version=form.version.data,
        )

    return answer(id, "counter", form, deed, _("Your suggestion is sent."))


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
            later=form.later.data,
            version=form.version.data,
        )

    return answer(id, "decline", form, deed, _("You have declined. The other side reads a friendly sentence."))


@bp.post("/meetings/<id>/forward")
def forward(id: str) -> Answer:
    """Hand a request to the colleague who is the right one."""
    form = ForwardForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        to = partnering.delegate_by_ref(current_event(), form.to.data)
        if to is None:
            raise NotYours
        services.forward(meeting, to, by=mine, version=form.version.data)

    return answer(id, "forward", form, deed, _("Handed on. Your colleague answers now."))


@bp.post("/meetings/<id>/undo")
def undo(id: str) -> Answer:
    """Take an answer back, for half a minute."""
    form = Deed()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.undo(meeting, by=mine, version=form.version.data)

    return answer(id, "undo", form, deed, _("Taken back. The request waits for your answer again."))


def slot_of(ref: str | None) -> MeetingSlot:
    """The time that was chosen."""
    slots = slots_of([ref] if ref else [])
    if not slots:
        raise NoSuchSlot
    return slots[0]


def slots_of(refs: list[str] | None) -> list[MeetingSlot]:
    """The times that were chosen."""
    return queries.slots_by_ref(current_event(), refs or [])
