"""The news about partnering profiles, and what the letters say when they leave."""

from ..events.mails import to_participant
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries
from .models import Delegate, OrganisationProfile


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
