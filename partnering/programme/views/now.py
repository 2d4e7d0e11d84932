"""Screens at the venue: what is on and what comes next, in all rooms or beside the door of one."""

from flask import render_template, request

from ... import clock
from ...errors import or_404
from ...events.routing import current_event
from ...headers import single
from ...memory import remembered
from .. import booking, listing, now, queries, words
from ..listing import Listed
from .blueprints import pages, share


@pages.get("/now")
@remembered(seconds=20)
def screen() -> str:
    """The screen in the foyer, or with `room` the sign at its door; it reloads itself."""
    share(20)
    event = current_event()
    programme = listing.of(event)
    asked = single(request.args, "room")
    room = or_404(next((each for each in programme.rooms if each.ref == asked), None)) if asked else None
    at = clock.now().replace(second=0, microsecond=0)
    shown = now.of(programme, at, room=room)
    first = next(iter([*shown.running, *shown.following]), None)
    return render_template(
        "programme/now.html",
        room=room,
        now=shown,
        first=first,
        left=_left(first) if room is not None and first is not None else None,
        soon=now.SOON,
        minutes=int((first.starts_at - at).total_seconds() // 60) if first is not None else None,
        kinds=words.KINDS,
    )


def _left(session: Listed) -> int | None:
    """How many places are free in it, where they are counted."""
    row = queries.shown(current_event(), session.public_id)
    places = booking.places_of(row) if row is not None else None
    return places.left if places is not None else None
