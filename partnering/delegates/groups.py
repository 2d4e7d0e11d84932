"""Kinds of guests, and which of them may ask which for a meeting: what organisers do not forbid is allowed."""

from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from .. import audit
from ..db import BilingualText, db, table_of
from ..events.models import Event
from ..registration.models import Place, Registration
from ..rows import ask
from ..tickets.models import Product
from .models import Delegate, ForbiddenPair, OrganisationProfile, PartnerGroup, PartnerGroupProduct
from .words import is_term

Pair = tuple[int, int]
"""The ids of the group that asks and of the one that is asked."""


def groups_of(event_id: int) -> Sequence[PartnerGroup]:
    """An event's groups, first the one that counts before the others."""
    return db.session.scalars(
        sa.select(PartnerGroup)
        .where(PartnerGroup.event_id == event_id)
        .order_by(PartnerGroup.position, PartnerGroup.id)
    ).all()


def group_by_ref(event: Event, public_id: str) -> PartnerGroup | None:
    """The event's group of this public id."""
    return next((group for group in groups_of(event.id) if group.public_id == public_id), None)


def products_in(event_id: int) -> dict[int, set[int]]:
    """The ids of the tickets whose holders belong to a group, by the group's id."""
    found: dict[int, set[int]] = {}
    for group_id, product_id in db.session.execute(
        sa.select(PartnerGroupProduct.group_id, PartnerGroupProduct.product_id).where(
            PartnerGroupProduct.event_id == event_id
        )
    ):
        found.setdefault(group_id, set()).add(product_id)
    return found


def members(event_id: int) -> dict[int, int]:
    """How many who take part are in each group, by its id."""
    rows = db.session.execute(
        sa.select(Delegate.group_id, sa.func.count())
        .where(Delegate.event_id == event_id, Delegate.left_at.is_(None), Delegate.group_id.is_not(None))
        .group_by(Delegate.group_id)
    )
    return {group_id: number for group_id, number in rows if group_id is not None}


# -- who may ask whom


def may_ask(asker: Delegate, asked: Delegate) -> bool:
    """Whether the matrix lets members of the one's group ask members of the other's."""
    if asker.group_id is None or asked.group_id is None:
        return True
    forbidden_pair = sa.exists().where(
        ForbiddenPair.asker_id == asker.group_id, ForbiddenPair.asked_id == asked.group_id
    )
    return not db.session.scalar(sa.select(forbidden_pair))


def forbidden(event_id: int) -> set[Pair]:
    """All pairs of groups of which the first may not ask the second."""
    return {
        (asker, asked)
        for asker, asked in db.session.execute(
            sa.select(ForbiddenPair.asker_id, ForbiddenPair.asked_id).where(ForbiddenPair.event_id == event_id)
        )
    }


def set_matrix(event: Event, pairs: Iterable[Pair]) -> None:
    """Forbid exactly these pairs from now on. Requests that are open stay, and can be answered.

    Pairs of groups that the event does not have are left out.
    """
    known = {group.id: group for group in groups_of(event.id)}
    wanted = {pair for pair in pairs if set(pair) <= known.keys()}
    held = forbidden(event.id)
    if wanted == held:
        return
    for asker, asked in held - wanted:
        db.session.execute(
            sa.delete(ForbiddenPair).where(ForbiddenPair.asker_id == asker, ForbiddenPair.asked_id == asked)
        )
    db.session.add_all(
        ForbiddenPair(event_id=event.id, asker_id=asker, asked_id=asked) for asker, asked in sorted(wanted - held)
    )
    db.session.flush()
    names = {group_id: group.public_id for group_id, group in known.items()}
    audit.record(
        "partner_group.matrix_set",
        event,
        event=event,
        before={"forbidden": sorted(f"{names[one]} {names[two]}" for one, two in held)},
        after={"forbidden": sorted(f"{names[one]} {names[two]}" for one, two in wanted)},
    )


# -- groups and who is in them


def keep(
    event: Event,
    group: PartnerGroup | None,
    *,
    name: BilingualText,
    organisation_types: Iterable[str] = (),
    products: Collection[Product] = (),
) -> PartnerGroup:
    """Make a group, or change one. A ticket belongs to one group at most: here it leaves the other."""
    new = group is None
    if group is None:
        last = max((one.position for one in groups_of(event.id)), default=-1)
        group = PartnerGroup(event_id=event.id, position=last + 1)
    group.name = name
    group.organisation_types = sorted({kind for kind in organisation_types if is_term("organisation_type", kind)})
    db.session.add(group)
    db.session.flush()
    ids = {product.id for product in products if product.event_id == event.id}
    db.session.execute(
        sa.delete(PartnerGroupProduct).where(
            PartnerGroupProduct.event_id == event.id,
            sa.or_(PartnerGroupProduct.group_id == group.id, PartnerGroupProduct.product_id.in_(ids)),
        )
    )
    db.session.add_all(
        PartnerGroupProduct(event_id=event.id, group_id=group.id, product_id=product_id) for product_id in sorted(ids)
    )
    db.session.flush()
    assign_all(event.id)
    action = "partner_group.added" if new else "partner_group.changed"
    audit.record(action, group, event=event, after={"name_de": name.de, "name_en": name.en})
    return group


def remove(event: Event, group: PartnerGroup) -> None:
    """Take a group away; its members fall to the next that holds them, and what it was forbidden is forgotten."""
    audit.record(
        "partner_group.removed", group, event=event, before={"name_de": group.name.de, "name_en": group.name.en}
    )
    table = table_of(Delegate)
    db.session.execute(sa.update(table).where(table.c.group_id == group.id).values(group_id=None))
    db.session.execute(
        sa.delete(ForbiddenPair).where(sa.or_(ForbiddenPair.asker_id == group.id, ForbiddenPair.asked_id == group.id))
    )
    db.session.execute(sa.delete(PartnerGroupProduct).where(PartnerGroupProduct.group_id == group.id))
    db.session.delete(group)
    db.session.flush()
    assign_all(event.id)


def group_for(event_id: int, product_id: int, organisation_type: str) -> int | None:
    """The id of the first group that holds whoever has this ticket, or whose organisation is of this type."""
    rows = ask(_GROUPS, {"event": event_id, "product": product_id})
    holds = (row.id for row in rows if row.product_id is not None or organisation_type in row.organisation_types)
    return next(holds, None)


_GROUPS = (
    sa.select(PartnerGroup.id, PartnerGroup.organisation_types, PartnerGroupProduct.product_id)
    .join(
        PartnerGroupProduct,
        sa.and_(
            PartnerGroupProduct.group_id == PartnerGroup.id, PartnerGroupProduct.product_id == sa.bindparam("product")
        ),
        isouter=True,
    )
    .where(PartnerGroup.event_id == sa.bindparam("event"))
    .order_by(PartnerGroup.position, PartnerGroup.id)
)


def assign(delegate: Delegate) -> None:
    """Put a delegate into the group that holds them now."""
    product_id = delegate.registration.place.product_id
    wanted = group_for(delegate.event_id, product_id, delegate.profile.organisation_type)
    if wanted != delegate.group_id:
        delegate.group_id = wanted
        db.session.flush()


def assign_all(event_id: int, *, profile: OrganisationProfile | None = None) -> None:
    """The same for everybody at an event, or of one profile; in as many statements as there are groups."""
    groups = groups_of(event_id)
    products = products_in(event_id)
    people = (
        sa.select(Delegate.id, Delegate.group_id, Place.product_id, OrganisationProfile.organisation_type)
        .join(Registration, Registration.id == Delegate.registration_id)
        .join(Place, Place.id == Registration.place_id)
        .join(OrganisationProfile, OrganisationProfile.id == Delegate.profile_id)
        .where(Delegate.event_id == event_id)
    )
    if profile is not None:
        people = people.where(Delegate.profile_id == profile.id)
    moving: dict[int | None, list[int]] = {}
    for delegate_id, held, product_id, kind in db.session.execute(people).all() if groups else ():
        holds = (one.id for one in groups if product_id in products.get(one.id, ()) or kind in one.organisation_types)
        wanted = next(holds, None)
        if wanted != held:
            moving.setdefault(wanted, []).append(delegate_id)
    table = table_of(Delegate)
    for wanted, ids in moving.items():
        for start in range(0, len(ids), 500):
            chosen = table.c.id.in_(ids[start : start + 500])
            db.session.execute(sa.update(table).where(chosen).values(group_id=wanted))
    for known in db.session.identity_map.values():
        if isinstance(known, Delegate) and known.event_id == event_id:
            db.session.expire(known, ["group_id"])
