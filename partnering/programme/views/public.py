"""The programme for everybody: days, sessions, speakers, calendars; and choosing sessions for one's own schedule."""

from collections.abc import Sequence
from datetime import date, datetime

from flask import Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ... import clock, ical
from ...agenda.services import UID_DOMAIN
from ...db import transaction
from ...errors import require
from ...events.models import Event, Participant
from ...events.queries import participant_of
from ...events.routing import current_event, current_participant, participant, within_event
from ...guards import guarded
from ...headers import as_file, cacheable, single
from ...i18n import _, bi, locale
from ...mail import letters
from .. import grid, queries, services, words
from ..mails import description
from ..queries import Released
from .blueprints import pages, session_or_404

REFRESH_MINUTES = 60


def share() -> None:
    """Let everybody's copy be the same, unless the event is a draft."""
    if current_event().state != "draft":
        cacheable()


@pages.get("/programme")
def index() -> str:
    """One day of the programme, rooms side by side."""
    share()
    event = current_event()
    days = queries.by_day(queries.released(event, cancelled=True), event.zone)
    shown = _chosen_day(list(days))
    return render_template(
        "programme/index.html",
        days=list(days),
        shown=shown,
        grid=grid.of(days[shown]) if shown else None,
        kinds=words.KINDS,
        chosen=_chosen(),
    )


def _chosen_day(days: Sequence[date]) -> date | None:
    asked = single(request.args, "day")
    found = next((day for day in days if day.isoformat() == asked), None)
    if found is not None:
        return found
    today = clock.in_zone(clock.now(), current_event().zone).date()
    return today if today in days else next(iter(days), None)


def _me() -> Participant | None:
    person = g.get("person")
    found = participant_of(person, current_event()) if person is not None else None
    return found if found is not None and found.erased_at is None else None


def _chosen() -> frozenset[int]:
    me = _me()
    return queries.chosen_by(me) if me is not None else frozenset()


@pages.get("/programme/<public_id>")
def session(public_id: str) -> str:
    """One session: when, where, who, what about; participants can put it into their schedule."""
    found = session_or_404(public_id)
    require(found.appointment)
    share()
    me = _me()
    return render_template(
        "programme/session.html",
        session=found,
        at=found.appointment,
        kinds=words.KINDS,
        roles=words.ROLES,
        languages_spoken=words.LANGUAGES,
        me=me,
        marked=me is not None and queries.bookmark_of(found, me) is not None,
        speaks=me is not None and any(part.participant_id == me.id for part in found.people),
    )


@pages.post("/programme/<public_id>/choose")
@guarded(within_event(participant))
def choose(public_id: str) -> AnyResponse:
    """Put a session into my schedule."""
    try:
        with transaction():
            found = session_or_404(public_id)
            require(found.appointment)
            services.bookmark(found, current_participant())
    except services.IsCancelled as error:
        flash(str(error.message), "warn")
    else:
        flash(_("The session is in your schedule."), "ok")
    return redirect(url_for(".session", public_id=public_id))


@pages.post("/programme/<public_id>/drop")
@guarded(within_event(participant))
def drop(public_id: str) -> AnyResponse:
    """Take a session out of my schedule."""
    with transaction():
        services.forget(session_or_404(public_id), current_participant())
    flash(_("The session is no longer in your schedule."), "ok")
    return redirect(url_for(".session", public_id=public_id))


@pages.get("/speakers")
def speakers() -> str:
    """Everybody who speaks, by name."""
    share()
    return render_template("programme/speakers.html", speakers=queries.speakers(current_event()))


# -- calendars


@pages.get("/programme.ics")
def ics() -> Response:
    """All sessions, to subscribe to."""
    share()
    event = current_event()
    told = queries.still_told(event)
    return calendar_file(
        ical.calendar(
            [calendar_entry(event, each) for each in told],
            bi(event.name),
            max([last_change(each) for each in told], default=event.created_at),
            REFRESH_MINUTES,
        ),
        f"{event.slug}.ics",
    )


@pages.get("/event.ics")
def event_ics() -> Response:
    """The event itself as one entry."""
    share()
    event = current_event()
    entry = ical.Entry(
        uid=f"{event.public_id}@{UID_DOMAIN}",
        sequence=event.version - 1,  # rises with every change of the event
        starts_at=event.opens_at,
        ends_at=event.closes_at,
        zone=event.zone,
        summary=bi(event.name),
        description=bi(event.claim),
        location=event.place(locale()),
        url=letters.url("events.show", event_slug=event.slug),
        status="CANCELLED" if event.state == "cancelled" else "CONFIRMED",
        last_modified=event.created_at,
        all_day=event.first_day != event.last_day,
    )
    return calendar_file(ical.calendar([entry], bi(event.name), event.created_at), f"{event.slug}.ics")


def calendar_entry(event: Event, each: Released) -> ical.Entry:
    """A session as the public calendar holds it: nobody's entry, so it carries the appointment's UID."""
    appointment = each.session.appointment
    assert appointment is not None  # released
    return ical.Entry(
        uid=appointment.uid,
        sequence=appointment.sequence,
        starts_at=each.starts_at,
        ends_at=each.ends_at,
        zone=event.zone,
        summary=bi(each.session.title),
        description=description(each.session),
        location=", ".join(part for part in (bi(each.room.name) if each.room else "", bi(event.venue)) if part),
        url=letters.url("programme.session", event_slug=event.slug, public_id=each.session.public_id),
        status="CANCELLED" if each.session.cancelled_at is not None else "CONFIRMED",
        last_modified=last_change(each),
        categories=(bi(each.session.track.name),) if each.session.track else (),
    )


def last_change(each: Released) -> datetime:
    """When something that a calendar shows of a session changed last."""
    assert each.session.appointment is not None  # released
    return max(each.session.updated_at, each.session.appointment.changed_at)


def calendar_file(content: bytes, name: str) -> Response:
    """A calendar to open or to subscribe to."""
    return as_file(content, ical.MEDIA_TYPE, name, inline=True)
