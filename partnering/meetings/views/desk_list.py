"""The organisers' desk: all requests and meetings, by state, time, origin and name, and as a file."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from ... import audit, clock
from ...db import transaction
from ...delegates import groups
from ...errors import or_404, require
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import as_file, words_in
from ...i18n import _, bi
from ...tables import CSV, pieces
from .. import desk_queries, permissions, queries, services, states
from ..desk_queries import Wanted
from ..errors import RequestNotOpen
from ..forms import CancelForm
from ..models import ORIGINS
from .desk_blueprint import desk, tabs, two_sides


@desk.get("/meetings")
def meetings() -> str:
    """All requests and meetings that are looked for, newest first."""
    event, wanted = current_event(), asked()
    forbidden = groups.forbidden(event.id)
    shown = desk_queries.page(event, wanted, before=argument("before"), after=argument("after"))
    return render_template(
        "meetings/desk_meetings.html",
        wanted=wanted,
        shown=shown,
        numbers=desk_queries.numbers(event, wanted),
        states=state_words(),
        origins=origin_words(),
        blocks=queries.blocks_of(event),
        days=desk_queries.days_of(event),
        rows=[
            {
                "meeting": each,
                "label": states.label(each),
                "flagged": each.is_open and (each.requester.group_id, each.invitee.group_id) in forbidden,
                **two_sides(each),
            }
            for each in shown.meetings
        ],
        cancellable=permissions.is_cancellable,
        here=here,
        tabs=tabs(),
    )


@desk.get("/meetings.csv")
def meetings_file() -> Response:
    """The same meetings as a file for spreadsheets, all pages at once."""
    wanted = asked()
    given = {name: str(value) for name, value in vars(wanted).items() if value}
    with transaction():
        event = fresh_event()
        audit.record("meetings.exported", event, event=event, after=given)
    event = current_event()
    content = stream_with_context(pieces(heads(), rows(event, wanted)))
    return as_file(content, CSV, f"{event.slug}-meetings.csv")


@desk.post("/meetings/<id>/cancel")
def cancel(id: str) -> AnyResponse:
    """Cancel a meeting for both sides, with a reason they read."""
    form = CancelForm()
    require(form.validate_on_submit())
    try:
        with transaction():
            meeting = or_404(queries.meeting_by_ref(current_event(), id))
            services.cancel(meeting, reason=form.reason.data or "", version=form.version.data)
    except RequestNotOpen as error:
        flash(str(error.message), "warn")
        return redirect(url_for(".meetings"))
    flash(_("The meeting is cancelled. Both sides are told."), "ok")
    return redirect(url_for(".meetings"))


def heads() -> list[str]:
    """The columns of the file."""
    return [
        _("Requester"),
        _("Organisation"),
        _("Invitee"),
        _("Organisation"),
        _("State"),
        _("Origin"),
        _("Asked on"),
        _("Answered on"),
        _("Begins"),
        _("Ends"),
        _("Table"),
    ]


def rows(event: Event, wanted: Wanted) -> Iterator[list[object]]:
    """The lines of the file; times on the event's clock, such as 2027-04-21 09:30."""
    origins = origin_words()
    for meeting in desk_queries.every_page(event, wanted):
        sides, held = two_sides(meeting), meeting.appointment if meeting.closed_at is None else None
        moments = (meeting.sent_at, meeting.answered_at, held and held.starts_at, held and held.ends_at)
        yield [
            *(word for side in ("requester", "invitee") for word in named(sides[side])),
            str(states.label(meeting).text),
            origins[meeting.origin],
            *(f"{clock.in_zone(moment, event.zone):%Y-%m-%d %H:%M}" if moment else "" for moment in moments),
            bi(held.location.name) if held and held.location else "",
        ]


def named(side: Any) -> tuple[str, str]:
    """Whoever leads a side, and their organisation."""
    return side.lead.participant.name or _("Former participant"), side.profile.organisation.name


def asked() -> Wanted:
    """What the address asks for; unknown words are left out."""
    return Wanted(
        state=argument("state", tuple(desk_queries.STATES)),
        words=argument("q"),
        block=argument("block"),
        day=wanted_day(argument("day")),
        origin=argument("origin", ORIGINS),
    )


def argument(name: str, known: tuple[str, ...] | None = None) -> str:
    """A word from the address, or empty when it is none of the `known` ones."""
    text = words_in(request.args, name)
    return text if known is None or text in known else ""


def wanted_day(text: str) -> date | None:
    """A day such as 2027-04-21, or None."""
    try:
        return date.fromisoformat(text) if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None


def here(endpoint: str = "meetings_desk.meetings", **changes: Any) -> str:
    """This list with something else asked for."""
    wanted = asked()
    values = {
        "state": wanted.state or None,
        "q": wanted.words or None,
        "block": wanted.block or None,
        "day": wanted.day.isoformat() if wanted.day else None,
        "origin": wanted.origin or None,
        **changes,
    }
    return url_for(endpoint, **values)


def state_words() -> dict[str, str]:
    """What can be looked for, in words."""
    own = {
        "open": _("Waiting for an answer"),
        "flagged": _("Open, and not allowed any more"),
        "contested": _("In conflict"),
    }
    return {code: own.get(code) or str(states.LABELS[code].text) for code in desk_queries.STATES}


def origin_words() -> dict[str, str]:
    """Where meetings come from."""
    return {
        "asked": _("Asked for"),
        "live": _("Asked for on the day"),
        "desk": _("Booked at the desk"),
        "plan": _("Planned"),
    }
