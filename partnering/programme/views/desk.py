"""The organisers' desk: the sessions of all days with what does not fit, and each session's form."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...accounts.services import person_for
from ...agenda.rearranging import Outcome
from ...db import BilingualText, transaction
from ...errors import DomainError, require
from ...events.models import Event, Participant
from ...events.pages import fresh_event
from ...events.routing import current_event, current_person
from ...events.services import participant_for
from ...i18n import _, _n, bi, locale
from .. import changes, drafting, places, queries, services, shortcuts
from ..facts import InUse, WasReleased
from ..forms import CancelForm, PlacesForm, SessionForm, listed
from ..models import ProgrammeSession
from ..services import Part, Time
from . import drawing, seeing
from .blueprints import desk as bp
from .blueprints import session_or_404

BLANK_ROWS = 2


class SeveralPeople(DomainError):
    """More than one participant has this name. `name` is it."""

    status = 422
    name = ""


@bp.route("/new", methods=["GET", "POST"])
def create() -> str | Response | tuple[str, int]:
    """A new session."""
    event = current_event()
    form = _form(None)
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                session = drafting.draft(
                    event, **_texts(event, form), people=_people(event, form), time=_time(event, form)
                )
                outcome = _at_once(event, session, form)
        except DomainError as error:
            _blame(form, error)
        else:
            flash(_("The session is added."), "ok")
            _warn(outcome.busy)
            return redirect(url_for(".index"))
    return _page("programme/desk/create.html", form, suggestions=_suggestions())


@bp.route("/<public_id>", methods=["GET", "POST"])
def edit(public_id: str) -> str | Response | tuple[str, int]:
    """A session's texts, time, room and people."""
    session = session_or_404(public_id)
    form = _form(session)
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                session = session_or_404(public_id)
                if seeing.overtaken(form, _stored(event, session)):
                    return _session_page(form, session, 409)
                values = _texts(event, form)
                track = values.pop("track")
                done = drafting.edit(
                    session,
                    {**values, "track_id": track.id if track else None},
                    people=_people(event, form),
                    time=_time(event, form),
                )
                outcome = _at_once(event, session, form)
        except DomainError as error:
            _blame(form, error)
            session = session_or_404(public_id)
        else:
            flash(_("Your answers are saved.") if done else _("Nothing has changed."), "ok")
            _warn(outcome.busy)
            if outcome.clashing:
                flash(_clash_words(len(outcome.clashing)), "warn")
            return redirect(url_for(".edit", public_id=public_id))
    return _session_page(form, session)


def _session_page(
    form: SessionForm, session: ProgrammeSession, status: int = 200, places_form: PlacesForm | None = None
) -> str | tuple[str, int]:
    desk = drawing.draft_desk()
    found = desk.by_session.get(session.id, [])
    row = queries.current_row(session)
    shown = _page(
        "programme/desk/edit.html",
        form,
        session=session,
        misfits_shown=drawing.with_ways(desk, found),
        misfits_count=len(found),
        row=row,
        lines=_drafted_lines(session),
        cancel_form=CancelForm(formdata=None),
        offer=places.of(session),
        places_form=places_form or _places_form(session),
        suggestions=_suggestions(),
        **drawing.words(),
    )
    return (shown[0], status) if isinstance(shown, tuple) and status != 200 else shown


@bp.post("/<public_id>/places")
def set_places(public_id: str) -> Response | str | tuple[str, int]:
    """Let places in a session be booked, or say how many."""
    form = PlacesForm()
    if not form.validate_on_submit():
        session = session_or_404(public_id)
        return _session_page(_form(session, fresh=True), session, 422, form)
    try:
        with transaction():
            fresh_event()
            session = session_or_404(public_id)
            known = places.of(session)
            if known is not None and (known.product.active or known.product.appointment_id is None):
                places.change(session, form.seats.data or 0)
            else:
                places.offer(session, form.seats.data or 0)
    except DomainError as error:
        flash(str(error.message), "bad")
    else:
        flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".edit", public_id=public_id))


@bp.post("/<public_id>/places/end")
def end_places(public_id: str) -> Response:
    """Sell no more places in a session."""
    with transaction():
        fresh_event()
        places.end(session_or_404(public_id))
    flash(_("No more places can be booked. Bookings stay."), "ok")
    return redirect(url_for(".edit", public_id=public_id))


def _places_form(session: ProgrammeSession) -> PlacesForm:
    known = places.of(session)
    seats = known.pool.capacity if known is not None and known.pool is not None else session.capacity
    return PlacesForm(formdata=None, data={"seats": seats})


@bp.post("/<public_id>/delete")
def delete(public_id: str) -> Response:
    """Forget a session that nobody has seen yet."""
    try:
        with transaction():
            fresh_event()
            session = session_or_404(public_id)
            places.end(session)
            drafting.delete(session)
    except (WasReleased, InUse) as error:
        flash(str(error.message), "bad")
        return redirect(url_for(".edit", public_id=public_id))
    flash(_("The session is deleted."), "ok")
    return redirect(url_for(".index"))


@bp.post("/<public_id>/cancel")
def cancel(public_id: str) -> Response:
    """Call a session off."""
    form = CancelForm()
    require(form.validate_on_submit())
    with transaction():
        event, session = fresh_event(), session_or_404(public_id)
        drafting.call_off(session)
        _at_once(event, session, form)
    if form.at_once.data:
        flash(_("The session is cancelled."), "ok")
    else:
        flash(_("The session is cancelled in the draft. Everybody learns of it with the next release."), "ok")
    return redirect(url_for(".index"))


@bp.post("/<public_id>/restore")
def restore(public_id: str) -> Response:
    """Bring a cancelled session back."""
    form = CancelForm()
    require(form.validate_on_submit())
    try:
        with transaction():
            event, session = fresh_event(), session_or_404(public_id)
            drafting.take_back(session)
            outcome = _at_once(event, session, form)
    except (services.EventCalledOff, services.RoomTaken) as error:
        flash(str(error.message), "bad")
    else:
        flash(_("The session takes place again."), "ok")
        _warn(outcome.busy)
    return redirect(url_for(".edit", public_id=public_id))


@bp.post("/<public_id>/undo")
def undo(public_id: str) -> Response:
    """Make the draft of a session what everybody sees of it."""
    try:
        with transaction():
            fresh_event()
            drafting.undo(session_or_404(public_id))
    except services.EventCalledOff as error:
        flash(str(error.message), "bad")
    else:
        flash(_("The draft is what everybody sees again."), "ok")
    return redirect(url_for(".edit", public_id=public_id))


# -- steps


def _at_once(event: Event, session: ProgrammeSession, form: SessionForm | CancelForm) -> Outcome:
    """Release a session at once and write to everybody concerned, if the form says so."""
    return shortcuts.now(event, session, by=current_person()) if form.at_once.data else Outcome()


def _drafted_lines(session: ProgrammeSession) -> list[changes.Line]:
    """What the draft of a public session would change."""
    row = queries.current_row(session)
    if row is None:
        return []
    change = changes.between(session, row, changes.as_drafted(session))
    return changes.lines(change, current_event().zone) if change.codes else []


def _clash_words(number: int) -> str:
    """How many who have booked the session are taken when it takes place now; the list of bookings names them."""
    return _n(
        "One person who has booked it is taken by something else at that time, and decides which to attend.",
        "%(num)s people who have booked it are taken by something else at that time, and decide which to attend.",
        number,
    )


def _warn(busy: Sequence[Participant]) -> None:
    for participant in busy:
        flash(_("%(name)s is taken by something else at that time.", name=participant.name), "warn")


def _blame(form: SessionForm, error: DomainError) -> None:
    """Put a refusal beside the field that it is about."""
    if error.status == 404:
        raise error
    if isinstance(error, SeveralPeople):
        row = next(row for row in form.people if row.form.name.data == error.name)
        row.form.name.errors = [_("Several people are called so. Enter the email address too")]
        form.people.errors = [*form.people.errors, {"name": row.form.name.errors}]
    elif isinstance(error, services.NoTime):
        form.ends.errors = [str(error.message)]
    elif isinstance(error, services.RoomTaken):
        form.room.errors = [str(error.message)]
    else:
        form.title_de.errors = [str(error.message)]


def _page(template: str, form: SessionForm, **context: Any) -> str | tuple[str, int]:
    page = render_template(template, form=form, form_errors=form.errors, **context)
    return (page, 422) if request.method == "POST" else page


def _suggestions() -> list[str]:
    """Names of people to choose from while typing."""
    return [participant.name for participant, _sessions in queries.speakers(current_event())]


def _form(session: ProgrammeSession | None, *, fresh: bool = False) -> SessionForm:
    """The form of a session; a `fresh` one does not look at what was sent, which was for another form of the page."""
    event = current_event()
    sent = {"formdata": None} if fresh else {}
    form = SessionForm(**sent, data=_stored(event, session) if session else {"people": [], "day": event.first_day})
    tracks = {track.public_id: bi(track.name) for track in queries.tracks_of(event)}
    rooms = {room.public_id: bi(room.name) for room in queries.rooms_of(event)}
    form.track.choices = listed({"": _("no track"), **tracks})
    form.room.choices = listed({"": _("no room"), **rooms})
    if request.method == "GET" or fresh:
        for _row in range(BLANK_ROWS):
            form.people.append_entry({"role": "speaker"})
        if session is not None:
            seeing.note(form, _stored(event, session))
    return form


def _stored(event: Event, session: ProgrammeSession) -> dict[str, Any]:
    data: dict[str, Any] = {
        "kind": session.kind,
        "language": session.language if session.language in ("de", "en") else "",
        "capacity": session.capacity,
        "note": session.note,
        "day": None,
        "starts": None,
        "ends": None,
        "room": "",
        "track": session.track.public_id if session.track else "",
        "people": [
            {
                "ref": part.participant.public_id,
                "name": part.participant.name,
                "role": part.role,
                "set_up": part.set_up or None,
            }
            for part in session.people
        ],
    }
    for name in ("title", "subtitle", "abstract"):
        text = getattr(session, name)
        data[f"{name}_de"], data[f"{name}_en"] = text.de, text.en
    if session.starts_at is not None and session.ends_at is not None:
        starts, ends = clock.in_zone(session.starts_at, event.zone), clock.in_zone(session.ends_at, event.zone)
        data |= {"day": starts.date(), "starts": starts.time(), "ends": ends.time()}
        data["room"] = session.room.public_id if session.room else ""
    return data


def _texts(event: Event, form: SessionForm) -> dict[str, Any]:
    return {
        "title": BilingualText(form.title_de.data or "", form.title_en.data or ""),
        "subtitle": BilingualText(form.subtitle_de.data or "", form.subtitle_en.data or ""),
        "abstract": BilingualText(form.abstract_de.data or "", form.abstract_en.data or ""),
        "kind": form.kind.data,
        "language": form.language.data or "",
        "capacity": form.capacity.data,
        "note": form.note.data or "",
        "track": queries.track_by_ref(event, form.track.data),
    }


def _time(event: Event, form: SessionForm) -> Time | None:
    """The instants of what was typed; an end before the beginning is that of the night after, within twelve hours."""
    if not form.day.data or form.starts.data is None or form.ends.data is None:
        return None
    starts = datetime.combine(form.day.data, form.starts.data)
    ends = datetime.combine(form.day.data, form.ends.data)
    if ends < starts and ends + timedelta(days=1) - starts < timedelta(hours=12):
        ends += timedelta(days=1)
    return Time(
        clock.from_zone(starts, event.zone),
        clock.from_zone(ends, event.zone),
        queries.room_by_ref(event, form.room.data),
    )


def _people(event: Event, form: SessionForm) -> list[Part]:
    """Who was typed: known by the row, by address, by a name that one participant has; else somebody new."""
    parts: dict[int, Part] = {}
    for row in form.people.data:
        if not row["name"]:
            continue
        participant = _participant(event, row)
        parts.setdefault(participant.id, Part(participant, row["role"], row["set_up"] or 0))
    return list(parts.values())


def _participant(event: Event, row: dict[str, Any]) -> Participant:
    known = queries.participant_by_ref(event, row["ref"]) if row["ref"] else None
    if known is not None and known.name == row["name"] and not row["email"]:
        return known
    given, _space, family = row["name"].rpartition(" ")
    if row["email"]:
        person = person_for(row["email"], given_name=given, family_name=family, locale=locale())
        return participant_for(event, person, given_name=given, family_name=family)
    found = queries.participants_named(event, row["name"])
    if len(found) > 1:
        raise SeveralPeople(name=row["name"])
    return found[0] if found else services.speaker(event, row["name"])
