"""Calendars for everybody: the programme, each track, speaker and session, and the event itself.

Calendars ask again and again, mostly in vain: what this process holds and still holds true is answered before anything
else is asked of the database.
"""

from typing import Any

from flask import Response, g, request
from werkzeug.wrappers import Response as AnyResponse

from ... import ical
from ...agenda.services import UID_DOMAIN
from ...errors import or_404
from ...events.routing import current_event, load_event
from ...guards import guarded
from ...headers import as_file, cacheable
from ...i18n import bi, locale
from ...mail import letters
from ...memory import Moment, keep_part, moment, part_of
from .. import feeds, queries
from ..feeds import Feed
from .blueprints import pages, share


def known_or_public() -> AnyResponse | None:
    """`public` within an event, which need not be read while its feed is known to be as it was."""
    key, at = _key(), moment(feeds.PROGRAMME)
    g.feed = part_of(key, at)
    if g.feed is not None:
        return None
    g.feed_kept_at = at
    return load_event()


def _key() -> tuple[Any, ...]:
    return ("feed", request.path, locale())


@pages.get("/programme.ics")
@guarded(known_or_public)
def ics() -> Response:
    """All sessions, to subscribe to."""
    feed: Feed | None = g.feed
    if feed is not None:
        cacheable()
        return subscription(feed)
    share()
    event, at = current_event(), g.feed_kept_at
    feed = feeds.programme(event)
    if event.state != "draft":
        assert isinstance(at, Moment)  # the guard asked
        keep_part(_key(), at, feed)
    return subscription(feed)


@pages.get("/programme/tracks/<public_id>.ics")
def track_ics(public_id: str) -> Response:
    """The sessions of a track, to subscribe to."""
    share()
    event = current_event()
    track = or_404(queries.track_by_ref(event, public_id))
    return subscription(feeds.of_track(event, track))


@pages.get("/speakers/<public_id>.ics")
def speaker_ics(public_id: str) -> Response:
    """The public sessions of somebody who speaks, to subscribe to."""
    share()
    event = current_event()
    return subscription(or_404(feeds.of_speaker(event, public_id)))


@pages.get("/programme/<public_id>.ics")
def session_ics(public_id: str) -> Response:
    """One session, for one's own calendar."""
    share()
    event = current_event()
    return subscription(or_404(feeds.of_session(event, public_id)))


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


def subscription(feed: Feed) -> Response:
    """A calendar under its own ETag: whoever holds it already is told no more than that."""
    if request.if_none_match.contains_weak(feed.etag):
        response = Response(status=304)
    else:
        response = calendar_file(feed.content, feed.name)
    response.set_etag(feed.etag)
    return response


def calendar_file(content: bytes, name: str) -> Response:
    """A calendar to open or to subscribe to."""
    return as_file(content, ical.MEDIA_TYPE, name, inline=True)
