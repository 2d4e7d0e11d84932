"""What the profiles do when registrations begin and end."""

from typing import Any

from ..registration.models import Party, Registration
from ..registration.signals import party_placed, registration_begun, registration_cancelled
from . import queries, services


@party_placed.connect
def profiles_for_party(party: Party, draft: dict[str, Any] | None = None, **news: Any) -> None:
    """Make a delegate of everybody on those of the party's places that include partnering.

    What was typed while registering was typed by the buyer: sentences and terms go into the organisation's profile,
    the choice to be found counts for the buyer alone. Colleagues stay hidden until they choose themselves.
    """
    answers = services.drafted((draft or {}).get("partnering") or {})
    registrations = [
        place.registration for place in party.places if place.registration is not None and place.product.partnering
    ]
    for registration in registrations:
        own = registration is registrations[0]
        known = queries.delegate_for(registration)
        if known is None:
            mine = answers if own else answers | {"visibility": "hidden", "languages": []}
            services.join(registration, **mine)
        elif own:
            services.fill(known.profile, **{k: v for k, v in answers.items() if k not in ("visibility", "languages")})
            services.introduce(known, languages=answers["languages"] or known.languages.split(","))
            services.show(known, answers["visibility"], channel="registration")


@registration_begun.connect
def delegate_for_registration(registration: Registration, **news: Any) -> None:
    """Make a delegate where the ticket includes partnering, found by nobody yet: consents are never inherited."""
    if registration.place.product.partnering:
        services.join(registration)


@registration_cancelled.connect
def delegate_leaves(registration: Registration, **news: Any) -> None:
    """The delegate leaves with the registration."""
    delegate = queries.delegate_for(registration)
    if delegate is not None:
        services.leave(delegate)
