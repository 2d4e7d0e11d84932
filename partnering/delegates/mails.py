"""The news about partnering profiles, and what the letters say when they leave."""

from collections.abc import Mapping

import sqlalchemy as sa

from .. import clock
from ..db import db
from ..events.mails import to_participant
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries
from .models import Delegate, OrganisationProfile, SavedSearch


def handed_over(profile: OrganisationProfile, delegate: Delegate) -> None:
    """A delegate keeps their organisation's profile from now on."""
    participant = delegate.participant
    to_participant(
        "delegates.handed_over",
        participant,
        key=f"profile:{profile.public_id}:{profile.version}:to:{participant.public_id}",
        payload={"delegate": delegate.public_id},
    )


@letters.kind("delegates.handed_over")
def render_handed_over(letter: OutboxLetter) -> Letter | None:
    """Who asks, for which organisation, and where to edit; nothing if somebody else keeps it by now."""
    delegate = queries.delegate_anywhere(letter.payload["delegate"])
    if delegate is None or delegate.left_at is not None or delegate.profile.lead_id != delegate.participant_id:
        return None
    event, party = delegate.participant.event, delegate.registration.place.party
    return letters.compose(
        "delegates/mail/handed_over",
        event=event,
        participant=delegate.participant,
        organisation=delegate.profile.organisation,
        buyer=party.contact_name if party.contact_person_id != delegate.participant.person_id else "",
        profile_url=letters.url("delegates.profile", event_slug=event.slug),
    )


def new_partners(delegate: Delegate, new: Mapping[str, int]) -> None:
    """So many people are new in each of these saved searches, by public id."""
    participant = delegate.participant
    to_participant(
        "delegates.new_partners",
        participant,
        key=f"new-partners:{clock.now().isoformat()}:to:{participant.public_id}",
        payload={"delegate": delegate.public_id, "new": dict(new)},
    )


@letters.kind("delegates.new_partners")
def render_new_partners(letter: OutboxLetter) -> Letter | None:
    """Each search with how many are new; nothing once its letters were switched off or the owner has left."""
    delegate = queries.delegate_anywhere(letter.payload["delegate"])
    new: dict[str, int] = letter.payload["new"]
    if delegate is None or delegate.left_at is not None:
        return None
    saved = db.session.scalars(
        sa.select(SavedSearch)
        .where(SavedSearch.delegate_id == delegate.id, SavedSearch.public_id.in_(new), SavedSearch.letters)
        .order_by(SavedSearch.name, SavedSearch.id)
    ).all()
    if not saved:
        return None
    event = delegate.participant.event
    return letters.compose(
        "delegates/mail/new_partners",
        event=event,
        participant=delegate.participant,
        searches=[(search.name, new[search.public_id]) for search in saved],
        number=sum(new[search.public_id] for search in saved),
        saved_url=letters.url("delegates.saved", event_slug=event.slug),
    )
