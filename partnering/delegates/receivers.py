"""What the profiles do when registrations begin and end."""

from collections.abc import Sequence
from typing import Any

from ..consents.signals import consent_withdrawn
from ..events.models import Participant
from ..events.signals import participant_erased, participant_renamed
from ..registration.models import Party, Registration
from ..registration.signals import (
    party_placed,
    registration_begun,
    registration_cancelled,
    registration_moved,
    registrations_entered,
)
from . import documents, erasing, queries, services, suggestions

ALONE: dict[str, Any] = {"visibility": "hidden", "languages": [], "matchmaking": False}
"""What the buyer says for nobody but themselves."""


@party_placed.connect
def profiles_for_party(party: Party, draft: dict[str, Any] | None = None, entered: bool = False, **news: Any) -> None:
    """Make a delegate of everybody on those of the party's places that include partnering.

    What was typed while registering was typed by the buyer: sentences and terms go into the organisation's profile,
    the choice to be found counts for the buyer alone. Colleagues stay hidden until they choose themselves. Whoever was
    `entered` by organisers has typed nothing, see `delegates_for_entered`.
    """
    if entered:
        return
    answers = services.drafted((draft or {}).get("partnering") or {})
    registrations = [
        place.registration for place in party.places if place.registration is not None and place.product.partnering
    ]
    for registration in registrations:
        own = registration is registrations[0]
        services.join(registration, **(answers if own else answers | ALONE))


@registration_begun.connect
def delegate_for_registration(registration: Registration, placing: bool = False, **news: Any) -> None:
    """Make a delegate where the ticket includes partnering, found by nobody yet: consents are never inherited.

    While a party is `placing`, `profiles_for_party` does it, with what was typed.
    """
    if registration.place.product.partnering and not placing:
        services.join(registration)


@consent_withdrawn.connect
def found_no_longer(participant: Participant, purpose: str = "", **news: Any) -> None:
    """Whoever takes back that they may be found is found by nobody from this moment."""
    delegate = queries.delegate_of(participant) if purpose == "directory" else None
    if delegate is not None:
        services.show(delegate, "hidden", channel="consents")


@consent_withdrawn.connect
def suggested_no_longer(participant: Participant, purpose: str = "", **news: Any) -> None:
    """Whoever no longer agrees to be suggested is in nobody's suggestions from this moment, and has none."""
    delegate = queries.delegate_of(participant) if purpose == suggestions.PURPOSE else None
    if delegate is not None:
        suggestions.forget(delegate)


@participant_erased.connect
def forgotten(participant: Participant, **news: Any) -> None:
    """Whoever is erased partners no longer, and nothing of what they wrote stays; earlier tickets are forgotten too."""
    for delegate in queries.all_of(participant):
        erasing.erase(delegate)


@participant_renamed.connect
def found_by_new_name(participant: Participant, **news: Any) -> None:
    """Whoever can be found is found by the name they have from now on."""
    documents.write_for_participant(participant)


@registrations_entered.connect
def delegates_for_entered(event_id: int, registrations: Sequence[Registration] = (), **news: Any) -> None:
    """The same for everybody whom organisers entered."""
    services.join_all([one for one in registrations if one.place.product.partnering])


@registration_moved.connect
def delegate_moves(registration: Registration, **news: Any) -> None:
    """Whoever got another ticket joins or leaves the partnering with it."""
    delegate = queries.delegate_for(registration)
    if registration.place.product.partnering:
        if delegate is None:
            services.join(registration)
        else:
            services.moved(delegate)
    elif delegate is not None:
        services.leave(delegate)


@registration_cancelled.connect
def delegate_leaves(registration: Registration, **news: Any) -> None:
    """The delegate leaves with the registration."""
    delegate = queries.delegate_for(registration)
    if delegate is not None:
        services.leave(delegate)
