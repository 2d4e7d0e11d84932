"""Pools and ticket types: what is sold, at which price, from which places."""

from datetime import datetime, time, timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import BilingualText, transaction
from ...errors import Stale, require
from ...events.models import Event
from ...events.routing import current_event
from ...i18n import _, _n
from ...tickets import queries as ticket_queries
from ...tickets.models import Pool, Product
from ...tickets.services import is_on_sale, lefts
from .. import queries, services, typed
from ..forms import AUDIENCES, PoolForm, ProductForm
from .blueprint import bp, fresh_event, page


@bp.get("/tickets")
def tickets() -> str:
    """All pools and ticket types, with what is left and what was sold."""
    event = current_event()
    products = ticket_queries.products_of(event)
    return render_template(
        "backoffice/tickets.html",
        pools=ticket_queries.pools_of(event),
        products=products,
        left=lefts(products),
        sales=queries.sales(event),
        prices={product.id: services.Prices.of(product) for product in products},
        on_sale={product.id: is_on_sale(product) for product in products},
        audiences=AUDIENCES,
        now=clock.now(),
    )


@bp.route("/tickets/pools/new", methods=["GET", "POST"])
def create_pool() -> str | Response | tuple[str, int]:
    """A new pool."""
    form = PoolForm()
    if form.validate_on_submit():
        with transaction():
            services.create_pool(fresh_event(), _text(form, "name"), typed.whole(form.capacity.data) or 0)
        flash(_("The pool is there. Let tickets draw on it next."), "ok")
        return redirect(url_for(".tickets"))
    return page("backoffice/pool.html", form, pool=None)


@bp.route("/tickets/pools/<public_id>", methods=["GET", "POST"])
def edit_pool(public_id: str) -> str | Response | tuple[str, int]:
    """Name and size of a pool."""
    pool = _pool_or_404(public_id)
    form = PoolForm(version=str(pool.version), name_de=pool.name.de, name_en=pool.name.en, capacity=str(pool.capacity))
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                over = services.edit_pool(
                    event,
                    _pool_or_404(public_id),
                    _text(form, "name"),
                    typed.whole(form.capacity.data) or 0,
                    typed.whole(form.version.data),
                )
        except Stale as error:
            flash(str(error.message), "bad")
            status = error.status
        else:
            if over:
                flash(
                    _n(
                        "Saved. %(num)s place more is taken than there is; nobody loses theirs, and none is sold.",
                        "Saved. %(num)s places more are taken than there are; nobody loses theirs, and none is sold.",
                        over,
                    ),
                    "warn",
                )
            else:
                flash(_("Your answers are saved."), "ok")
            return redirect(url_for(".tickets"))
    return page("backoffice/pool.html", form, status, pool=_pool_or_404(public_id))


@bp.route("/tickets/new", methods=["GET", "POST"])
def create_product() -> str | Response | tuple[str, int]:
    """A new ticket type."""
    event = current_event()
    pools = ticket_queries.pools_of(event)
    form = ProductForm.for_pools(pools, position=str(len(ticket_queries.products_of(event)) + 1))
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            pools = ticket_queries.pools_of(event)
            services.create_product(event, _values(form, event), _prices(form, event, None), _draws(form, pools))
        flash(_("The ticket is there."), "ok")
        return redirect(url_for(".tickets"))
    return page("backoffice/product.html", form, product=None, pools=pools)


@bp.route("/tickets/<public_id>", methods=["GET", "POST"])
def edit_product(public_id: str) -> str | Response | tuple[str, int]:
    """A ticket type: texts, prices, places, sale."""
    event = current_event()
    product, pools = _product_or_404(public_id), ticket_queries.pools_of(event)
    form = ProductForm.for_pools(pools, **_shown(product, pools, event))
    status = 200
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                product, pools = _product_or_404(public_id), ticket_queries.pools_of(event)
                services.edit_product(
                    event,
                    product,
                    _values(form, event),
                    _prices(form, event, product),
                    _draws(form, pools),
                    typed.whole(form.version.data),
                )
        except Stale as error:
            flash(str(error.message), "bad")
            status = error.status
        else:
            flash(_("Your answers are saved."), "ok")
            return redirect(url_for(".tickets"))
    return page("backoffice/product.html", form, status, product=_product_or_404(public_id), pools=pools)


# -- between forms and services


def _text(form: Any, name: str) -> BilingualText:
    return BilingualText(form.data[f"{name}_de"] or "", form.data[f"{name}_en"] or "")


def _values(form: ProductForm, event: Event) -> dict[str, Any]:
    """The form's answers as columns."""
    data = form.data
    values: dict[str, Any] = {name: _text(form, name) for name in ("name", "description", "features")}
    for name in ("audience", "role", "partnering", "active", "hidden", "recommended"):
        values[name] = data[name]
    for name in ("seats", "most_per_order", "position"):
        values[name] = typed.whole(data[name])
    values["vat_rate"] = typed.basis_points(data["vat"])
    for name in ("on_sale_from", "on_sale_until"):
        values[name] = clock.from_zone(data[name], event.zone) if data[name] else None
    return values


def _prices(form: ProductForm, event: Event, product: Product | None) -> services.Prices:
    """The form's prices. An early price whose day was left as it is keeps its exact end."""
    gross, early, day = typed.cents(form.price.data) or 0, typed.cents(form.early_price.data), form.early_until.data
    until = clock.from_zone(datetime.combine(day, time(0)) + timedelta(days=1), event.zone) if day else None
    held = services.Prices.of(product) if product is not None else None
    if held is not None and held.until is not None and day == _last_day(held.until, event):
        until = held.until
    return services.Prices(gross, early, until)


def _last_day(until: datetime, event: Event) -> Any:
    return (clock.in_zone(until, event.zone) - timedelta(seconds=1)).date()


def _draws(form: ProductForm, pools: Any) -> dict[int, int]:
    """How many places one ticket takes from each pool, by its id; a pool made meanwhile gives none."""
    drawn = {pool.id: typed.whole(form.data.get(f"draw_{pool.public_id}")) or 0 for pool in pools}
    return {pool_id: quantity for pool_id, quantity in drawn.items() if quantity}


def _shown(product: Product, pools: Any, event: Event) -> dict[str, Any]:
    """A ticket type as the form shows it."""
    prices = services.Prices.of(product)
    shown: dict[str, Any] = {
        name: getattr(product, name) for name in ("audience", "role", "partnering", "active", "hidden", "recommended")
    }
    for name in ("name", "description", "features"):
        shown[f"{name}_de"], shown[f"{name}_en"] = getattr(product, name).de, getattr(product, name).en
    for name in ("seats", "most_per_order", "position", "version"):
        shown[name] = str(getattr(product, name))
    for name in ("on_sale_from", "on_sale_until"):
        moment = getattr(product, name)
        shown[name] = clock.in_zone(moment, event.zone).replace(tzinfo=None) if moment else None
    shown["vat"] = typed.shown_percent(product.vat_rate)
    shown["price"] = typed.shown_amount(prices.gross)
    shown["early_price"] = typed.shown_amount(prices.early)
    shown["early_until"] = _last_day(prices.until, event) if prices.until else None
    drawn = {draw.pool_id: draw.quantity for draw in product.draws}
    for pool in pools:
        shown[f"draw_{pool.public_id}"] = str(drawn.get(pool.id, 0))
    return shown


def _pool_or_404(public_id: str) -> Pool:
    pool = next((pool for pool in ticket_queries.pools_of(current_event()) if pool.public_id == public_id), None)
    require(pool)
    assert pool is not None  # required above
    return pool


def _product_or_404(public_id: str) -> Product:
    product = ticket_queries.product_at(current_event(), public_id)
    require(product)
    assert product is not None  # required above
    return product
