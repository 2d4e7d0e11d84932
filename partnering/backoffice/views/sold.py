"""Between the forms of what is sold and its services: typed answers to columns, and back."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from ... import clock
from ...db import BilingualText
from ...errors import or_404, require
from ...events.models import Event
from ...events.routing import current_event
from ...i18n import days_between
from ...programme.queries import rooms_of
from ...tickets import queries as ticket_queries
from ...tickets.models import Pool, PriceTier, Product
from .. import sales, selling, typed
from ..bundling import Part, parts_of
from ..selling import Links, Tier, Time
from ..selling_forms import AddOnForm, ProductForm, Sold

PLAIN = ("active", "hidden", "waiting_list")
OF_TICKETS = ("audience", "role", "partnering", "recommended", "needs_approval", "pending_counts", "keeps_price")
NUMBERS = ("seats", "fewest_per_order", "most_per_order")

NEW = {
    "online": "site",
    "active": True,
    "waiting_list": True,
    "partnering": True,
    "pending_counts": True,
    "keeps_price": True,
    "vat": "19",
    "seats": "1",
    "fewest_per_order": "1",
    "most_per_order": "10",
    "prices": [{"key": "", "gross": "", "until": None, "audience": "", "name_de": "", "name_en": ""}],
}
"""What a new ticket or add-on is, unless somebody says otherwise."""


def text(form: Any, name: str) -> BilingualText:
    """A pair of fields as one text."""
    return BilingualText(form.data[f"{name}_de"] or "", form.data[f"{name}_en"] or "")


def product_or_404(public_id: str, kind: str | None = None) -> Product:
    """A product of this event, of this kind if one is named."""
    product = or_404(ticket_queries.product_at(current_event(), public_id))
    require(kind in (None, product.kind))
    return product


# -- typed answers


def values(form: Sold, event: Event) -> dict[str, Any]:
    """The form's answers as columns."""
    data = form.data
    found: dict[str, Any] = {name: text(form, name) for name in ("name", "description")}
    found |= {name: data[name] for name in PLAIN}
    found |= {"vat_rate": typed.basis_points(data["vat"]), "online": data["online"] == "online"}
    for name in ("on_sale_from", "on_sale_until"):
        found[name] = clock.from_zone(data[name], event.zone) if data[name] else None
    if isinstance(form, ProductForm):
        everyday = days_of(event)
        chosen = [day.isoformat() for day in everyday if day.isoformat() in (data["days"] or ())]
        found |= {name: data[name] for name in OF_TICKETS}
        found |= {name: typed.whole(data[name]) for name in NUMBERS}
        found |= {"features": text(form, "features"), "days": [] if len(chosen) == len(everyday) else chosen}
    else:
        found |= {"kind": "add_on", "most_per_order": typed.whole(data["most_per_order"]), "partnering": False}
    return found


def tiers(form: Sold, event: Event, product: Product | None) -> list[Tier]:
    """The form's prices. One whose last day was left as it is keeps its exact end."""
    known = selling.tiers_of(product) if product is not None else []
    return [_tier(entry.form.data, event, known) for entry in form.prices]


def _tier(data: dict[str, Any], event: Event, known: Sequence[PriceTier]) -> Tier:
    key = typed.whole(data["key"], 0, len(known) - 1) if known else None
    until = _end_of(data["until"], event) if data["until"] else None
    if key is not None:
        exact = known[key].until
        if exact is not None and data["until"] == last_day(exact, event):
            until = exact
    name = BilingualText(data["name_de"] or "", data["name_en"] or "")
    return Tier(key, typed.cents(data["gross"]) or 0, until, data["audience"] or "", name)


def draws(form: Any, pools: Sequence[Pool]) -> dict[int, int]:
    """How many places one unit takes from each pool, by its id; a pool made meanwhile gives none."""
    drawn = {pool.id: typed.whole(form.data.get(f"draw_{pool.public_id}")) or 0 for pool in pools}
    return {pool_id: quantity for pool_id, quantity in drawn.items() if quantity}


def links(form: Any, event: Event, pools: Sequence[Pool]) -> Links:
    """The form's pools, what the product is offered with, and what its price contains."""
    field, kind = (form.add_ons, "add_on") if isinstance(form, ProductForm) else (form.offered, "ticket")
    chosen = set(field.data or ())
    others = [other for other in sales.products_of(event, kind) if other.public_id in chosen]
    contained = parts(form) if isinstance(form, ProductForm) else None
    return Links(draws(form, pools), others if field.choices else None, contained)


def parts(form: ProductForm) -> list[Part]:
    """What the form says that the price contains and is taxed by itself."""
    return [
        Part(
            BilingualText(row.form.data["name_de"] or "", row.form.data["name_en"] or ""),
            typed.basis_points(row.form.data["share"]) or 0,
            typed.basis_points(row.form.data["vat"]) or 0,
            row.form.data["online"],
        )
        for row in form.parts
    ]


def time_of(form: AddOnForm, event: Event) -> Any:
    """The form's time: `Time`, a session, or None. An unknown session or room is none of this event's: 404."""
    if form.takes_time.data == "session":
        session = sales.session_at(event, form.session.data or "")
        require(session)
        return session
    if form.takes_time.data != "own":
        return None
    room = next((room for room in rooms_of(event) if room.public_id == form.room.data), None)
    require(room is not None or not form.room.data)
    day = date.fromisoformat(form.day.data)
    return Time(
        clock.from_zone(datetime.combine(day, form.starts.data), event.zone),
        clock.from_zone(datetime.combine(day, form.ends.data), event.zone),
        room,
    )


# -- what is stored, as forms show it


def shown(product: Product, pools: Sequence[Pool], event: Event) -> dict[str, Any]:
    """A ticket or add-on as its form shows it."""
    found: dict[str, Any] = {name: getattr(product, name) for name in (*PLAIN, *OF_TICKETS)}
    for name in ("name", "description", "features"):
        found[f"{name}_de"], found[f"{name}_en"] = getattr(product, name).de, getattr(product, name).en
    for name in (*NUMBERS, "version"):
        found[name] = str(getattr(product, name))
    for name in ("on_sale_from", "on_sale_until"):
        moment = getattr(product, name)
        found[name] = clock.in_zone(moment, event.zone).replace(tzinfo=None) if moment else None
    found["online"] = "online" if product.online else "site"
    found["vat"] = typed.shown_percent(product.vat_rate)
    found["prices"] = [_shown_tier(key, tier, event) for key, tier in selling.running_tiers(product)]
    found["parts"] = [_shown_part(part) for part in parts_of(product)]
    found["days"] = product.days or [day.isoformat() for day in days_of(event)]
    drawn = {draw.pool_id: draw.quantity for draw in product.draws}
    for pool in pools:
        found[f"draw_{pool.public_id}"] = str(drawn.get(pool.id, 0))
    return found


def _shown_part(part: Part) -> dict[str, Any]:
    return {
        "name_de": part.name.de,
        "name_en": part.name.en,
        "share": typed.shown_percent(part.share),
        "vat": typed.shown_percent(part.vat_rate),
        "online": part.online,
    }


def _shown_tier(key: int, tier: PriceTier, event: Event) -> dict[str, Any]:
    return {
        "key": str(key),
        "gross": typed.shown_amount(tier.gross),
        "until": last_day(tier.until, event) if tier.until else None,
        "audience": tier.audience,
        "name_de": tier.name.de,
        "name_en": tier.name.en,
    }


def shown_time(product: Product, event: Event) -> dict[str, Any]:
    """When an add-on takes place, as its form shows it."""
    at, session = product.appointment, sales.session_of(product)
    if at is None:
        return {"takes_time": "none"}
    if session is not None:
        return {"takes_time": "session", "session": session.public_id}
    starts, ends = clock.in_zone(at.starts_at, event.zone), clock.in_zone(at.ends_at, event.zone)
    return {
        "takes_time": "own",
        "day": starts.date().isoformat(),
        "starts": starts.time(),
        "ends": ends.time(),
        "room": at.location.public_id if at.location else "",
    }


def days_of(event: Event) -> list[date]:
    """The event's days."""
    return days_between(event.first_day, event.last_day)


def last_day(until: datetime, event: Event) -> date:
    """The last day before an end."""
    return (clock.in_zone(until, event.zone) - timedelta(microseconds=1)).date()


def _end_of(day: date, event: Event) -> datetime:
    return clock.from_zone(datetime.combine(day, time()) + timedelta(days=1), event.zone)
