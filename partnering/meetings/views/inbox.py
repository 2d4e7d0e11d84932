"""My requests and meetings, and the page of one."""

import secrets
from typing import Any

from flask import render_template, request
from werkzeug.wrappers import Response

from ...delegates.directory import reasons_for
from ...delegates.reasons import MOST
from ...events.routing import current_event
from ...headers import single
from .. import bookable, calls, placing, proposing, queries, vacancies
from ..forms import AcceptForm
from ..models import Meeting, MeetingSide
from .blueprint import bp, me, meeting_or_404, shown
from .showing import page


@bp.get("/meetings")
def inbox() -> str:
    """Requests I received or sent, meetings that are confirmed, and what is over; what waits for colleagues too."""
    mine = me()
    tab = single(request.args, "tab") or "received"
    tab = tab if tab in queries.TABS else "received"
    meetings = queries.meetings_of(mine, tab)
    cards = [shown(mine, meeting) for meeting in meetings]
    reasons = reasons_for(mine, [card["other"].lead for card in cards])
    free = queries.still_free([card["meeting"] for card in cards if card["my_turn"] and card["offered"]])
    for card in cards:
        card["free"] = free.get(card["meeting"].id, [])
        card["gone"] = [slot for slot in card["offered"] if slot not in card["free"]]
        card["reasons"] = reasons[card["other"].lead_id][:MOST]
        card |= _suggested(card["meeting"], card["side"])
    acting = {other.id: other for other in bookable.acts_for(mine) if other.id != mine.id}
    waiting = queries.received_by(acting, besides=mine) if tab == "received" and acting else []
    return render_template(
        "meetings/inbox.html",
        me=mine,
        tab=tab,
        numbers=queries.numbers(mine),
        cards=cards,
        colleagues=[shown(acting[asked], meeting, mine) for meeting in waiting if (asked := _asked(meeting)) in acting],
        vacancies=vacancies.open_to(mine),
        full=tab == "received" and bool(cards) and placing.limit_reached(mine),
        form=AcceptForm(formdata=None),
        once=secrets.token_hex(16),
    )


def _suggested(meeting: Meeting, side: MeetingSide) -> dict[str, Any]:
    """The time suggested for an agreed meeting, and whether this side is asked; what the other side wrote last."""
    proposal = proposing.open_of(meeting) if meeting.request_state == "accepted" else None
    theirs = [note for note in meeting.messages if note.author.profile_id != side.profile_id]
    return {
        "proposal": proposal,
        "proposed": proposing.slots_of(proposal) if proposal is not None else [],
        "asked": proposal is not None and proposal.to_id == side.lead_id,
        "last": theirs[-1] if theirs else None,
        "elsewhere": calls.times_of(meeting, current_event().zone) if meeting.request_state == "accepted" else [],
    }


def _asked(meeting: Meeting) -> int | None:
    """Whose answer a meeting waits for: to a request, or to a time suggested since."""
    proposal = proposing.open_of(meeting) if meeting.request_state == "accepted" else None
    return proposal.to_id if proposal is not None else meeting.turn_id


@bp.get("/meetings/<id>")
def show(id: str) -> Response | str:
    """One meeting: what was said, when and where, and what I can do."""
    mine = me()
    return page(mine, meeting_or_404(mine, id))
