"""My requests and meetings, and the page of one."""

import secrets

from flask import render_template, request
from werkzeug.wrappers import Response

from ...delegates.directory import reasons_for
from ...delegates.reasons import MOST
from ...headers import single
from .. import bookable, placing, queries, vacancies
from ..forms import AcceptForm
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
    for card in cards:
        card["reasons"] = reasons[card["other"].lead_id][:MOST]
    acting = {other.id: other for other in bookable.acts_for(mine) if other.id != mine.id}
    waiting = queries.received_by(acting, besides=mine) if tab == "received" and acting else []
    return render_template(
        "meetings/inbox.html",
        me=mine,
        tab=tab,
        numbers=queries.numbers(mine),
        cards=cards,
        colleagues=[shown(acting[meeting.turn_id], meeting, mine) for meeting in waiting if meeting.turn_id in acting],
        vacancies=vacancies.open_to(mine),
        full=tab == "received" and bool(cards) and placing.limit_reached(mine),
        form=AcceptForm(formdata=None),
        once=secrets.token_hex(16),
    )


@bp.get("/meetings/<id>")
def show(id: str) -> Response | str:
    """One meeting: what was said, when and where, and what I can do."""
    mine = me()
    return page(mine, meeting_or_404(mine, id))
