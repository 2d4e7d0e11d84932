"""Pools of capacity, products that draw on them, price tiers, and claims."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import (
    BilingualText,
    InEvent,
    Model,
    PublicId,
    Versioned,
    in_event,
    one_of,
    to_many,
    to_one,
    whole_number,
    within_event,
)


class Pool(PublicId, InEvent, Versioned, Model):
    """Capacity that several products may share. `used` is counted by claims alone, in conditional updates.

    `over` is what an organiser's override allows beyond the capacity; `waiting` counts entries that wait for it.
    """

    name: Mapped[BilingualText]
    capacity: Mapped[int] = mapped_column(sa.Integer)
    used: Mapped[int] = mapped_column(sa.Integer, default=0)
    waiting: Mapped[int] = mapped_column(sa.Integer, default=0)
    over: Mapped[int] = mapped_column(sa.Integer, default=0)

    __table_args__ = in_event(
        sa.CheckConstraint("capacity >= 0", name="capacity_counts"),
        sa.CheckConstraint("used >= 0", name="used_counts"),
        sa.CheckConstraint("over >= 0", name="over_counts"),
        sa.CheckConstraint("waiting >= 0", name="waiting_counts"),
        sa.CheckConstraint("used <= capacity + over", name="never_oversold"),
        whole_number("capacity"),
        whole_number("used"),
        whole_number("over"),
    )


class Product(PublicId, InEvent, Versioned, Model):
    """A ticket type or add-on: texts, sale window, limits, VAT. `vat_rate` is in basis points (1900 = 19 %)."""

    kind: Mapped[str] = mapped_column(sa.String(10), default="ticket")
    name: Mapped[BilingualText]
    description: Mapped[BilingualText] = mapped_column(default=BilingualText())
    features: Mapped[BilingualText] = mapped_column(default=BilingualText())
    audience: Mapped[str] = mapped_column(sa.String(20), default="standard")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    on_sale_from: Mapped[datetime | None]
    on_sale_until: Mapped[datetime | None]
    seats: Mapped[int] = mapped_column(sa.Integer, default=1)
    most_per_order: Mapped[int] = mapped_column(sa.Integer, default=10)
    online: Mapped[bool] = mapped_column(default=False)
    partnering: Mapped[bool] = mapped_column(default=True)
    hidden: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    recommended: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str] = mapped_column(sa.String(20), default="attendee")
    vat_rate: Mapped[int] = mapped_column(sa.Integer, default=1900)
    currency: Mapped[str] = mapped_column(sa.String(3), default="EUR")
    appointment_id: Mapped[int | None]

    tiers: Mapped[list["PriceTier"]] = to_many("Product", "PriceTier", "product_id", order_by="PriceTier.until")
    draws: Mapped[list["ProductPool"]] = to_many("Product", "ProductPool", "product_id", order_by="ProductPool.pool_id")

    __table_args__ = in_event(
        within_event("appointment_id", "appointment"),
        one_of("kind", "ticket", "add_on"),
        one_of("role", "attendee", "exhibitor", "speaker", "crew", "press"),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 10000", name="vat_rate_range"),
        sa.CheckConstraint("seats BETWEEN 1 AND 20", name="seats_range"),
        sa.CheckConstraint("most_per_order BETWEEN 1 AND 100", name="most_per_order_range"),
    )


class ProductPool(InEvent, Model):
    """That one unit of a product draws `quantity` from a pool."""

    product_id: Mapped[int]
    pool_id: Mapped[int] = mapped_column(index=True)
    quantity: Mapped[int] = mapped_column(sa.Integer, default=1)

    product: Mapped[Product] = to_one("ProductPool", "Product", "product_id")
    pool: Mapped[Pool] = to_one("ProductPool", "Pool", "pool_id")

    __table_args__ = (
        sa.UniqueConstraint("product_id", "pool_id"),
        within_event("product_id", "product"),
        within_event("pool_id", "pool"),
        sa.CheckConstraint("quantity > 0", name="quantity_counts"),
        whole_number("quantity"),
    )


class PriceTier(InEvent, Model):
    """A gross price in cents, until a date (NULL: for good); the earliest tier that still holds applies."""

    product_id: Mapped[int]
    name: Mapped[BilingualText] = mapped_column(default=BilingualText())
    gross: Mapped[int]
    until: Mapped[datetime | None]

    product: Mapped[Product] = to_one("PriceTier", "Product", "product_id")

    __table_args__ = in_event(
        sa.Index("ix_price_tier_product", "product_id"),
        within_event("product_id", "product"),
        sa.CheckConstraint("gross >= 0", name="gross_counts"),
        whole_number("gross"),
    )


class Claim(PublicId, InEvent, Model):
    """One unit of a product taken from its pools. Its state alone decides capacity.

    held (until `until`) → confirmed → cancelled; held → expired or released. Held and confirmed count.
    """

    product_id: Mapped[int] = mapped_column(index=True)
    tier_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(sa.String(10))
    until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    product: Mapped[Product] = to_one("Claim", "Product", "product_id")
    tier: Mapped[PriceTier | None] = to_one("Claim", "PriceTier", "tier_id")
    draws: Mapped[list["ClaimDraw"]] = to_many("Claim", "ClaimDraw", "claim_id")

    __table_args__ = in_event(
        within_event("product_id", "product"),
        within_event("tier_id", "price_tier"),
        one_of("state", "held", "confirmed", "cancelled", "expired", "released"),
        sa.CheckConstraint("state <> 'held' OR until IS NOT NULL", name="hold_ends"),
        sa.Index(
            "ix_claim_held",
            "event_id",
            "until",
            sqlite_where=sa.text("state = 'held'"),
            postgresql_where=sa.text("state = 'held'"),
        ),
    )


class ClaimDraw(InEvent, Model):
    """What a claim takes from one pool, as it was when it was claimed."""

    claim_id: Mapped[int] = mapped_column(index=True)
    pool_id: Mapped[int] = mapped_column(index=True)
    quantity: Mapped[int] = mapped_column(sa.Integer)

    claim: Mapped[Claim] = to_one("ClaimDraw", "Claim", "claim_id")
    pool: Mapped[Pool] = to_one("ClaimDraw", "Pool", "pool_id")

    __table_args__ = (
        sa.UniqueConstraint("claim_id", "pool_id"),
        within_event("claim_id", "claim"),
        within_event("pool_id", "pool"),
        sa.CheckConstraint("quantity > 0", name="quantity_counts"),
        whole_number("quantity"),
    )
