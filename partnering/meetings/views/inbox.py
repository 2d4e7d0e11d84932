"""My requests and meetings, and the page of one."""

import secrets

from flask import render_template, request
from werkzeug.wrappers import Response

from ...delegates import queries as partnering
from ...delegates.directory import reasons_for
from ...delegates.models import Delegate
from ...delegates.permissions import may_see
from ...delegates.reasons import MOST
from ...headers import single
from .. import permissions, queries
from ..forms import REASONS, AcceptForm, CancelForm, CounterForm, DeclineForm
from ..models import Meeting
from .asking import by_day
from .blueprint import bp, me, meeting_or_404, shown


@bp.get("/meetings")
def inbox() -> str:
    """Requests I received or sent, meetings that are confirmed, and what is over."""
    mine = me()
    tab = single(request.args, "tab") or "received"
    tab = tab if tab in queries.TABS else "received"
    meetings = queries.meetings_of(mine, tab)
    cards = [shown(mine, meeting) for meeting in meetings]
    reasons = reasons_for(mine, [card["other"].lead for card in cards])
    for card in cards:
        card["reasons"] = reasons[card["other"].lead_id][:MOST]
    return render_template(
        "meetings/inbox.html",
        me=mine,
        tab=tab,
        numbers=queries.numbers(mine),
        cards=cards,
        form=AcceptForm(formdata=None),
        once=secrets.token_hex(16),
    )


@bp.get("/meetings/<id>")
def show(id: str) -> Response | str:
    """One meeting: what was said, when and where, and what I can do."""
    mine = me()
    return page(mine, meeting_or_404(mine, id))


def page(mine: Delegate, meeting: Meeting, form: object | None = None, taken: str = "") -> str:
    """The meeting's page; `form` failed, or `taken` says that a time has just gone."""
    card = shown(mine, meeting)
    card["reasons"] = reasons_for(mine, [card["other"].lead])[card["other"].lead_id][:MOST]
    card["contact"] = permissions.contact(mine, meeting)
    card["seen"] = may_see(mine, card["other"].lead)
    people = [seat.delegate for seat in meeting.delegates]
    free = queries.shared_slots(people) if card["my_turn"] else []
    offered_ids = {slot.id for slot in card["offered"]}
    still = [slot for slot in free if slot.id in offered_ids]
    others = [slot for slot in free if slot.id not in offered_ids]
    return render_template(
        "meetings/show.html",
        me=mine,
        card=card,
        gone=[slot for slot in card["offered"] if slot not in still] if card["my_turn"] else [],
        still=still or others[:3],
        instead=not still,
        days=by_day(others),
        taken=taken,
        colleagues=[c for c in partnering.colleagues(mine) if c.id not in {p.id for p in people}],
        accept=form if isinstance(form, AcceptForm) else AcceptForm(formdata=None),
        counter=form if isinstance(form, CounterForm) else CounterForm(formdata=None),
        decline=form if isinstance(form, DeclineForm) else DeclineForm(formdata=None),
        cancel=form if isinstance(form, CancelForm) else CancelForm(formdata=None),
        form_errors=getattr(form, "errors", None),
        reasons=REASONS,
        preselected=single(request.args, "slot") or "",
        counting=single(request.args, "other") == "1" or isinstance(form, CounterForm),
        once=secrets.token_hex(16),
    )
