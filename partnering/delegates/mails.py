"""The news about partnering profiles, and what the letters say when they leave."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from .. import clock, links
from ..db import db
from ..events.mails import to_participant
from ..mail import letters
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from . import queries
from .models import Delegate, OrganisationProfile, SavedSearch

LETTERS = "letters"
"""What the secret is for with which somebody chooses their letters."""


def letters_address(delegate: Delegate, kind: str | None = None) -> str:
    """The secret address at which a delegate chooses their letters, or stops one kind of them with one click."""
    token = links.token(LETTERS, delegate.public_id)
    if kind is None:
        return letters.url("subscriptions.show", token=token)
    return letters.url("subscriptions.stop", token=token, kind=kind)


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


def _to_keeper(kind: str, profile: OrganisationProfile, asked_at: datetime) -> None:
    """One letter about each time that an entry was asked for."""
    keeper = queries.keeper_of(profile)
    if keeper is not None:
        to_participant(
            f"delegates.{kind}",
            keeper.participant,
            key=f"{kind}:{profile.organisation.public_id}:{asked_at.isoformat()}",
            payload={"delegate": keeper.public_id},
        )


def published(profile: OrganisationProfile, asked_at: datetime) -> None:
    """The host has approved an organisation's entry in the public directory: to who keeps its profile."""
    _to_keeper("published", profile, asked_at)


@letters.kind("delegates.published")
def render_published(letter: OutboxLetter) -> Letter | None:
    """Where the entry stands and where it is changed or taken out; nothing if it was taken out by now."""
    delegate = queries.delegate_anywhere(letter.payload["delegate"])
    organisation = delegate.profile.organisation if delegate is not None else None
    if delegate is None or organisation is None or organisation.public_at is None:
        return None
    event = delegate.participant.event
    return letters.compose(
        "delegates/mail/published",
        event=event,
        participant=delegate.participant,
        organisation=organisation,
        entry_url=letters.url("organisations.show", id=organisation.public_id),
        change_url=letters.url("delegates.organisation", event_slug=event.slug),
    )


def refused(profile: OrganisationProfile, asked_at: datetime) -> None:
    """The host does not show an organisation's entry in the public directory: to who keeps its profile."""
    _to_keeper("refused", profile, asked_at)


@letters.kind("delegates.refused")
def render_refused(letter: OutboxLetter) -> Letter | None:
    """Why the entry is not shown, and where one asks again; nothing if they have asked again or left by now."""
    delegate = queries.delegate_anywhere(letter.payload["delegate"])
    if delegate is None or delegate.left_at is not None or not delegate.profile.organisation.public_refusal:
        return None
    event, organisation = delegate.participant.event, delegate.profile.organisation
    return letters.compose(
        "delegates/mail/refused",
        event=event,
        participant=delegate.participant,
        organisation=organisation,
        reason=organisation.public_refusal,
        change_url=letters.url("delegates.organisation", event_slug=event.slug),
    )


def withheld(profile: OrganisationProfile) -> None:
    """Organisers have taken a profile out of the directory: to who keeps it."""
    keeper, since = queries.keeper_of(profile), profile.withheld_at
    if keeper is not None and since is not None:
        to_participant(
            "delegates.withheld",
            keeper.participant,
            key=f"withheld:{profile.public_id}:{since.isoformat()}",
            payload={"delegate": keeper.public_id},
        )


@letters.kind("delegates.withheld")
def render_withheld(letter: OutboxLetter) -> Letter | None:
    """That nobody finds the organisation, why, and where to mend the profile; nothing if it was let in again."""
    delegate = queries.delegate_anywhere(letter.payload["delegate"])
    if delegate is None or delegate.left_at is not None or delegate.profile.withheld_at is None:
        return None
    event = delegate.participant.event
    return letters.compose(
        "delegates/mail/withheld",
        event=event,
        participant=delegate.participant,
        organisation=delegate.profile.organisation,
        reason=delegate.profile.withheld_reason,
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
    composed = letters.compose(
        "delegates/mail/new_partners",
        event=event,
        participant=delegate.participant,
        searches=[(search.name, new[search.public_id]) for search in saved],
        number=sum(new[search.public_id] for search in saved),
        saved_url=letters.url("delegates.saved", event_slug=event.slug),
        settings_url=letters_address(delegate),
    )
    return composed.with_(unsubscribe_url=letters_address(delegate, "searches"))
