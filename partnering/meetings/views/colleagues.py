"""Who of my company comes to a meeting: join, bring along, leave, sit in somebody's stead."""

from ...delegates import queries as partnering
from ...delegates.models import Delegate
from ...errors import or_404, require
from ...events.routing import current_event
from ...i18n import _
from .. import deeds, permissions, queries, services
from ..errors import NotYours
from ..forms import ReplaceForm, SeatForm
from ..models import Meeting
from .blueprint import bp
from .doing import Answer, answer


@bp.post("/meetings/<id>/join")
def join(id: str) -> Answer:
    """Come along to a colleague's meeting, or let a colleague come along to mine."""
    form = SeatForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.join(meeting, colleague_of(form.who.data) or mine, by=mine, version=form.version.data)

    said = _("Your colleague takes part.") if form.who.data else _("You take part.")
    return answer(id, "bring" if form.who.data else "join", form, deed, said, find=company_meeting_or_404)


@bp.post("/meetings/<id>/leave")
def leave(id: str) -> Answer:
    """Leave a meeting that colleagues keep, or take one of them out."""
    form = SeatForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        services.leave(meeting, colleague_of(form.old.data) or mine, by=mine, version=form.version.data)

    return answer(id, "leave", form, deed, _("The meeting takes place with the others."))


@bp.post("/meetings/<id>/replace")
def replace(id: str) -> Answer:
    """Let a colleague sit in somebody's stead, or sit there myself."""
    form = ReplaceForm()

    def deed(mine: Delegate, meeting: Meeting) -> None:
        old, new = colleague_of(form.old.data), colleague_of(form.who.data)
        if old is None or new is None:
            raise NotYours
        services.replace(meeting, old, new, by=mine, version=form.version.data)

    return answer(id, "replace", form, deed, _("The meeting has changed hands. Everybody is told."))


def colleague_of(ref: str | None) -> Delegate | None:
    """Whoever was chosen; the services ask whether they are of the company."""
    return partnering.delegate_by_ref(current_event(), ref) if ref else None


def company_meeting_or_404(mine: Delegate, public_id: str) -> Meeting:
    """A meeting that I see, or at which a colleague sits who shares their agenda."""
    meeting = or_404(queries.meeting_by_ref(current_event(), public_id))
    if permissions.may_see(mine, meeting):
        return meeting
    side = deeds.company_side(meeting, mine)
    require(meeting.request_state != "draft" and side is not None)
    assert side is not None  # required just now
    require(any(each.shares_agenda for each in queries.seats_of(meeting, side.side)))
    return meeting
