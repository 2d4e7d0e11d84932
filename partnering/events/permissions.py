"""Who may do what at an event. Asked afresh in every request; nothing is remembered beyond it."""

from flask import current_app, g

from ..accounts.models import Person
from .models import Event
from .queries import areas_of, organises_host


def may_organise(person: Person | None, event: Event) -> bool:
    """Organisers of the event or its host, and admins."""
    return person is not None and (person.is_admin or "organiser" in areas_of(person, event))


def may_answer_for_host(person: Person | None, event: Event) -> bool:
    """Who may say who the event's host is in law: its own organisers and admins, not those of one event alone."""
    return person is not None and (person.is_admin or organises_host(person, event.host_id))


def may_check_in(person: Person | None, event: Event) -> bool:
    """Crew and organisers."""
    return person is not None and (person.is_admin or bool({"crew", "organiser"} & areas_of(person, event)))


def may_cater(person: Person | None, event: Event) -> bool:
    """Those who see sensitive answers with names: catering alone. Organisers decide who that is."""
    return person is not None and "catering" in areas_of(person, event)


def may_count_meals(person: Person | None, event: Event) -> bool:
    """Those who see how often each sensitive answer was given: catering and organisers."""
    return may_organise(person, event) or may_cater(person, event)


def may_review(person: Person | None, event: Event) -> bool:
    """The committee that reads contributions; organisers and admins are not of it by being what they are."""
    return person is not None and "committee" in areas_of(person, event)


def may_see(person: Person | None, event: Event) -> bool:
    """Drafts are for their team only."""
    return (
        event.state != "draft" or may_check_in(person, event) or may_cater(person, event) or may_review(person, event)
    )


def has_second_factor() -> bool:
    """Whether this session was confirmed by a passkey or code. The sample set-up, on loopback only, does not ask."""
    session = g.get("user_session")
    return current_app.extensions["settings"].sample or (session is not None and session.second_factor_at is not None)
