"""Whom somebody wants nothing to do with: neither finds the other or can ask, and only the blocker knows why."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased, joinedload

from .. import clock
from ..db import db
from . import signals
from .errors import OwnOrganisation
from .models import BlockedPair, Delegate, OrganisationProfile


def block(me: Delegate, *, other: Delegate | None = None, profile: OrganisationProfile | None = None) -> None:
    """Hide one person, or everybody of one organisation, and myself from them; open requests between us end.

    Meetings that were agreed stay. Blocking twice is blocking once. Raises `OwnOrganisation`.
    """
    assert (other is None) != (profile is None), "either a person or an organisation"
    profile_id = other.profile_id if other is not None else profile.id if profile is not None else None
    if me.profile_id == profile_id:
        raise OwnOrganisation
    _hold(me, profile_id)
    insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    new = db.session.execute(
        insert(BlockedPair)
        .values(
            event_id=me.event_id,
            delegate_id=me.id,
            other_id=other.id if other is not None else None,
            other_profile_id=profile.id if profile is not None else None,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(BlockedPair.id)
    ).scalar_one_or_none()
    if new is not None:
        signals.somebody_blocked.send(me)


def unblock(pair: BlockedPair) -> None:
    """Take one blocking back; what ended by it stays ended."""
    db.session.delete(pair)
    db.session.flush()


def blocked_ids(me: Delegate) -> set[int]:
    """The ids of all delegates, gone or not, whom I have blocked or who have blocked me; one query."""
    return set(db.session.scalars(_blocked(me)))


def blocked_by(me: Delegate) -> Sequence[BlockedPair]:
    """Whom I have blocked, newest first."""
    return db.session.scalars(
        sa.select(BlockedPair)
        .where(BlockedPair.delegate_id == me.id)
        .options(
            joinedload(BlockedPair.other).joinedload(Delegate.participant),
            joinedload(BlockedPair.other).joinedload(Delegate.profile).joinedload(OrganisationProfile.organisation),
            joinedload(BlockedPair.other_profile).joinedload(OrganisationProfile.organisation),
        )
        .order_by(BlockedPair.id.desc())
    ).all()


def _hold(me: Delegate, profile_id: int | None) -> None:
    """Lock everybody of both organisations, by id: whoever sits in what ends by this is among them.

    Locked alone first, the blocker would wait crosswise with somebody of a lower id who just answers or withdraws.
    """
    db.session.execute(
        sa.select(Delegate.id)
        .where(Delegate.event_id == me.event_id, Delegate.profile_id.in_({me.profile_id, profile_id}))
        .order_by(Delegate.id)
        .with_for_update(key_share=True)
    ).all()


def _blocked(me: Delegate) -> sa.CompoundSelect[tuple[int]]:
    """Three short look-ups by index, not a walk over everybody."""
    mine = BlockedPair.delegate_id == me.id
    theirs = sa.or_(BlockedPair.other_id == me.id, BlockedPair.other_profile_id == me.profile_id)
    somebody = aliased(Delegate)
    return sa.union_all(
        sa.select(BlockedPair.other_id).where(mine, BlockedPair.other_id.is_not(None)),
        sa.select(BlockedPair.delegate_id).where(theirs),
        sa.select(somebody.id).join(BlockedPair, BlockedPair.other_profile_id == somebody.profile_id).where(mine),
    )
