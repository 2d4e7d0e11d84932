"""My meetings on their day: the next free slot, who did not come, notes, addresses, and what open pages say."""

import secrets
from collections.abc import Callable
from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock, limits
from ...db import transaction
from ...delegates import directory
from ...delegates.models import Delegate
from ...delegates.queries import delegate_of
from ...delegates.visibility import contact_of
from ...errors import DomainError, require
from ...events.pages import once
from ...events.routing import current_event, current_participant
from ...i18n import _, time
from .. import bookable, contacts, day_queries, evidence, notices, on_site, plate, queries
from ..day_forms import ContactForm, HereForm, LiveForm, NoteForm
from ..errors import AlreadyOpen, NotBookable, NoteChanged, NothingFree, TooManyOpen
from ..forms import Deed
from ..models import Meeting, MeetingSide
from .asking import partner_or_404
from .blueprint import bp, me, meeting_or_404, shown, sides

Answer = Response | str | tuple[str, int]


# -- asking for the next free slot


@bp.route("/partners/<id>/live", methods=["GET", "POST"])
def ask_live(id: str) -> Answer:
    """Ask somebody who is here too for the next free slot."""
    form = LiveForm()
    mine = me()
    other = partner_or_404(mine, id)
    existing = queries.open_between(mine, other)
    if request.method == "GET":
        return redirect(url_for(".show", id=existing.public_id)) if existing else live_page(mine, other, form)
    if not form.validate_on_submit():
        return live_page(mine, other, form), 422
    limits.hit("meetings.request", mine.public_id, limit=60, seconds=3600)
    try:
        with transaction():
            mine = me()
            other = partner_or_404(mine, id)
            sent = once(form, lambda: {"meeting": on_site.ask_live(mine, other, form.message.data or "").public_id})
    except AlreadyOpen as error:
        flash(str(error.message), "info")
        existing = queries.open_between(me(), partner_or_404(me(), id))
        return redirect(url_for(".show", id=existing.public_id) if existing else url_for(".inbox"))
    except (NotBookable, NothingFree, TooManyOpen) as error:
        mine = me()
        return live_page(mine, partner_or_404(mine, id), form, refused=str(error.message)), error.status
    meeting = queries.meeting_by_ref(current_event(), sent["meeting"])
    if meeting is not None and meeting.request_state == "accepted":
        flash(_("You both asked for this meeting. It is confirmed."), "ok")
    elif meeting is not None and meeting.expires_at is not None:
        flash(_("Request sent. Answer due by %(time)s.", time=time(meeting.expires_at)), "ok")
    return redirect(url_for(".show", id=sent["meeting"]))


def live_page(mine: Delegate, other: Delegate, form: LiveForm, refused: str = "") -> str:
    """The next free slot and the button that asks for it; without one, why not."""
    both = len(on_site.here([mine, other])) == 2
    return render_template(
        "meetings/live.html",
        me=mine,
        card=directory.card(mine, other),
        both=both,
        slots=on_site.next_slots(mine, other) if both else [],
        form=form,
        form_errors=form.errors,
        refused=refused,
        once=form.once.data or secrets.token_hex(16),
    )


# -- who did not come


@bp.post("/meetings/<id>/missing")
def missing(id: str) -> Answer:
    """Say that the other side has not come."""
    form = HereForm()
    return done(
        id,
        form,
        lambda mine, meeting: on_site.missing(meeting, mine),
        _("Thank you for telling us. The other side is told politely; your table is free again soon."),
    )


@bp.post("/meetings/<id>/dispute")
def dispute(id: str) -> Answer:
    """Say that I was there after all."""
    form = HereForm()
    return done(
        id,
        form,
        lambda mine, meeting: on_site.dispute(meeting, mine),
        _("Thank you. The meeting counts as held."),
    )


# -- what one keeps, and what one gives


@bp.route("/meetings/<id>/note", methods=["GET", "POST"])
def note(id: str) -> Answer:
    """Note and rating, for my own side only."""
    mine = me()
    meeting = own_meeting(mine, id)
    if request.method == "GET":
        side = sides(mine, meeting)[0]
        form = NoteForm(formdata=None, note=side.note, rating=str(side.rating or ""), seen=on_site.mark_of(side))
        return note_page(mine, meeting, form)
    form = NoteForm()
    if not form.validate_on_submit():
        return note_page(mine, meeting, form), 422

    def keep(mine: Delegate, meeting: Meeting) -> None:
        on_site.keep_note(
            meeting,
            mine,
            note=form.note.data or "",
            rating=int(form.rating.data) if form.rating.data else None,
            seen=form.seen.data or "",
        )

    def both(changed: DomainError) -> Answer:
        mine = me()
        meeting = own_meeting(mine, id)
        newer = sides(mine, meeting)[0]
        form.seen.data = on_site.mark_of(newer)
        return note_page(mine, meeting, form, newer=newer, refused=str(changed.message)), changed.status

    return done(id, form, keep, _("Your note is saved. Only your own side can read it."), both=both)


def note_page(
    mine: Delegate, meeting: Meeting, form: NoteForm, *, newer: MeetingSide | None = None, refused: str = ""
) -> str:
    """The page that the letter of the next morning leads to; `newer` is what somebody else has saved meanwhile."""
    return render_template(
        "meetings/feedback.html",
        me=mine,
        card=shown(mine, meeting),
        day=day_of(mine, meeting),
        form=form,
        form_errors=form.errors,
        newer=newer,
        refused=refused,
        once=secrets.token_hex(16),
    )


@bp.post("/meetings/<id>/contact")
def contact(id: str) -> Answer:
    """Let the other side have my address, or no longer."""
    form = ContactForm()
    if form.agreed.data == "no":
        return done(
            id,
            form,
            lambda mine, meeting: contacts.take_back(meeting, mine),
            _("Your address is no longer given for this meeting."),
        )
    return done(
        id,
        form,
        lambda mine, meeting: contacts.agree(meeting, mine),
        _("You have asked for their address.")
        if form.agreed.data == "ask"
        else _("Thank you. Your address is given for this meeting."),
    )


def done(
    id: str,
    form: Deed,
    deed: Callable[[Delegate, Meeting], object],
    said: str,
    *,
    both: Callable[[DomainError], Answer] | None = None,
) -> Answer:
    """Do `deed` once in one transaction, and say so on the meeting's page; what the rules refuse is said there too.

    `both` shows what was sent beside what somebody else has saved meanwhile.
    """
    if not form.validate_on_submit():
        own_meeting(me(), id)
        flash(_("We could not save this. Please try again."), "warn")
        return redirect(url_for(".show", id=id))

    def act() -> dict[str, Any]:
        deed(mine, meeting)
        return {"meeting": meeting.public_id}

    try:
        with transaction():
            mine = me()
            meeting = own_meeting(mine, id)
            once(form, act)
    except DomainError as error:
        if error.status in (403, 404):
            raise
        if both is not None and isinstance(error, NoteChanged):
            return both(error)
        flash(str(error.message), "warn")
        return redirect(url_for(".show", id=id))
    flash(said, "ok")
    return redirect(url_for(".show", id=id))


def own_meeting(mine: Delegate, public_id: str) -> Meeting:
    """A meeting in which I sit myself: for the day of colleagues nobody acts."""
    meeting = meeting_or_404(mine, public_id)
    require(queries.side_of(meeting, mine) is not None)
    return meeting


# -- what pages show of the day


def day_of(mine: Delegate, meeting: Meeting) -> dict[str, Any]:
    """What a page says about the day of a meeting in which I sit, and what I can do now."""
    side, other = sides(mine, meeting)
    now = clock.now()
    found: dict[str, Any] = {
        "side": side,
        "other": other,
        "soon": False,
        "open": False,
        "begun": False,
        "may_miss": False,
        "may_dispute": False,
        "shown": False,
        "across": False,
        "missed_me": meeting.placement == f"no_show_{side.side}",
        "missed_them": meeting.placement == f"no_show_{other.side}",
        "agreed": meeting.request_state == "accepted",
        "contacts": contacts.of(mine, meeting),
        "may_agree": contacts.may_agree(meeting, mine),
        "fresh": contacts.is_fresh(meeting),
        "i_agreed": side.contact_at is not None,
        "they_ask": other.contact_at is not None,
        "i_always_give": contact_of(side.lead) is not None,
        "i_give": contacts.gives(side),
        "they_give": contacts.gives(other),
    }
    if meeting.request_state != "accepted" or meeting.appointment is None or meeting.placement == "none":
        found["begun"] = found["agreed"] and meeting.closed_at is not None
        return found
    starts_at, ends_at = day_queries.times_of(meeting)
    shown_sides = {sign.side for sign in day_queries.signs_of(meeting)}
    found["shown"], found["across"] = side.side in shown_sides, other.side in shown_sides
    running = meeting.placement in evidence.PLACED and evidence.in_window(starts_at, ends_at, now)
    found |= {
        "opens_at": starts_at - evidence.BEFORE,
        "soon": starts_at - clock.minutes(120) <= now < starts_at - evidence.BEFORE,
        "open": running,
        "begun": now >= starts_at,
        "may_miss": running
        and meeting.placement == "live"
        and found["shown"]
        and now >= starts_at + evidence.MISSED_AFTER,
        "until": day_queries.until_disputed(meeting),
    }
    found["may_dispute"] = found["missed_me"] and now <= found["until"]
    return found


def live_offer(mine: Delegate, other: Delegate) -> Any:
    """The next slot that I can ask somebody for on the spot, or None unless both of us are here."""
    event = current_event()
    if not on_site.on_its_days(event):
        return None
    if len(on_site.here([mine, other])) < 2:
        return None
    try:
        bookable.check(event, mine, other, live=True)
    except DomainError:
        return None
    return next(iter(on_site.next_slots(mine, other, 1)), None)


def at_table_url(meeting: Meeting) -> str:
    """The page on which I say that I am there, while that counts; else nothing."""
    if meeting.appointment is None or meeting.placement not in ("published", "live"):
        return ""
    running = evidence.in_window(*day_queries.times_of(meeting), clock.now())
    return url_for("meetings.here", event_slug=current_event().slug, id=meeting.public_id) if running else ""


def notices_url() -> str:
    """Where the open pages of a participant ask for what is new; empty but on the days of the event."""
    event = g.get("event")
    if event is None or g.get("participant") is None or event.state != "published":
        return ""
    return url_for("meetings.notices_now", event_slug=event.slug) if on_site.on_its_days(event) else ""


@bp.app_context_processor
def day_words() -> dict[str, Any]:
    """What other pages include of the day."""
    return {
        "day_of": day_of,
        "live_offer": live_offer,
        "at_table_url": at_table_url,
        "hall_of": plate.hall_of,
        "NoteForm": NoteForm,
        "note_mark": on_site.mark_of,
        "new_once": lambda: secrets.token_hex(16),
        "notices_url": notices_url,
    }


# -- notices


@bp.get("/notices.json")
def notices_now() -> Response:
    """What my open pages should say now; 204 when there is nothing, 304 when it is what they know already."""
    mine = delegate_of(current_participant())
    found = notices.notices_of(mine) if mine is not None and mine.left_at is None else []
    if not found:
        return Response(status=204, mimetype="application/json")
    response = jsonify(
        notices=[{"id": each.id, "text": each.text, "url": url_for(".show", id=each.meeting)} for each in found]
    )
    response.add_etag()
    response.make_conditional(request)
    return response
