"""People and searches that somebody wants to come back to, and who is new in a search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import joinedload

from .. import clock
from ..db import db, table_of
from ..errors import DomainError
from ..events.models import Event
from ..i18n import _l
from ..text import clean
from . import directory, mails, queries
from .directory import LISTS, Card, Wish
from .models import Delegate, OrganisationProfile, SavedPerson, SavedSearch

MOST_PEOPLE = 500
MOST_SEARCHES = 20
LETTER_EVERY = timedelta(days=1)
"""No more than one letter about new people in this time."""


class TooManySaved(DomainError):
    """More people are saved than anybody looks through."""

    message = _l("You have saved as many people as fit here. Please remove some first.")


class TooManySearches(DomainError):
    """More searches are saved than anybody reads about."""

    message = _l("You have saved 20 searches. Please delete one first.")


@dataclass(frozen=True)
class Search:
    """A saved search with how many it finds, and who among them is new since it was last looked at."""

    saved: SavedSearch
    wish: Wish
    number: int
    new: int


def keep_person(me: Delegate, other: Delegate) -> None:
    """Save somebody else; saving twice changes nothing. Raises `TooManySaved`."""
    if other.id == me.id:
        return
    held = db.session.scalar(sa.select(sa.func.count()).where(SavedPerson.delegate_id == me.id)) or 0
    if held >= MOST_PEOPLE:
        raise TooManySaved
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"event_id": me.event_id, "delegate_id": me.id, "other_id": other.id, "saved_at": clock.now()}
    db.session.execute(insert(table_of(SavedPerson)).values(row).on_conflict_do_nothing())


def forget_person(me: Delegate, other: Delegate) -> None:
    """Save somebody no longer."""
    db.session.execute(sa.delete(SavedPerson).where(SavedPerson.delegate_id == me.id, SavedPerson.other_id == other.id))


def people(me: Delegate) -> list[Card]:
    """Whom I have saved and can still find, the newest first."""
    saved = db.session.scalars(
        sa.select(SavedPerson.other_id)
        .where(SavedPerson.delegate_id == me.id)
        .order_by(SavedPerson.saved_at.desc(), SavedPerson.id.desc())
    ).all()
    look = directory.Look(me)
    seen = set(look.index.by_name(look.everybody & look.index.of_delegates(saved)))
    return directory.cards(look, [one for one in saved if one in seen])


def keep_search(me: Delegate, name: str, wish: Wish) -> SavedSearch:
    """Save a search, with a letter when somebody new fits. Raises `TooManySearches`."""
    db.session.execute(sa.select(Delegate.id).where(Delegate.id == me.id).with_for_update())
    held = db.session.scalar(sa.select(sa.func.count()).where(SavedSearch.delegate_id == me.id)) or 0
    if held >= MOST_SEARCHES:
        raise TooManySearches
    now = clock.now()
    search = SavedSearch(
        event_id=me.event_id,
        delegate_id=me.id,
        name=clean(name),
        wish=wish.but(page=1).arguments(),
        looked_at=now,
        created_at=now,
    )
    db.session.add(search)
    db.session.flush()
    return search


def drop_search(search: SavedSearch) -> None:
    """Delete a saved search."""
    db.session.delete(search)
    db.session.flush()


def set_letters(search: SavedSearch, letters: bool) -> None:
    """Let letters come about a search, or not. Whoever became visible meanwhile is not told afterwards."""
    if letters and not search.letters:
        search.looked_at = clock.now()
    search.letters = letters
    db.session.flush()


def searches(me: Delegate) -> list[Search]:
    """What I have saved, in order of name, with numbers."""
    look = directory.Look(me)
    saved = db.session.scalars(
        sa.select(SavedSearch).where(SavedSearch.delegate_id == me.id).order_by(SavedSearch.name, SavedSearch.id)
    )
    return [_counted(look, one) for one in saved]


def search_by_ref(me: Delegate, public_id: str) -> SavedSearch | None:
    """My saved search of this public id."""
    if not queries.is_ref(public_id):
        return None
    return db.session.scalars(
        sa.select(SavedSearch).where(SavedSearch.delegate_id == me.id, SavedSearch.public_id == public_id)
    ).one_or_none()


def due(now: datetime) -> Sequence[int]:
    """Delegates with a search about which a letter may leave again, at events that are not over."""
    return db.session.scalars(
        sa.select(SavedSearch.delegate_id)
        .join(Delegate, Delegate.id == SavedSearch.delegate_id)
        .join(Event, Event.id == Delegate.event_id)
        .where(
            SavedSearch.letters,
            SavedSearch.looked_at <= now - LETTER_EVERY,
            Delegate.left_at.is_(None),
            Event.closes_at > now,
            Event.state == "published",
        )
        .distinct()
        .order_by(SavedSearch.delegate_id)
    ).all()


def tell(delegate_id: int) -> bool:
    """Write one letter about everybody who is new in somebody's searches; False where nobody is."""
    me = db.session.scalars(
        sa.select(Delegate)
        .where(Delegate.id == delegate_id)
        .options(
            joinedload(Delegate.participant), joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation)
        )
        .with_for_update(of=Delegate)
    ).one()
    now = clock.now()
    told = [one for one in searches(me) if one.saved.letters]
    if all(one.saved.looked_at > now - LETTER_EVERY for one in told):
        return False
    new = {one.saved.public_id: one.new for one in told if one.new}
    for one in told:
        one.saved.looked_at = now
    db.session.flush()
    if new:
        mails.new_partners(me, new)
    return bool(new)


def wish_of(search: SavedSearch) -> Wish:
    """What a saved search looks for."""
    said = search.wish
    lists: dict[str, Any] = {name: tuple(said.get(name, ())) for name in LISTS}
    return Wish(words=said.get("q", ""), free=bool(said.get("free")), sort=said.get("sort", "reasons"), **lists)


def _counted(look: directory.Look, search: SavedSearch) -> Search:
    wish = wish_of(search)
    found = look.found(wish)
    new = (found & look.index.visible_after(search.looked_at)).bit_count()
    return Search(search, wish, found.bit_count(), new)
