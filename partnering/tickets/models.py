"""Pools of capacity, products that draw on them, price tiers, codes, member lists, and claims."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..agenda.models import Appointment
from ..db import (
    BilingualText,
    InEvent,
    Model,
    PublicId,
    Versioned,
    in_event,
    one_of,
    only_where,
    to_many,
    to_one,
    whole_number,
    within_event,
)
from ..events.models import Host

COUNTING = ("held", "offered", "blocked", "pending", "confirmed")
"""States of a claim that take capacity."""


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
    """A ticket type or add-on: texts, sale window, limits, VAT. `vat_rate` is in basis points (1900 = 19 %).

    An add-on with an appointment is a workshop: whoever books it is taken at that time. `days` are the ISO days a
    ticket admits to (none: all of them). With `needs_approval` an organiser decides first; `pending_counts` says
    whether whoever waits for that takes a place meanwhile. `keeps_price`: who ordered in time and pays late still pays
    the price of the day they ordered. `bundled` says that its price contains `parts` that are taxed by themselves.
    """

    kind: Mapped[str] = mapped_column(sa.String(10), default="ticket")
    name: Mapped[BilingualText]
    description: Mapped[BilingualText] = mapped_column(default=BilingualText())
    features: Mapped[BilingualText] = mapped_column(default=BilingualText())
    audience: Mapped[str] = mapped_column(sa.String(20), default="standard")
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
    on_sale_from: Mapped[datetime | None]
    on_sale_until: Mapped[datetime | None]
    seats: Mapped[int] = mapped_column(sa.Integer, default=1)
    fewest_per_order: Mapped[int] = mapped_column(sa.Integer, default=1)
    most_per_order: Mapped[int] = mapped_column(sa.Integer, default=10)
    online: Mapped[bool] = mapped_column(default=False)
    partnering: Mapped[bool] = mapped_column(default=True)
    hidden: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)
    needs_approval: Mapped[bool] = mapped_column(default=False)
    pending_counts: Mapped[bool] = mapped_column(default=True)
    waiting_list: Mapped[bool] = mapped_column(default=True)
    keeps_price: Mapped[bool] = mapped_column(default=True)
    days: Mapped[list[str]] = mapped_column(default=list)
    recommended: Mapped[bool] = mapped_column(default=False)
    role: Mapped[str] = mapped_column(sa.String(20), default="attendee")
    vat_rate: Mapped[int] = mapped_column(sa.Integer, default=1900)
    currency: Mapped[str] = mapped_column(sa.String(3), default="EUR")
    bundled: Mapped[bool] = mapped_column(default=False)
    appointment_id: Mapped[int | None]

    appointment: Mapped[Appointment | None] = to_one("Product", "Appointment", "appointment_id")
    tiers: Mapped[list["PriceTier"]] = to_many("Product", "PriceTier", "product_id", order_by="PriceTier.until")
    draws: Mapped[list["ProductPool"]] = to_many("Product", "ProductPool", "product_id", order_by="ProductPool.pool_id")
    offered_with: Mapped[list["ProductAddOn"]] = to_many("Product", "ProductAddOn", "add_on_id")
    parts: Mapped[list["ProductPart"]] = to_many("Product", "ProductPart", "product_id", order_by="ProductPart.id")

    __table_args__ = in_event(
        within_event("appointment_id", "appointment"),
        one_of("kind", "ticket", "add_on"),
        one_of("role", "attendee", "exhibitor", "speaker", "crew", "press"),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 10000", name="vat_rate_range"),
        sa.CheckConstraint("kind = 'ticket' OR bundled = false", name="tickets_bundle"),
        sa.CheckConstraint("seats BETWEEN 1 AND 20", name="seats_range"),
        sa.CheckConstraint("most_per_order BETWEEN 1 AND 100", name="most_per_order_range"),
        sa.CheckConstraint("fewest_per_order BETWEEN 1 AND most_per_order", name="fewest_per_order_range"),
    )


class ProductPart(InEvent, Model):
    """What a ticket's price contains and is taxed by itself: recordings online, meals at a rate of their own.

    `share` is its part of the price in basis points, `vat_rate` its rate at home. The ticket itself keeps the rest, so
    all shares of a ticket stay below the whole. A part takes no place of its own: the ticket draws for it.
    """

    product_id: Mapped[int] = mapped_column(index=True)
    name: Mapped[BilingualText]
    share: Mapped[int] = mapped_column(sa.Integer)
    vat_rate: Mapped[int] = mapped_column(sa.Integer)
    online: Mapped[bool] = mapped_column(default=False)

    product: Mapped[Product] = to_one("ProductPart", "Product", "product_id")

    __table_args__ = in_event(
        within_event("product_id", "product"),
        sa.CheckConstraint("share BETWEEN 1 AND 9999", name="share_range"),
        sa.CheckConstraint("vat_rate BETWEEN 0 AND 10000", name="vat_rate_range"),
        whole_number("share"),
    )


class ProductAddOn(InEvent, Model):
    """That an add-on is offered with a ticket; an add-on without such rows is offered with every ticket."""

    product_id: Mapped[int]
    add_on_id: Mapped[int] = mapped_column(index=True)

    product: Mapped[Product] = to_one("ProductAddOn", "Product", "product_id")
    add_on: Mapped[Product] = to_one("ProductAddOn", "Product", "add_on_id")

    __table_args__ = (
        sa.UniqueConstraint("product_id", "add_on_id"),
        within_event("product_id", "product"),
        within_event("add_on_id", "product"),
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
    """A gross price in cents, until a date (NULL: for good); the earliest tier that still holds applies.

    A tier with an `audience` holds for those alone whose code speaks for it, and then comes before all others.
    """

    product_id: Mapped[int]
    name: Mapped[BilingualText] = mapped_column(default=BilingualText())
    gross: Mapped[int]
    until: Mapped[datetime | None]
    audience: Mapped[str] = mapped_column(sa.String(20), default="")

    product: Mapped[Product] = to_one("PriceTier", "Product", "product_id")

    __table_args__ = in_event(
        sa.Index("ix_price_tier_product", "product_id"),
        within_event("product_id", "product"),
        sa.CheckConstraint("gross >= 0", name="gross_counts"),
        whole_number("gross"),
    )


class Claim(PublicId, InEvent, Model):
    """One unit of a product taken from its pools. Its state alone decides capacity.

    held (until `until`) → confirmed → cancelled; held → expired or released. offered: held for whoever waited, until
    `until`, then expired or declined. blocked: kept for a voucher. pending: waits for approval. `COUNTING` says which
    count.
    """

    product_id: Mapped[int] = mapped_column(index=True)
    tier_id: Mapped[int | None]
    code_id: Mapped[int | None]
    state: Mapped[str] = mapped_column(sa.String(10))
    until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    product: Mapped[Product] = to_one("Claim", "Product", "product_id")
    tier: Mapped[PriceTier | None] = to_one("Claim", "PriceTier", "tier_id")
    code: Mapped["Code | None"] = to_one("Claim", "Code", "code_id")
    draws: Mapped[list["ClaimDraw"]] = to_many("Claim", "ClaimDraw", "claim_id")

    __table_args__ = in_event(
        within_event("product_id", "product"),
        within_event("tier_id", "price_tier"),
        within_event("code_id", "code"),
        one_of("state", *COUNTING, "cancelled", "expired", "released", "declined"),
        sa.CheckConstraint("state NOT IN ('held', 'offered') OR until IS NOT NULL", name="hold_ends"),
        sa.CheckConstraint("state <> 'blocked' OR code_id IS NOT NULL", name="block_has_code"),
        sa.Index("ix_claim_held", "event_id", "until", **only_where("state IN ('held', 'offered')")),
        sa.Index("ix_claim_code", "code_id", "state", **only_where("code_id IS NOT NULL")),
    )


class ClaimDraw(InEvent, Model):
    """What a claim takes from one pool, as it was when it was claimed."""

    claim_id: Mapped[int]
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


class MemberList(PublicId, Versioned, Model):
    """A host's list of members, by address or by domain, that codes of any of its events may ask for."""

    host_id: Mapped[int] = mapped_column(sa.ForeignKey("host.id"))
    name: Mapped[str]

    host: Mapped[Host] = to_one("MemberList", "Host", "host_id")
    entries: Mapped[list["MemberEntry"]] = to_many("MemberList", "MemberEntry", "list_id", order_by="MemberEntry.value")

    __table_args__ = (sa.UniqueConstraint("host_id", "name"),)


class MemberEntry(Model):
    """One member: a whole address ("jana@lumenfold.example") or a domain ("lumenfold.example"), in canonical form."""

    list_id: Mapped[int] = mapped_column(sa.ForeignKey("member_list.id"))
    value: Mapped[str] = mapped_column(sa.String(254))

    __table_args__ = (sa.UniqueConstraint("list_id", "value"),)


class Code(PublicId, InEvent, Versioned, Model):
    """What a buyer types to pay less, to see a hidden ticket, to be a member, or to use places kept for them.

    `folded` is what is compared, `text` what organisers wrote. `uses` counts the units that claims with this code take,
    in conditional updates; `uses_max` NULL: any number. `discount` "percent" is in basis points of the price,
    "amount" in cents off, "price" in cents instead. `audience` lets price tiers of that audience hold. With
    `member_list_id` the code works for addresses on that list alone. `opens_hidden` shows the hidden tickets among its
    products. A voucher has `blocked` places kept in claims of state "blocked".
    """

    text: Mapped[str] = mapped_column(sa.String(40))
    folded: Mapped[str] = mapped_column(sa.String(40))
    kind: Mapped[str] = mapped_column(sa.String(10))
    note: Mapped[str] = mapped_column(default="")
    discount: Mapped[str] = mapped_column(sa.String(10), default="none")
    value: Mapped[int] = mapped_column(default=0)
    audience: Mapped[str] = mapped_column(sa.String(20), default="")
    opens_hidden: Mapped[bool] = mapped_column(default=False)
    member_list_id: Mapped[int | None] = mapped_column(sa.ForeignKey("member_list.id"), index=True)
    uses: Mapped[int] = mapped_column(sa.Integer, default=0)
    uses_max: Mapped[int | None] = mapped_column(sa.Integer)
    blocked: Mapped[int] = mapped_column(sa.Integer, default=0)
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    member_list: Mapped[MemberList | None] = to_one("Code", "MemberList", "member_list_id")
    products: Mapped[list["CodeProduct"]] = to_many("Code", "CodeProduct", "code_id", order_by="CodeProduct.product_id")

    __table_args__ = in_event(
        sa.UniqueConstraint("event_id", "folded"),
        one_of("kind", "discount", "access", "member", "voucher"),
        one_of("discount", "none", "percent", "amount", "price"),
        sa.CheckConstraint("uses >= 0", name="uses_counts"),
        sa.CheckConstraint("uses_max IS NULL OR uses <= uses_max", name="never_overused"),
        sa.CheckConstraint("value >= 0 AND (discount <> 'percent' OR value <= 10000)", name="value_range"),
        sa.CheckConstraint("blocked >= 0", name="blocked_counts"),
        whole_number("uses"),
        whole_number("value"),
    )


class CodeProduct(InEvent, Model):
    """That a code works for a product; a code without such rows works for all that are not hidden."""

    code_id: Mapped[int]
    product_id: Mapped[int] = mapped_column(index=True)

    product: Mapped[Product] = to_one("CodeProduct", "Product", "product_id")

    __table_args__ = (
        sa.UniqueConstraint("code_id", "product_id"),
        within_event("code_id", "code"),
        within_event("product_id", "product"),
    )
