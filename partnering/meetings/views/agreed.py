"""What I do with my own request, and with a meeting that is agreed: call off, bring back, suggest another time."""

from ...delegates.models import Delegate
from ...i18n import _
from .. import proposing, services
from ..errors import ProposalOver
from ..forms import CancelForm, Deed, ProposalForm, ProposeForm
from ..models import Meeting, MeetingProposal
from .answering import slot_of, slots_of
from .blueprint import bp
from .doing import Answer, answer


@bp.post("/meetings/<id>/send")
def send_draft(id: str) -> Answer:
    """Send a draft as it stands."""
    form = Deed()

    def deed(mine: Delegate, meeting: Meeting) -> Meeting:
        return services.send(meeting, by=mine, version=form.version.data)

    return answer(id, "send", form, deed, _("Request sent."))


@bp.post("/meetings/<id>/discard")
def discard(id: str) -> Answer:
    """Throw a draft away."""
    form = Deed()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.discard(meeting, by=mine)

    return answer(id, "discard", form, deed, _("The draft is deleted."))


@bp.post("/meetings/<id>/withdraw")
def withdraw(id: str) -> Answer:
    """Take my request back."""
    form = Deed()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.withdraw(meeting, by=mine, version=form.version.data)

    return answer(id, "withdraw", form, deed, _("Your request is withdrawn."))


@bp.post("/meetings/<id>/cancel")
def cancel(id: str) -> Answer:
    """Cancel a meeting that was agreed."""
    form = CancelForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.cancel(meeting, by=mine, reason=form.reason.data or "", version=form.version.data)

    return answer(id, "cancel", form, deed, _("The meeting is cancelled. The other side is told."))


@bp.post("/meetings/<id>/revive")
def revive(id: str) -> Answer:
    """Ask to hold a meeting after all that my side called off."""
    form = Deed()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.revive(meeting, by=mine, version=form.version.data)

    return answer(id, "revive", form, deed, _("The other side is asked whether the meeting takes place after all."))


@bp.post("/meetings/<id>/propose")
def propose(id: str) -> Answer:
    """Suggest another time for a meeting that is agreed, or one for a meeting that has none."""
    form = ProposeForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        kind = "time" if meeting.placement == "none" else "move"
        slots = slots_of(form.slots.data)
        services.propose(meeting, slots, by=mine, kind=kind, message=form.message.data or "")

    return answer(id, "propose", form, deed, _("Your suggestion is sent."), versioned=True)


@bp.post("/meetings/<id>/agree")
def agree(id: str) -> Answer:
    """Agree to one of the suggested times."""
    form = ProposalForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.agree(shown_proposal(meeting, form), slot_of(form.slot.data), by=mine)

    return answer(id, "agree", form, deed, _("The new time is agreed."))


@bp.post("/meetings/<id>/refuse")
def refuse(id: str) -> Answer:
    """Say that none of the suggested times suits."""
    form = ProposalForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.refuse(shown_proposal(meeting, form), by=mine, message=form.message.data or "")

    return answer(id, "refuse", form, deed, _("You have refused. Everything stays as it was."))


@bp.post("/meetings/<id>/take-back")
def take_back(id: str) -> Answer:
    """Take my suggestion back."""
    form = ProposalForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.take_back(shown_proposal(meeting, form), by=mine)

    return answer(id, "take_back", form, deed, _("Your suggestion is taken back. Everything stays as it was."))


def shown_proposal(meeting: Meeting, form: ProposalForm) -> MeetingProposal:
    """The suggestion that the page showed, if it still waits. Raises `ProposalOver`."""
    proposal = proposing.open_of(meeting)
    if proposal is None or proposal.public_id != form.proposal.data:
        raise ProposalOver
    return proposal
