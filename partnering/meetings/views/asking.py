"""Asking somebody for a meeting."""

import secrets

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...db import transaction
from ...delegates import directory
from ...delegates import queries as partnering
from ...delegates.models import Delegate
from ...delegates.permissions import may_see
from ...errors import or_404, require
from ...events.pages import once
from ...events.routing import current_event
from ...headers import single
from ...i18n import _, day
from .. import bookable, mails, queries, services
from ..errors import AlreadyOpen, NoSuchSlot, NotBookable, NothingOffered, SlotTaken, TooManyOpen
from ..forms import RequestForm
from ..models import Meeting, MeetingSlot
from .blueprint import bp, me
from .doing import companions_of
from .showing import by_day, colleagues_meetings


@bp.route("/partners/<id>/request", methods=["GET", "POST"])
def request_meeting(id: str) -> Response | str | tuple[str, int]:
    """Choose up to three times, and send the request or keep it as a draft; in a colleague's name where `for` says so.

    A colleague asks for another one only where their organisation lets them act for each other.
    """
    form = RequestForm()
    ref = form.whom.data if request.method == "POST" else single(request.args, "for")
    whom, other = pair(id, ref)
    if request.method == "GET":
        existing = queries.open_between(whom, other)
        if existing is not None:
            return redirect(url_for(".show", id=existing.public_id))
        return page(whom, other, form)
    if not form.validate_on_submit():
        return page(whom, other, form), 422
    limits.hit("meetings.request", me().public_id, limit=60, seconds=3600)
    kept = bool(form.draft.data)
    try:
        with transaction():
            whom, other = pair(id, ref)
            answer = once(form, lambda: {"meeting": (keep if kept else send)(whom, other, form).public_id})
    except (NoSuchSlot, NothingOffered, SlotTaken) as error:
        form.slots.errors = [str(error.message)]
        return page(*pair(id, ref), form), error.status
    except AlreadyOpen as error:
        flash(str(error.message), "info")
        existing = queries.open_between(*pair(id, ref))
        return redirect(url_for(".show", id=existing.public_id) if existing else url_for(".inbox"))
    except TooManyOpen as error:
        flash(str(error.message), "warn")
        return redirect(url_for(".inbox", tab="sent"))
    return sent(queries.meeting_by_ref(current_event(), answer["meeting"]), pair(id, ref)[0])


def sent(meeting: Meeting | None, whom: Delegate) -> Response:
    """Where one goes when a request is sent, merged with theirs, or kept as a draft."""
    acting = whom.id != me().id
    if acting:
        flash(_("You acted for %(name)s.", name=whom.participant.name), "info")
    if meeting is not None and meeting.request_state == "draft":
        flash(_("Saved as a draft. Only you and your company see it."), "ok")
        return redirect(url_for(".show", id=meeting.public_id))
    if meeting is not None and meeting.request_state == "accepted":
        flash(_("You both asked for this meeting. It is confirmed."), "ok")
        return redirect(url_for(".show", id=meeting.public_id))
    until = meeting.expires_at if meeting is not None else None
    flash(_("Request sent. Answer due by %(day)s.", day=day(until)) if until else _("Request sent."), "ok")
    if acting and meeting is not None:
        return redirect(url_for(".show", id=meeting.public_id))
    return redirect(url_for(".inbox", tab="sent"))


def send(whom: Delegate, other: Delegate, form: RequestForm) -> Meeting:
    """Send what the form says; a draft becomes it."""
    mine = me()
    if services.draft_between(whom, other) is not None:
        meeting = services.send(written(whom, other, form), by=mine)
    else:
        slots, companions = chosen_by(whom, form)
        meeting = services.request_meeting(whom, other, slots, form.message.data or "", companions=companions, by=mine)
    return told(meeting, whom, "request")


def keep(whom: Delegate, other: Delegate, form: RequestForm) -> Meeting:
    """Keep what the form says for later."""
    return told(written(whom, other, form), whom, "draft")


def written(whom: Delegate, other: Delegate, form: RequestForm) -> Meeting:
    """The draft that the form makes."""
    slots, companions = chosen_by(whom, form)
    return services.save_draft(whom, other, slots, form.message.data or "", companions=companions, by=me())


def told(meeting: Meeting, whom: Delegate, what: str) -> Meeting:
    """The same; a colleague in whose name it was done hears of it, and the log names both."""
    mine = me()
    if mine.id != whom.id:
        mails.acted_for(meeting, whom, mine, what)
    return meeting


def chosen_by(whom: Delegate, form: RequestForm) -> tuple[list[MeetingSlot], list[Delegate]]:
    """The times and the colleagues that are ticked."""
    slots = queries.slots_by_ref(current_event(), form.slots.data or [])
    return slots, companions_of(whom, form.companions.data)


def pair(id: str, ref: str | None) -> tuple[Delegate, Delegate]:
    """Who asks, me or the colleague of this public id for whom I may act, and whom; both of us must see them."""
    mine = me()
    other = partner_or_404(mine, id)
    if not ref or ref == mine.public_id:
        return mine, other
    whom = or_404(next((one for one in bookable.acts_for(mine) if one.public_id == ref), None))
    return whom, partner_or_404(whom, id)


def partner_or_404(mine: Delegate, public_id: str) -> Delegate:
    """Somebody whom the directory shows to me."""
    other = or_404(partnering.delegate_by_ref(current_event(), public_id))
    require(other.id != mine.id and may_see(mine, other))
    return other


def page(whom: Delegate, other: Delegate, form: RequestForm) -> str:
    """The form with the times that suit both: those of the draft chosen, else the first three."""
    mine = me()
    card = directory.card(whom, other)
    standing = card.standing
    if standing is None or standing.kind != "bookable":
        raise NotBookable(standing.sentence or None if standing is not None else None)
    free = queries.shared_slots([whom, other])
    draft = services.draft_between(whom, other)
    if draft is not None and request.method == "GET":
        form.slots.data = [slot.public_id for slot in queries.offered(draft)]
        form.message.data = draft.message
        form.companions.data = [one.public_id for one in queries.seats_of(draft, "requester")]
    return render_template(
        "meetings/request.html",
        me=mine,
        whom=whom,
        acting=whom.id != mine.id,
        team=bookable.acts_for(mine),
        card=card,
        form=form,
        form_errors=form.errors,
        draft=draft,
        days=by_day(free),
        chosen=chosen(free, form, draft),
        colleagues=partnering.colleagues(whom),
        colleague_meets=colleagues_meetings(whom, other) if whom.id == mine.id else [],
        once=form.once.data or secrets.token_hex(16),
        left=max(0, current_event().open_request_limit - whom.open_requests),
    )


def chosen(free: list[MeetingSlot], form: RequestForm, draft: Meeting | None) -> set[str]:
    """What is ticked: what was sent or kept and is still free, else the three earliest."""
    refs = {slot.public_id for slot in free}
    kept = refs & set(form.slots.data or [])
    return kept if kept or draft is not None else {slot.public_id for slot in free[:3]}
