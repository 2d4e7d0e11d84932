"""What partnering forgets of somebody who is erased; their organisation's profile belongs to their colleagues."""

import sqlalchemy as sa

from ..consents import services as consents
from ..db import db
from . import documents, services, signals
from .models import (
    BlockedPair,
    Delegate,
    DelegateTerm,
    DismissedReason,
    Opportunity,
    SavedPerson,
    SavedSearch,
    Suggestion,
)

PAIRS = (SavedPerson, Suggestion, DismissedReason, BlockedPair)
"""Rows of somebody about another person, and of others about them."""


def erase(delegate: Delegate) -> None:
    """Take somebody out of partnering for good: what they wrote goes, and their requests and meetings end with letters.

    A colleague may still take over what was agreed. What others remember of them, such as a saved person, goes too.
    """
    signals.delegate_erased.send(delegate)
    services.leave(delegate)
    for purpose in ("directory", "matchmaking", "contact"):
        consents.withdraw(delegate.participant, purpose)
    for model in PAIRS:
        db.session.execute(
            sa.delete(model).where(sa.or_(model.delegate_id == delegate.id, model.other_id == delegate.id))
        )
    for owned in (DelegateTerm, SavedSearch):
        db.session.execute(sa.delete(owned).where(owned.delegate_id == delegate.id))
    db.session.execute(sa.update(Opportunity).where(Opportunity.contact_id == delegate.id).values(contact_id=None))
    delegate.seeks = delegate.phone = delegate.video_url = delegate.zone = delegate.languages = ""
    delegate.arrives_at = delegate.departs_at = None
    db.session.flush()
    db.session.expire_all()
    documents.write(delegate)
