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
from ...i18n import _, day
from .. import queries, services
from ..errors import AlreadyOpen, NoSuchSlot, NotBookable, NothingOffered, SlotTaken, TooManyOpen
from ..forms import RequestForm
from ..models import Meeting, MeetingSlot
from .blueprint import bp, me
from .doing import companions_of
from .showing import by_day, colleagues_meetings


@bp.route("/partners/<id>/request", methods=["GET", "POST"])
def request_meeting(id: str) -> Response | str | tuple[str, int]:
    """Choose up to three times, and send the request or keep it as a draft."""
    form = RequestForm()
    mine = me()
    other = partner_or_404(mine, id)
    if request.method == "GET":
        existing = queries.open_between(mine, other)
        if existing is not None:
            return redirect(url_for(".show", id=existing.public_id))
        return page(mine, other, form)
    if not form.validate_on_submit():
        return page(mine, other, form), 422
    limits.hit("meetings.request", mine.public_id, limit=60, seconds=3600)
    kept = bool(form.draft.data)
    try:
        with transaction():
            mine = me()
            other = partner_or_404(mine, id)
            answer = once(form, lambda: {"meeting": (keep if kept else send)(mine, other, form).public_id})
    except (NoSuchSlot, NothingOffered, SlotTaken) as error:
        form.slots.errors = [str(error.message)]
        return page(me(), partner_or_404(me(), id), form), error.status
    except AlreadyOpen as error:
        flash(str(error.message), "info")
        existing = queries.open_between(me(), partner_or_404(me(), id))
        return redirect(url_for(".show", id=existing.public_id) if existing else url_for(".inbox"))
    except TooManyOpen as error:
        flash(str(error.message), "warn")
        return redirect(url_for(".inbox", tab="sent"))
    return sent(queries.meeting_by_ref(current_event(), answer["meeting"]))


def sent(meeting: Meeting | None) -> Response:
    """Where one goes when a request is sent, merged with theirs, or kept as a draft."""
    if meeting is not None and meeting.request_state == "draft":
        flash(_("Saved as a draft. Only you and your company see it."), "ok")
        return redirect(url_for(".show", id=meeting.public_id))
    if meeting is not None and meeting.request_state == "accepted":
        flash(_("You both asked for this meeting. It is confirmed."), "ok")
        return redirect(url_for(".show", id=meeting.public_id))
    until = meeting.expires_at if meeting is not None else None
    flash(_("Request sent. Answer due by %(day)s.", day=day(until)) if until else _("Request sent."), "ok")
    return redirect(url_for(".inbox", tab="sent"))


def send(mine: Delegate, other: Delegate, form: RequestForm) -> Meeting:
    """Send what the form says; a draft becomes it."""
    if services.draft_between(mine, other) is not None:
        return services.send(keep(mine, other, form), by=mine)
    slots, companions = chosen_by(mine, form)
    return services.request_meeting(mine, other, slots, form.message.data or "", companions=companions)


def keep(mine: Delegate, other: Delegate, form: RequestForm) -> Meeting:
    """Keep what the form says for later."""
    slots, companions = chosen_by(mine, form)
    return services.save_draft(mine, other, slots, form.message.data or "", companions=companions)


def chosen_by(mine: Delegate, form: RequestForm) -> tuple[list[MeetingSlot], list[Delegate]]:
    """The times and the colleagues that are ticked."""
    slots = queries.slots_by_ref(current_event(), form.slots.data or [])
    return slots, companions_of(mine, form.companions.data)


def partner_or_404(mine: Delegate, public_id: str) -> Delegate:
    """Somebody whom the directory shows to me."""
    other = or_404(partnering.delegate_by_ref(current_event(), public_id))
    require(other.id != mine.id and may_see(mine, other))
    return other


def page(mine: Delegate, other: Delegate, form: RequestForm) -> str:
    """The form with the times that suit both: those of the draft chosen, else the first three."""
    card = directory.card(mine, other)
    standing = card.standing
    if standing is None or standing.kind != "bookable":
        raise NotBookable(standing.sentence or None if standing is not None else None)
    free = queries.shared_slots([mine, other])
    draft = services.draft_between(mine, other)
    if draft is not None and request.method == "GET":
        form.slots.data = [slot.public_id for slot in queries.offered(draft)]
        form.message.data = draft.message
        form.companions.data = [one.public_id for one in queries.seats_of(draft, "requester")]
    return render_template(
        "meetings/request.html",
        me=mine,
        card=card,
        form=form,
        form_errors=form.errors,
        draft=draft,
        days=by_day(free),
        chosen=chosen(free, form, draft),
        colleagues=partnering.colleagues(mine),
        colleague_meets=colleagues_meetings(mine, other),
        once=form.once.data or secrets.token_hex(16),
        left=max(0, current_event().open_request_limit - mine.open_requests),
    )


def chosen(free: list[MeetingSlot], form: RequestForm, draft: Meeting | None) -> set[str]:
    """What is ticked: what was sent or kept and is still free, else the three earliest."""
    refs = {slot.public_id for slot in free}
    kept = refs & set(form.slots.data or [])
    return kept if kept or draft is not None else {slot.public_id for slot in free[:3]}
