"""Leads: a visitor lets an exhibitor have their contact details, at the stand, and takes them back whenever they like.

A lead holds no details of its own: they are the visitor's, read as long as the consent lasts.
"""

from .. import clock
from ..db import db
from ..delegates.models import OrganisationProfile
from ..delegates.queries import delegate_of
from ..events.models import Event, Participant
from . import locking, mails, queries, texts
from .errors import Colleague, NoSuchBadge, OwnBadge, Withdrawn
from .models import Lead


def visitor_with(profile: OrganisationProfile, by: Participant, text: str) -> Participant:
    """Whose badge was read for an exhibitor. Raises `NoSuchBadge`, `OwnBadge`, `Colleague`."""
    visitor = queries.holder_of(by.event, text)
    if visitor is None:
        raise NoSuchBadge
    if visitor.id == by.id:
        raise OwnBadge
    theirs = delegate_of(visitor)
    if theirs is not None and theirs.profile_id == profile.id:
        raise Colleague
    return visitor


def take(profile: OrganisationProfile, by: Participant, visitor: Participant, *, scan_id: str) -> Lead:
    """Keep what a visitor has just agreed to, and write them a letter about it.

    Sending a scan twice takes one lead; so do two colleagues who scan somebody at once, and whoever agreed before.
    """
    locking.hold(visitor)
    known = queries.lead_of_scan(by, scan_id) or queries.live_lead(profile, visitor)
    if known is not None:
        return known
    lead = Lead(
        event_id=profile.event_id,
        profile_id=profile.id,
        participant_id=visitor.id,
        taken_by_id=by.id,
        text_id=texts.lead_text(db.session.get_one(Event, profile.event_id), profile).id,
        scan_id=scan_id,
        agreed_at=clock.now(),
    )
    db.session.add(lead)
    db.session.flush()
    mails.lead_taken(lead)
    return lead


def describe(lead: Lead, note: str, rating: int) -> None:
    """Write down what the exhibitor wants to remember. Raises `Withdrawn`."""
    if lead.withdrawn_at is not None:
        raise Withdrawn
    lead.note, lead.rating = note, rating
    db.session.flush()


def withdraw(lead: Lead) -> None:
    """Take the details back, from this moment; the exhibitor's note about the visitor goes with them. Twice is once."""
    db.session.refresh(lead, with_for_update={"of": Lead})
    if lead.withdrawn_at is not None:
        return
    lead.withdrawn_at = clock.now()
    lead.note, lead.rating = "", 0
    db.session.flush()
