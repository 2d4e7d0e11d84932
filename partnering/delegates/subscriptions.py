"""Which letters somebody wants beside those about their own booking, how often, and how they stop them.

"requests" are the letters that gather what waits for an answer and what became of it, "searches" those about new people
in saved searches. Both can be stopped by the address in each letter, without signing in (RFC 8058).
"""

import sqlalchemy as sa

from .. import audit, links
from ..db import db
from ..mail import suppressions
from . import mails, queries, saved
from .models import RHYTHMS, Delegate, SavedSearch

KINDS = ("requests", "searches")
NEVER = "never"
"""What is chosen instead of a rhythm to get no letters about requests."""


def wants(delegate: Delegate, kind: str) -> bool:
    """Whether a delegate gets letters of a kind."""
    if kind == "searches":
        return _with_letters(delegate) > 0
    return not suppressions.is_suppressed(_scope(delegate), _address(delegate))


def chosen(delegate: Delegate) -> str:
    """How often a delegate gets letters about requests: one of the rhythms, or `NEVER`."""
    return delegate.rhythm if wants(delegate, "requests") else NEVER


def choose(delegate: Delegate, rhythm: str, *, searches: bool | None = None) -> None:
    """Get letters about requests in a rhythm or `NEVER`, and letters about saved searches, all or none.

    Without `searches` those stay as they are.
    """
    before = {"rhythm": chosen(delegate), "searches": wants(delegate, "searches")}
    if rhythm in RHYTHMS:
        delegate.rhythm = rhythm
        suppressions.allow(_scope(delegate), _address(delegate))
    else:
        suppressions.suppress(_scope(delegate), _address(delegate))
    if searches is not None and searches != before["searches"]:
        for search in db.session.scalars(sa.select(SavedSearch).where(SavedSearch.delegate_id == delegate.id)):
            saved.set_letters(search, searches)
    db.session.flush()
    after = {"rhythm": rhythm, "searches": before["searches"] if searches is None else searches}
    if before != after:
        audit.record("delegate.letters_chosen", delegate, event=delegate.participant.event, before=before, after=after)


def stop(delegate: Delegate, kind: str) -> None:
    """Get no letters of a kind any more; stopping twice changes nothing."""
    if kind == "searches":
        choose(delegate, chosen(delegate), searches=False)
    else:
        choose(delegate, NEVER)


def has_searches(delegate: Delegate) -> bool:
    """Whether a delegate has saved a search, with letters or without."""
    return db.session.scalar(sa.select(sa.exists().where(SavedSearch.delegate_id == delegate.id))) or False


def reader_of(token: str) -> Delegate | None:
    """Whose letters this secret is about; None for what this house did not sign, or somebody erased."""
    parts = links.read(mails.LETTERS, token)
    delegate = queries.delegate_anywhere(parts[0]) if parts is not None else None
    return delegate if delegate is not None and delegate.participant.erased_at is None else None


def _with_letters(delegate: Delegate) -> int:
    asked = sa.select(sa.func.count()).where(SavedSearch.delegate_id == delegate.id, SavedSearch.letters)
    return db.session.scalar(asked) or 0


def _scope(delegate: Delegate) -> str:
    return f"requests:{delegate.public_id}"


def _address(delegate: Delegate) -> str:
    person = delegate.participant.person
    return person.email if person is not None else ""
