"""A registration under way: which party this browser is filling in, and which step comes next.

The browser's cookie holds only the party's public id, signed. What was typed lies in `Party.draft`:
{"people": [{title, given_name, family_name, email, function}], "company": str, "add_ons": [[public ids], …],
"answers": {"buyer": {…}, "people": [{…}], "seen": [public ids]}, "choices": [[public ids], …], "sheet": public id,
"partnering": {…}, "billing": {…}, "consents": […]}. A colleague whose name is still open is an empty mapping.
"add_ons_left" stands for "add_ons" when one of them was called off: the step is open again with what is left.
"choices" are the add-ons that answers cost; "sheet" is where the buyer's sensitive answers lie, never here.
"""

import secrets
from typing import NamedTuple

from flask import current_app, flash, g, session, url_for
from werkzeug.routing import BuildError

from ..db import transaction, writing
from ..errors import DomainError
from ..events.models import Event
from ..events.routing import admit, enter_event
from ..i18n import _, _l
from ..questions.queries import QuestionShown, current_questions
from ..tickets.models import Product
from ..tickets.pools import identity
from . import facts, offers, orders, queries, waiting_queries
from .models import Party

STEPS = ("ticket", "people", "extras", "questions", "partnering", "check")

ENDPOINTS = {
    "ticket": "registration.ticket",
    "people": "registration.people",
    "extras": "registration.extras",
    "questions": "registration.questions",
    "partnering": "delegates.register_profile",
    "check": "registration.check",
}


class StepsMissing(DomainError):
    """A step was sent before those in front of it."""

    message = _l("This step is not open yet, or it is already done. Please begin with the ticket.")
    status = 409


class Step(NamedTuple):
    """A step of registering, as the page shows it."""

    key: str
    label: str
    url: str | None


def current_draft(event: Event) -> Party | None:
    """The party this browser is filling in at `event`, not yet placed; locked inside `transaction()`."""
    party = _begun(event)
    return party if party is not None and not is_sent(party) else None


def _begun(event: Event) -> Party | None:
    """What this browser began at `event`, sent or not; the event is read in the same question."""
    kept = session.get("drafts")
    if not kept:
        return None
    found: queries.UnderWay | None = g.pop("under_way", None) if writing() else None
    if found is None or found.party.event is not event:
        return queries.party_among(kept.values(), identity(event), locked=writing())
    g.setdefault("beside", {})[found.party.event_id] = found.beside
    g.units = {found.party.id: found.units}
    return found.party


def enter() -> Event:
    """`enter_event`, with what this browser began at the event read and locked in the same question.

    For a deed that asks for the draft next.
    """
    g.pop("under_way", None)
    kept = session.get("drafts")
    found = queries.under_way_at(g.event_slug, kept.values()) if kept else None
    if found is None:
        return enter_event()
    admit(found.party.event)
    g.under_way = found
    return found.party.event


def required_draft(event: Event, step: str) -> Party:
    """The same, once every step that has to be done before `step` is. Raises `StepsMissing`."""
    party = current_draft(event)
    if party is None or STEPS.index(first_required(party)) < STEPS.index(step):
        raise StepsMissing
    return party


def elsewhere(event: Event, step: str) -> str | None:
    """Where to send somebody who opens the page of `step` too early, or does not meet it: the first one to be done."""
    party = current_draft(event)
    if party is None:
        return begin_again()
    first = first_required(party)
    here = STEPS.index(first) >= STEPS.index(step) and applies(party, step)
    return None if here else step_url(first)


def begin_again() -> str:
    """The first step, for whoever has nothing under way any more or not yet: what they opened is explained there."""
    flash(str(StepsMissing.message), "info")
    return step_url("ticket")


def placed_party(event: Event) -> Party | None:
    """The party that this browser placed last at `event`."""
    public_id = session.get("placed", {}).get(event.public_id)
    party = queries.party_at(public_id) if public_id else None
    return party if party is not None and party.event_id == event.id and is_sent(party) else None


def is_sent(party: Party) -> bool:
    """Whether a party was placed, or sent in for approval."""
    return party.placed_at is not None or party.approval in ("waiting", "approved")


def others_first(event: Event) -> bool:
    """Offer what is available to those who wait, before this visitor holds anything; whether anybody waits.

    In a transaction of its own: what was offered stays offered when nothing is left for this visitor.
    """
    waited_for = waiting_queries.anybody(event.id)
    if waited_for:
        with transaction():
            offers.serve(event.id)
    return waited_for


def to_place(event: Event) -> Party:
    """The party that this browser's last click means: its draft once nothing is missing, or what it has just sent.

    Locked inside `transaction()`: of two clicks the second finds what the first has done, see `is_sent`. Raises
    `StepsMissing`.
    """
    party = _begun(event) or placed_party(event)
    if party is None:
        raise StepsMissing
    if not is_sent(party) and first_required(party) != "check":
        raise StepsMissing
    return party


def remember(event: Event, party_ref: str) -> None:
    """Let this browser fill in this party from now on."""
    session["drafts"] = {**session.get("drafts", {}), event.public_id: party_ref}


def remember_placed(event: Event, party_ref: str) -> None:
    """This browser has placed its party."""
    session["drafts"] = {key: ref for key, ref in session.get("drafts", {}).items() if key != event.public_id}
    session["placed"] = {**session.get("placed", {}), event.public_id: party_ref}


def visitor() -> str:
    """A random name for this browser, kept in its cookie: whose repeated submissions belong together."""
    if "visitor" not in session:
        session["visitor"] = secrets.token_hex(16)
    return str(session["visitor"])


def has_partnering(party: Party) -> bool:
    """Whether the party's ticket includes partnering, and this installation has that step."""
    return (
        party.product is not None and party.product.partnering and ENDPOINTS["partnering"] in current_app.view_functions
    )


def add_ons(party: Party) -> list[Product]:
    """What can be booked beside the party's ticket, for each of its places; asked once in a request."""
    if party.product is None or not _beside(party).add_ons:
        return []
    known: dict[int, list[Product]] = g.setdefault("add_ons_offered", {})
    if party.product.id not in known:
        known[party.product.id] = orders.offered_add_ons(party.product)
    return known[party.product.id]


def _beside(party: Party) -> queries.Beside:
    """Whether there are add-ons and questions at all; asked once in a request."""
    known: dict[int, queries.Beside] = g.setdefault("beside", {})
    if party.event_id not in known:
        known[party.event_id] = queries.beside(party.event_id)
    return known[party.event_id]


def places(party: Party) -> int:
    """How many people the party's tickets are for."""
    known: dict[int, int] = g.pop("units", {}) if writing() else {}  # what came with the party holds for the first look
    units = known[party.id] if party.id in known else queries.units_of(party)
    return units * (party.product.seats if party.product else 1)


def asked(party: Party) -> list[QuestionShown]:
    """The questions that the buyer is asked, about the order and about themself, given the answers so far."""
    if party.product is None or not _beside(party).questions:
        return []
    everything = current_questions(party.event)
    known = facts.facts_of(party.event, party.product, len(party.draft.get("people", [])), code=party.code)
    answers = party.draft.get("answers", {})
    buyer = [question for question in everything if question.asks == "buyer"]
    shown = facts.visible(buyer, known, answers.get("buyer", {}))
    known.update(facts.as_facts([q for q in buyer if q.public_id in shown], answers.get("buyer", {})))
    own = [question for question in everything if question.asks == "attendee"]
    shown += facts.visible(own, known, (answers.get("people") or [{}])[0])
    return [question for question in everything if question.public_id in shown]


def first_required(party: Party | None) -> str:
    """The first step that is not done and has to be, see `STEPS`: the profile may be filled in later.

    Questions that have come up since, through another ticket or an organiser's change, make theirs open again.
    """
    if party is None or party.product_id is None:
        return "ticket"
    if not party.draft.get("people"):
        return "people"
    if "add_ons" not in party.draft and add_ons(party):
        return "extras"
    seen = set(party.draft.get("answers", {}).get("seen", []))
    if any(question.public_id not in seen for question in asked(party)):
        return "questions"
    return "check"


def first_unfinished(party: Party | None) -> str:
    """The same, with the profile, unless this browser put it off."""
    first = first_required(party)
    if party is None or first != "check" or not has_partnering(party) or "partnering" in party.draft:
        return first
    return "check" if session.get("profile_later") == party.public_id else "partnering"


def put_profile_off(party: Party) -> None:
    """This browser has gone on to the last step without the profile; changes of other steps lead back there."""
    if has_partnering(party) and "partnering" not in party.draft:
        session["profile_later"] = party.public_id


def applies(party: Party | None, step: str) -> bool:
    """Whether a party meets a step at all."""
    if party is None:
        return step not in ("extras", "questions")
    if step == "extras":
        return bool(add_ons(party))
    if step == "questions":
        return bool(asked(party))
    return step != "partnering" or has_partnering(party)


def step_url(step: str) -> str:
    """The address of a step."""
    return url_for(ENDPOINTS[step])


def next_url(party: Party) -> str:
    """Where the first unfinished step is."""
    return step_url(first_unfinished(party))


def steps(party: Party | None) -> list[Step]:
    """The steps as the stepper shows them; those that can be opened carry their address."""
    labels = {
        "ticket": _("Ticket"),
        "people": _("People"),
        "extras": _("Extras"),
        "questions": _("Questions"),
        "partnering": _("Partnering"),
        "check": _("Check"),
    }
    reached = STEPS.index(first_required(party))
    shown = [step for step in STEPS if applies(party, step)]
    return [Step(step, labels[step], _address(step) if STEPS.index(step) <= reached else None) for step in shown]


def _address(step: str) -> str | None:
    try:
        return step_url(step)
    except BuildError:
        return None
