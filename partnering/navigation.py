"""What stands in the navigation of each kind of page. Entries whose room is not there are left out."""

from collections.abc import Callable
from typing import Any

from flask import Flask, current_app, g, request, url_for
from werkzeug.routing import BuildError

from .i18n import LazyText, _l

PUBLIC: tuple[tuple[str, LazyText], ...] = (
    ("programme.index", _l("Programme")),
    ("programme.speakers", _l("Speakers")),
    ("events.venue", _l("Getting there")),
)

PARTICIPANT: tuple[tuple[str, LazyText, str], ...] = (
    ("schedule.today", _l("Today"), "today"),
    ("delegates.directory", _l("Partners"), "partners"),
    ("meetings.inbox", _l("Meetings"), "meetings"),
    ("schedule.agenda", _l("Schedule"), "schedule"),
    ("delegates.profile", _l("Profile"), "profile"),
    ("leads.index", _l("At the stand"), "leads"),
)

CREW: tuple[tuple[str, LazyText], ...] = (
    ("checkin.scan", _l("Scan")),
    ("checkin.search", _l("Search")),
    ("checkin.log", _l("Log")),
)

DESK: tuple[tuple[str, LazyText, LazyText | None], ...] = (
    ("backoffice.overview", _l("Overview"), None),
    ("backoffice.people", _l("People"), _l("Guests")),
    ("backoffice.tickets", _l("Tickets"), None),
    ("backoffice.waiting", _l("Waiting list"), None),
    ("backoffice.approvals", _l("Approvals"), None),
    ("invoices_desk.index", _l("Invoices"), None),
    ("backoffice.forms", _l("Form"), None),
    ("backoffice.catering", _l("Catering"), None),
    ("checkin_desk.live", _l("Check-in"), None),
    ("badges.index", _l("Badges"), None),
    ("contacts_desk.index", _l("Contacts"), None),
    ("meetings_desk.meetings", _l("Meetings"), _l("Partnering")),
    ("meetings_desk.tables", _l("Tables"), None),
    ("delegates_profiles.index", _l("Profiles"), None),
    ("delegates_desk.index", _l("Groups"), None),
    ("programme_desk.index", _l("Programme"), _l("Programme and letters")),
    ("programme_speakers.index", _l("Speakers"), None),
    ("contributions_desk.index", _l("Contributions"), None),
    ("backoffice.outbox", _l("Letters"), None),
    ("events_desk.settings", _l("Settings"), _l("Event")),
    ("events_desk.team", _l("Team"), None),
    ("backoffice.changes_log", _l("Log"), None),
)


def address(endpoint: str) -> str | None:
    """The address of an endpoint in this event, or None where this installation has no such page."""
    try:
        return url_for(endpoint)
    except BuildError:
        return None


BELOW = {
    "meetings.request_meeting": "delegates.directory",
    "delegates.saved": "delegates.directory",
    "delegates.opportunities": "delegates.profile",
    "delegates.add_opportunity": "delegates.profile",
    "delegates.edit_opportunity": "delegates.profile",
    "delegates.organisation": "delegates.profile",
    "delegates.privacy": "delegates.profile",
    "delegates.notifications": "delegates.profile",
    "meetings.availability": "meetings.inbox",
    "meetings.scan": "meetings.inbox",
    "contacts.index": "meetings.inbox",
    "contacts.scan": "meetings.inbox",
    "contacts.read": "meetings.inbox",
    "backoffice.bookings_list": "backoffice.people",
    "backoffice.booking": "backoffice.people",
    "events_desk.clone": "events_desk.settings",
    "programme.talks": "schedule.agenda",
    "programme.talk": "schedule.agenda",
    "programme.availability": "schedule.agenda",
    "programme_speakers.session_files": "programme_speakers.index",
    "programme_release.release": "programme_desk.index",
    "programme_release.index": "programme_desk.index",
    "programme_release.version": "programme_desk.index",
    "programme_release.letters": "programme_desk.index",
    "programme_release.letter": "programme_desk.index",
    "schedule_desk.index": "meetings_desk.meetings",
    "schedule_desk.progress": "meetings_desk.meetings",
}
"""Pages that belong to another room's entry."""

ROOMS = {"checkin_desk": "checkin_desk.live"}
"""Rooms all of whose pages belong to one entry."""


def is_current(endpoint: str) -> bool:
    """Whether this request is for the entry's page or one below it."""
    asked = request.endpoint or ""
    if endpoint in (asked, BELOW.get(asked), ROOMS.get(asked.partition(".")[0])):
        return True
    own = (address(endpoint) or "/").partition("?")[0]
    same_room = asked.partition(".")[0] == endpoint.partition(".")[0]
    is_root = own.endswith("/")  # everything lies below it
    return not is_root and same_room and request.path.startswith(f"{own}/")


def public_items() -> list[tuple[str, str, str | None, bool]]:
    """(endpoint, label, address, current) for an event's public pages and those of whoever has a part in it."""
    if g.get("event") is None:
        return []
    own = current_app.extensions.get("own_entries", list)()
    seasonal = [
        (endpoint, label) for shown in current_app.extensions.get("seasonal", ()) for endpoint, label in shown()
    ]
    entries = [*own, *((endpoint, str(label)) for endpoint, label in PUBLIC), *seasonal]
    return [(endpoint, label, address(endpoint), is_current(endpoint)) for endpoint, label in entries]


def own_items() -> list[dict[str, Any]]:
    """The entries of a participant's pages: five, or those that are for them; exhibitors have a sixth."""
    counts = current_app.extensions.get("navigation_counts", {})
    may = current_app.extensions.get("navigation_for", {})
    return [
        {
            "label": str(label),
            "url": address(endpoint),
            "current": is_current(endpoint),
            "icon": icon,
            "count": counts[endpoint]() if endpoint in counts else 0,
        }
        for endpoint, label, icon in PARTICIPANT
        if endpoint not in may or may[endpoint]()
    ]


def crew_items() -> list[dict[str, Any]]:
    """The entries at the door."""
    return [
        {"label": str(label), "url": address(endpoint), "current": is_current(endpoint)} for endpoint, label in CREW
    ]


def desk_items() -> list[dict[str, Any]]:
    """The entries of the organisers' desk, in groups."""
    return [
        {
            "label": str(label),
            "url": address(endpoint),
            "current": is_current(endpoint),
            "group": str(group) if group else None,
            "count": 0,
        }
        for endpoint, label, group in DESK
    ]


def count_beside(app: Flask, endpoint: str, count: Any) -> None:
    """Show what `count()` answers beside a participant's entry; rooms call this when they open."""
    app.extensions.setdefault("navigation_counts", {})[endpoint] = count


def only_for(app: Flask, may: Callable[[], bool], *endpoints: str) -> None:
    """Show these entries to participants of whom `may()` holds, and to nobody else; rooms call this when they open."""
    app.extensions.setdefault("navigation_for", {}).update(dict.fromkeys(endpoints, may))


def in_season(app: Flask, shown: Callable[[], list[tuple[str, str]]]) -> None:
    """Show entries of public pages, (endpoint, label), as long as `shown` answers them; rooms call this on opening."""
    app.extensions.setdefault("seasonal", []).append(shown)


def install(app: Flask) -> None:
    """Give templates `navigation` and `nav_items`, made only when a layout asks."""

    @app.context_processor
    def offer() -> dict[str, Any]:
        if g.get("event") is None:
            return {}
        path = request.path
        if path.startswith("/manage/"):
            return {"nav_items": _Lazy(desk_items)}
        if "/door" in path:
            return {"nav_items": _Lazy(crew_items)}
        if "/me" in path:
            return {"nav_items": _Lazy(own_items)}
        return {"navigation": _Lazy(public_items)}


class _Lazy:
    """A list that is made when a template walks it."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __iter__(self) -> Any:
        return iter(self._make())

    def __bool__(self) -> bool:
        return True
