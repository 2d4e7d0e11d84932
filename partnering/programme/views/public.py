"""The programme for everybody: days, sessions, speakers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from flask import g, render_template, request, url_for

from ... import clock
from ...events.models import Participant
from ...events.queries import participant_of
from ...events.routing import current_event
from ...headers import single
from ...memory import remembered
from ...text import clean
from ...tickets import services as tickets
from .. import booking, choosing, files, grid, history, listing, now, photos, queries, searching, structured, words
from ..changes import lines
from ..listing import Programme
from ..searching import Wanted
from ..speaker_words import FILE_KINDS
from .blueprints import pages, share, shown_or_404
from .choosing import ticket_token

VIEWS = ("grid", "list", "now")
"""How the programme can be looked at."""

FILTERS = ("day", "track", "room")
"""What an address can narrow the programme to, besides words."""


@pages.get("/programme")
@remembered()
def index() -> str:
    """A day of the programme, rooms side by side or as a list; what is found by track, room and words; what is on now.

    Whatever the page shows is kept as plain values: filters and search ask the database nothing.
    """
    share()
    event = current_event()
    programme = listing.of(event)
    wanted, view = _wanted(programme), single(request.args, "view")
    view = view if view in VIEWS else "list" if wanted.narrowed else "grid"
    unknown = [name for name in FILTERS if single(request.args, name) and getattr(wanted, name) is None]
    everywhere = replace(wanted, day=None)
    if wanted.day is None and not wanted.narrowed:
        wanted = replace(wanted, day=_day_to_show(programme.days))
    found = searching.found(programme, wanted)
    return render_template(
        "programme/index.html",
        programme=programme,
        wanted=wanted,
        view=view,
        days=listing.by_day(found),
        count=len(found),
        counts=Counter(each.day for each in searching.found(programme, everywhere)),
        nearest=searching.nearest(programme, wanted) if not found else None,
        grid=grid.of(found) if view == "grid" and wanted.day is not None and found else None,
        now=now.of(programme, clock.now()) if view == "now" else None,
        unknown=unknown,
        address=_address,
        kinds=words.KINDS,
        parts=_parts(),
    )


def _wanted(programme: Programme) -> Wanted:
    """What the address asks for; what is not there cannot be shown alone."""
    asked = {name: single(request.args, name) for name in FILTERS}
    return Wanted(
        day=next((day for day in programme.days if day.isoformat() == asked["day"]), None),
        track=next((track for track in programme.tracks if track.ref == asked["track"]), None),
        room=next((room for room in programme.rooms if room.ref == asked["room"]), None),
        q=clean(single(request.args, "q") or "")[:100],
    )


def _address(wanted: Wanted, view: str | None = None, **other: Any) -> str:
    """The address of the programme with these filters, some of them `other`."""
    wanted = replace(wanted, **other)
    values: dict[str, Any] = {
        "day": wanted.day.isoformat() if wanted.day else None,
        "track": wanted.track.ref if wanted.track else None,
        "room": wanted.room.ref if wanted.room else None,
        "q": wanted.q or None,
        "view": view,
        "lang": single(request.args, "lang"),
    }
    return url_for("programme.index", **values)


def _day_to_show(days: Sequence[date]) -> date | None:
    today = clock.in_zone(clock.now(), current_event().zone).date()
    return today if today in days else next(iter(days), None)


def _me() -> Participant | None:
    person = g.get("person")
    found = participant_of(person, current_event()) if person is not None else None
    return found if found is not None and found.erased_at is None else None


def _parts() -> dict[int, str]:
    me = _me()
    return queries.parts_of(me) if me is not None else {}


@pages.get("/programme/<public_id>")
@remembered()
def session(public_id: str) -> str:
    """One session: when, where, who, what about; participants choose it, or book a place in it."""
    found = shown_or_404(public_id)
    share()
    me = _me()
    part = queries.part_in(found, me) if me is not None else ""
    event = current_event()
    told = history.of_session(found)
    places = booking.places_of(found)
    return render_template(
        "programme/session.html",
        session=found,
        at=found,
        kinds=words.KINDS,
        roles=words.ROLES,
        languages_spoken=words.LANGUAGES,
        me=me,
        part=part,
        places=places,
        on_sale=places is not None and tickets.is_on_sale(places.product),
        chance=booking.chance_of(me, places) if me is not None and places is not None else None,
        beside=choosing.beside(found, me) if me is not None and found.state == "live" else [],
        ticket_token=ticket_token,
        slides=files.public_files(found.session),
        file_kinds=FILE_KINDS,
        portraits=photos.public_photos(event),
        changed=[(release, lines(change, event.zone)) for release, change in told],
        structured=structured.of_session(event, found, told),
        over=found.ends_at <= clock.now(),
    )


@pages.get("/programme/changes")
@remembered()
def changes() -> str:
    """What each version of the programme has changed, old and new, the newest first."""
    share()
    event = current_event()
    return render_template(
        "programme/changes.html",
        versions=[
            (version, [(change, lines(change, event.zone)) for change in version.changes])
            for version in history.of_event(event)
        ],
    )
