"""Ticket types and add-ons: made, changed, and who booked them."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response as FileResponse
from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import BilingualText, transaction
from ...errors import DomainError, Stale
from ...events.models import Event
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...headers import as_file
from ...i18n import _, bi
from ...programme.queries import rooms_of
from ...registration import workshop_times
from ...tables import CSV
from ...tickets import queries as ticket_queries
from ...tickets.models import Pool, Product
from ...tickets.services import is_called_off, is_on_sale, lefts
from .. import queries, sales, selling, typed
from ..export import as_csv
from ..selling_forms import AddOnForm, ProductForm
from . import sold
from .blueprint import bp

Answer = str | Response | tuple[str, int]

PLACES = BilingualText("Plätze", "Places")
"""What the pool is called that a first ticket brings with it; others may draw on it later."""


@bp.route("/tickets/new", methods=["GET", "POST"])
def create_product() -> Answer:
    """A new ticket type."""
    return _ticket(None)


@bp.route("/tickets/<public_id>", methods=["GET", "POST"])
def edit_product(public_id: str) -> Answer:
    """A ticket type: texts, prices, places, sale."""
    return _ticket(public_id)


def _ticket(public_id: str | None) -> Answer:
    event = current_event()
    product = sold.product_or_404(public_id, "ticket") if public_id else None
    pools, add_ons = sales.pools_for_tickets(event, product), sales.products_of(event, "add_on")
    form = ProductForm.with_pools(pools, **_shown_ticket(event, product, pools, add_ons))
    form.offer(sold.days_of(event) if event.first_day != event.last_day else (), add_ons)
    context = {"product": product, "pools": pools, "ended": _ended(product)}
    if form.prices.press(request.form.get("rows")) or form.parts.press(request.form.get("rows")):
        return render_template("backoffice/product.html", form=form, **context)
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                _save_ticket(form, public_id)
        except selling.OfferedWithNothing as error:
            form.add_ons.errors = [f"{bi(error.add_on.name) if error.add_on else ''}: {error.message}"]
            status = error.status
        except DomainError as error:
            flash(str(error.message), "bad")
            status = error.status
        else:
            flash(_("Your answers are saved.") if product else _("The ticket is there."), "ok")
            return redirect(url_for(".tickets"))
        context["product"] = sold.product_or_404(public_id, "ticket") if public_id else None
    return page("backoffice/product.html", form, status, **context)


def _save_ticket(form: Any, public_id: str | None) -> None:
    event = fresh_event()
    pools = ticket_queries.pools_of(event)
    if public_id is None:
        capacity = typed.whole(form.capacity.data) if not pools else None
        values, tiers, links = sold.values(form, event), sold.tiers(form, event, None), sold.links(form, event, pools)

        def deed() -> object:
            own = {selling.create_pool(event, PLACES, capacity).id: values["seats"]} if capacity is not None else {}
            return selling.create_product(
                event, values, tiers, selling.Links({**links.draws, **own}, links.beside, links.parts)
            )

        once(form, deed)
        return
    product = sold.product_or_404(public_id, "ticket")
    version = typed.whole(form.version.data)
    if product.version != version:
        raise Stale
    selling.edit_product(
        event,
        product,
        sold.values(form, event),
        sold.tiers(form, event, product),
        sold.links(form, event, pools),
        version,
    )


def _shown_ticket(event: Event, product: Product | None, pools: Any, add_ons: Any) -> dict[str, Any]:
    if product is not None:
        offered = [
            each.public_id
            for each in add_ons
            if not each.offered_with or any(row.product_id == product.id for row in each.offered_with)
        ]
        return sold.shown(product, pools, event) | {"add_ons": offered}
    return {
        **sold.NEW,
        "days": [day.isoformat() for day in sold.days_of(event)],
        "add_ons": [each.public_id for each in add_ons if not each.offered_with],
        **({f"draw_{_usual(event, pools).public_id}": "1"} if pools else {}),
    }


def _usual(event: Event, pools: Sequence[Pool]) -> Pool:
    """The pool on which most tickets draw, the first of several."""
    drawn = Counter(row.pool_id for ticket in sales.products_of(event, "ticket") for row in ticket.draws)
    return max(pools, key=lambda pool: drawn[pool.id])


def _ended(product: Product | None) -> list[Any]:
    """The prices that are over, for the page to tell."""
    now = clock.now()
    return [tier for tier in (product.tiers if product else ()) if tier.until is not None and tier.until <= now]


# -- add-ons


@bp.get("/tickets/add-ons")
def add_ons() -> str:
    """What can be booked with tickets, with times, places and how many are booked."""
    event = current_event()
    products = sales.products_of(event, "add_on")
    left = lefts(products)
    return render_template(
        "backoffice/add_ons.html",
        products=products,
        left=left,
        sales=queries.sales(event),
        prices={product.id: [tier for _key, tier in selling.running_tiers(product)] for product in products},
        on_sale={product.id: is_on_sale(product) for product in products},
        warnings=sales.warnings(event, products, left),
        now=clock.now(),
    )


@bp.route("/tickets/add-ons/new", methods=["GET", "POST"])
def create_add_on() -> Answer:
    """A new add-on or workshop."""
    return _add_on(None)


@bp.route("/tickets/add-ons/<public_id>", methods=["GET", "POST"])
def edit_add_on(public_id: str) -> Answer:
    """An add-on or workshop: texts, price, places, time, tickets."""
    return _add_on(public_id)


def _add_on(public_id: str | None) -> Answer:
    event = current_event()
    product = sold.product_or_404(public_id, "add_on") if public_id else None
    pools, tickets = ticket_queries.pools_of(event), sales.products_of(event, "ticket")
    form = AddOnForm.with_pools(pools, **_shown_add_on(event, product, pools, tickets))
    form.offer(tickets, _days_with(form.day.data, event), rooms_of(event), sales.sessions_to_choose(event))
    context: dict[str, Any] = {"product": product, "pools": pools, "ended": _ended(product), "clash": ()}
    if form.prices.press(request.form.get("rows")):
        return render_template("backoffice/add_on.html", form=form, **context)
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                _save_add_on(form, public_id)
        except selling.TimesClash as error:
            context["clash"], status = error.people, 409
            form.conflicts_seen.data = "yes"
        except selling.RoomTaken as error:
            form.room.errors = [str(error.message)]
            status = error.status
        except DomainError as error:
            flash(str(error.message), "bad")
            status = error.status
        else:
            flash(_("Your answers are saved.") if product else _("The add-on is there."), "ok")
            return redirect(url_for(".add_ons"))
        context["product"] = sold.product_or_404(public_id, "add_on") if public_id else None
    return page("backoffice/add_on.html", form, status, **context)


def _save_add_on(form: Any, public_id: str | None) -> None:
    event = fresh_event()
    pools, capacity = ticket_queries.pools_of(event), typed.whole(form.capacity.data)
    values, links, time = sold.values(form, event), sold.links(form, event, pools), sold.time_of(form, event)
    if public_id is None:

        def deed() -> object:
            own = {selling.create_pool(event, values["name"], capacity).id: 1} if capacity is not None else {}
            found = selling.Links({**links.draws, **own}, links.beside)
            made = selling.create_product(event, values, sold.tiers(form, event, None), found)
            selling.set_time(event, made, time)
            return made

        once(form, deed)
        return
    product, version = sold.product_or_404(public_id, "add_on"), typed.whole(form.version.data)
    if product.version != version:
        raise Stale
    own = {selling.create_pool(event, values["name"], capacity).id: 1} if capacity is not None else {}
    links = selling.Links({**links.draws, **own}, links.beside)
    selling.set_time(event, product, time, anyway=form.conflicts_seen.data == "yes")
    selling.edit_product(event, product, values, sold.tiers(form, event, product), links, product.version)


def _shown_add_on(event: Event, product: Product | None, pools: Any, tickets: Any) -> dict[str, Any]:
    everything = [ticket.public_id for ticket in tickets]
    if product is None:
        return {**sold.NEW, "offered": everything, "most_per_order": "10"}
    joined = set(selling.beside(product))
    offered = [ticket.public_id for ticket in tickets if ticket.id in joined]
    return sold.shown(product, pools, event) | sold.shown_time(product, event) | {"offered": offered or everything}


def _days_with(day: str | None, event: Event) -> list[date]:
    """The event's days; and the day that is stored, where the event has moved since."""
    days = sold.days_of(event)
    try:
        stored = date.fromisoformat(day or "")
    except ValueError:
        return days
    return days if stored in days or request.method == "POST" else [stored, *days]


# -- who booked


@bp.get("/tickets/add-ons/<public_id>/booked")
def booked(public_id: str) -> str:
    """Who has booked an add-on."""
    product = sold.product_or_404(public_id, "add_on")
    at = product.appointment
    return render_template(
        "backoffice/booked.html",
        product=product,
        rows=sales.bookings(product),
        session=sales.session_of(product),
        clashing=workshop_times.clashing(at) if at is not None else frozenset(),
        called_off=is_called_off(product),
    )


@bp.get("/tickets/add-ons/<public_id>/booked.csv")
def booked_file(public_id: str) -> FileResponse:
    """The same list as a file for spreadsheets."""
    event, product = current_event(), sold.product_or_404(public_id, "add_on")
    heads = [_("Last name"), _("First name"), _("Organisation"), _("Email address"), _("Booked by"), _("Reference")]
    rows = [
        [
            row.participant.family_name if row.participant else "",
            row.participant.given_name if row.participant else "",
            row.participant.company if row.participant else "",
            row.participant.person.email if row.participant and row.participant.person else "",
            row.party.contact_name,
            row.party.reference,
        ]
        for row in sales.bookings(product)
    ]
    return as_file(as_csv(heads, rows), CSV, f"{event.slug}-{product.public_id}.csv")
