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


@bp.route("/partners/<id>/request", methods=["GET", "POST"])
def request_meeting(id: str) -> Response | str | tuple[str, int]:
    """Choose up to three times and send the request."""
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
    try:
        with transaction():
            mine = me()
            other = partner_or_404(mine, id)
            answer = once(form, lambda: {"meeting": send(mine, other, form).public_id})
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
    meeting = queries.meeting_by_ref(current_event(), answer["meeting"])
    if meeting is not None and meeting.request_state == "accepted":
        flash(_("You both asked for this meeting. It is confirmed."), "ok")
        return redirect(url_for(".show", id=meeting.public_id))
    until = meeting.expires_at if meeting is not None else None
    flash(_("Request sent. Answer due by %(day)s.", day=day(until)) if until else _("Request sent."), "ok")
    return redirect(url_for(".inbox", tab="sent"))


def send(mine: Delegate, other: Delegate, form: RequestForm) -> Meeting:
    """Send what the form says."""
    slots = queries.slots_by_ref(current_event(), form.slots.data or [])
    wanted = set(form.companions.data or [])
    companions = [colleague for colleague in partnering.colleagues(mine) if colleague.public_id in wanted]
    return services.request_meeting(mine, other, slots, form.message.data or "", companions=companions)


def partner_or_404(mine: Delegate, public_id: str) -> Delegate:
    """Somebody whom the directory shows to me."""
    other = or_404(partnering.delegate_by_ref(current_event(), public_id))
    require(other.id != mine.id and may_see(mine, other))
    return other


def page(mine: Delegate, other: Delegate, form: RequestForm) -> str:
    """The form with the times that suit both, the first three chosen."""
    card = directory.card(mine, other)
    standing = card.standing
    if standing is None or standing.kind != "bookable":
        raise NotBookable(standing.sentence or None if standing is not None else None)
    free = queries.shared_slots([mine, other])
    return render_template(
        "meetings/request.html",
        me=mine,
        card=card,
        form=form,
        form_errors=form.errors,
        days=by_day(free),
        chosen=chosen(free, form),
        colleagues=partnering.colleagues(mine),
        once=form.once.data or secrets.token_hex(16),
        left=max(0, current_event().open_request_limit - mine.open_requests),
    )


def chosen(free: list[MeetingSlot], form: RequestForm) -> set[str]:
    """What is ticked: what was sent and is still free, else the three earliest."""
    refs = {slot.public_id for slot in free}
    kept = refs & set(form.slots.data or [])
    return kept if kept else {slot.public_id for slot in free[:3]}


def by_day(slots: list[MeetingSlot]) -> list[tuple[str, list[MeetingSlot]]]:
    """Slots under their days, in the event's zone."""
    found: dict[str, list[MeetingSlot]] = {}
    for slot in slots:
        found.setdefault(day(slot.starts_at, "weekday"), []).append(slot)
    return list(found.items())
