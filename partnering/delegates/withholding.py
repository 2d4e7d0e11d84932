"""Organisers take a profile out of the directory of their event, with a reason, and let it in again."""

from .. import audit, clock
from ..db import db
from ..events.models import Event
from ..text import clean_lines
from . import documents, mails
from .models import OrganisationProfile


def withhold(profile: OrganisationProfile, reason: str) -> None:
    """Let nobody find an organisation's people from now on, and write to who keeps the profile why.

    Meetings that were agreed stay. A second time changes the reason alone, and nobody is told again.
    """
    told = profile.withheld_at is not None
    profile.withheld_at = profile.withheld_at or clock.now()
    profile.withheld_reason = clean_lines(reason)
    db.session.flush()
    documents.write_for_profile(profile)
    event = db.session.get_one(Event, profile.event_id)
    audit.record("organisation.withheld", profile.organisation, event=event, after={"reason": profile.withheld_reason})
    if not told:
        mails.withheld(profile)


def admit(profile: OrganisationProfile) -> None:
    """Let a withheld organisation's people be found again, as far as they show themselves."""
    if profile.withheld_at is None:
        return
    profile.withheld_at, profile.withheld_reason = None, ""
    db.session.flush()
    documents.write_for_profile(profile)
    audit.record("organisation.admitted", profile.organisation, event=db.session.get_one(Event, profile.event_id))
