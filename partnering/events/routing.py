"""Addresses within an event, and the guards in front of them.

`/e/<event_slug>/…` for visitors and participants, `/manage/<event_slug>/…` for organisers. `g.event` is set before
the guard is asked; an event that does not exist, or is not for this person, answers 404.
"""

from collections.abc import Callable
from typing import Any

from flask import current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from ..accounts.doors import signed_in as signed_in  # offered here beside the guards of events
from ..accounts.doors import to_sign_in
from ..accounts.models import Person
from ..errors import Forbidden, NotFound
from ..guards import Guard, GuardedBlueprint, public
from . import permissions, queries
from .models import Event, Participant


def event_blueprint(name: str, import_name: str, path: str = "", *, guard: Guard = public) -> GuardedBlueprint:
    """A blueprint at `/e/<event_slug>/path`."""
    return _within_event(GuardedBlueprint(name, import_name, guard=guard, url_prefix=_join("/e/<event_slug>", path)))


def manage_blueprint(name: str, import_name: str, path: str = "", *, guard: Guard | None = None) -> GuardedBlueprint:
    """A blueprint at `/manage/<event_slug>/path`, for organisers with a second factor."""
    return _within_event(
        GuardedBlueprint(name, import_name, guard=guard or organiser, url_prefix=_join("/manage/<event_slug>", path))
    )


def half_event_blueprint(name: str, import_name: str, *, guard: Guard) -> GuardedBlueprint:
    """A blueprint of whose pages only some lie within an event: each names its whole address.

    The guards of its other pages, named with `@guarded`, find no event.
    """
    return _within_event(GuardedBlueprint(name, import_name, guard=guard))


def _join(prefix: str, path: str) -> str:
    return f"{prefix}/{path}" if path else prefix


def _within_event(blueprint: GuardedBlueprint) -> GuardedBlueprint:
    @blueprint.url_value_preprocessor
    def find_event(endpoint: str | None, values: dict[str, Any] | None) -> None:
        g.event_slug = (values or {}).pop("event_slug", None)
        g.event = None

    @blueprint.url_defaults
    def keep_event(endpoint: str, values: dict[str, Any]) -> None:
        if (
            "event_slug" not in values
            and g.get("event") is not None
            and current_app.url_map.is_endpoint_expecting(endpoint, "event_slug")
        ):
            values["event_slug"] = g.event.slug

    blueprint.guard = _with_event(blueprint.guard)
    return blueprint


def _with_event(guard: Guard) -> Guard:
    def load_then_ask() -> Response | None:
        moved = load_event()
        return moved if moved is not None else guard()

    load_then_ask.__name__ = guard.__name__  # the matrix calls it by the inner guard's name
    return load_then_ask


def load_event() -> Response | None:
    """Set `g.event`, or redirect from a former slug. Raises `NotFound` for what this person may not see."""
    slug = g.get("event_slug") or ""
    event = queries.event_by_slug(slug)
    if event is None:
        event = queries.event_by_former_slug(slug)
        if event is None or not permissions.may_see(g.get("person"), event) or request.method not in ("GET", "HEAD"):
            raise NotFound
        values = {**(request.view_args or {}), "event_slug": event.slug, **request.args.to_dict()}
        return redirect(url_for(request.endpoint or "", **values), 308)
    admit(event)
    return None


def admit(event: Event) -> None:
    """Set `g.event` to what was read of it. Raises `NotFound` for what this person may not see.

    `g.let_into` is the id of an event that somebody without an account was let into.
    """
    if g.get("let_into") != event.id and not permissions.may_see(g.get("person"), event):
        raise NotFound
    g.event = event


def asked_in_deed() -> Response | None:
    """`public` within an event, where a view that is sent a form asks for the event itself, see `enter_event`."""
    return load_event() if request.method in ("GET", "HEAD") else None


def enter_event() -> Event:
    """The event of a form that was sent, read in the running transaction: once, and as new as what depends on it.

    For views behind `asked_in_deed`. Raises `NotFound` as their guard would.
    """
    load_event()
    return current_event()


def within_event(guard: Guard) -> Guard:
    """`guard` for a single view of an event blueprint, named with `@guarded(within_event(...))`."""
    return _with_event(guard)


homes: list[Callable[[Person, Event], str | None]] = []
"""Functions of rooms above that say where somebody belongs who takes no part in an event and has something there."""


def participant() -> Response | None:
    """People who take part in this event in any role; `g.participant` is set. Others are led home, if they have one."""
    if g.get("person") is None:
        return to_sign_in()
    g.participant = queries.participant_of(g.person, g.event)
    if g.participant is None or g.participant.erased_at is not None:
        home = next((url for url in (home_of(g.person, g.event) for home_of in homes) if url), None)
        if home is None or request.method not in ("GET", "HEAD"):
            raise NotFound
        return redirect(home)
    return None


def crew() -> Response | None:
    """Crew and organisers of this event."""
    if g.get("person") is None:
        return to_sign_in()
    if not permissions.may_check_in(g.person, g.event):
        raise NotFound
    return None


def organiser() -> Response | None:
    """Organisers of this event, after their second factor."""
    return _after_second_factor(permissions.may_organise)


def catering() -> Response | None:
    """Those who see with names who eats what, after their second factor."""
    return _after_second_factor(permissions.may_cater)


def meal_counting() -> Response | None:
    """Those who see how often which meal is wanted, after their second factor."""
    return _after_second_factor(permissions.may_count_meals)


def committee() -> Response | None:
    """Those who read contributions and give points, after their second factor."""
    return _after_second_factor(permissions.may_review)


def _after_second_factor(may: Callable[[Person | None, Event], bool]) -> Response | None:
    if g.get("person") is None:
        return to_sign_in()
    if not may(g.person, g.event):
        raise NotFound
    return to_second_factor()


def to_second_factor() -> Response | None:
    """None once this session has its second factor, else the way there."""
    if permissions.has_second_factor():
        return None
    if request.method not in ("GET", "HEAD"):
        raise Forbidden
    return redirect(url_for("accounts.second_factor", next=request.full_path.rstrip("?")))


def current_event() -> Event:
    """The event of this request."""
    event: Event = g.event
    return event


def current_participant() -> Participant:
    """The participant that the `participant` guard found."""
    found: Participant = g.participant
    return found


def current_person() -> Person:
    """The signed-in person."""
    person: Person = g.person
    return person
