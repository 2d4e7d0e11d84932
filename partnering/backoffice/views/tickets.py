"""What is sold at a glance, and the pools from which it draws."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...errors import DomainError, Stale, or_404, require
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...i18n import _, _n
from ...registration.refund_rules import rules_of
from ...tickets import queries as ticket_queries
from ...tickets import services as ticketing
from ...tickets.models import Pool
from .. import coding, queries, removing, sales, selling, typed
from ..forms import AUDIENCES, ConfirmForm
from ..selling_forms import MoveForm, OverForm, PoolForm
from .blueprint import bp
from .sold import product_or_404, text


@bp.get("/tickets")
def tickets() -> str:
    """All pools and ticket types, with what is left, what was sold, and what an organiser should look after."""
    event = current_event()
    products = sales.products_of(event, "ticket")
    left = ticketing.lefts(products)
    return render_template(
        "backoffice/tickets.html",
        uses=sales.uses(event),
        products=products,
        left=left,
        sales=queries.sales(event),
        prices={product.id: [tier for _key, tier in selling.running_tiers(product)] for product in products},
        on_sale={product.id: ticketing.is_on_sale(product) for product in products},
        warnings=sales.warnings(event, products, left),
        audiences=AUDIENCES,
        refunds_said=bool(rules_of(event)),
        now=clock.now(),
    )


@bp.post("/tickets/<public_id>/move")
def move_product(public_id: str) -> Response:
    """One place up or down in the list of tickets or add-ons."""
    form = MoveForm()
    require(form.validate_on_submit() and form.to.data in ("up", "down"))
    with transaction():
        event, product = fresh_event(), product_or_404(public_id)
        kind = product.kind
        selling.move_product(event, product, typed.whole(form.position.data), -1 if form.to.data == "up" else 1)
    return redirect(url_for(".tickets" if kind == "ticket" else ".add_ons"))


@bp.post("/tickets/remove/<any(ticket, pool, code, list):what>/<public_id>")
def remove_sold(what: str, public_id: str) -> Response:
    """Take away a ticket or add-on, a pool, a code or a member list that was never used."""
    require(ConfirmForm().validate_on_submit())
    back = {"pool": ".tickets", "code": ".codes", "list": ".member_lists"}.get(what, ".tickets")
    try:
        with transaction():
            event = fresh_event()
            if what == "ticket":
                product = product_or_404(public_id)
                back = ".tickets" if product.kind == "ticket" else ".add_ons"
                removing.remove_product(event, product)
            elif what == "pool":
                removing.remove_pool(event, _pool_or_404(public_id))
            elif what == "code":
                removing.remove_code(event, or_404(coding.code_at(event, public_id)))
            else:
                removing.remove_list(event, or_404(coding.list_at(event, public_id)))
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
    else:
        flash(_("It is removed."), "ok")
    return redirect(url_for(back))


# -- pools


@bp.route("/tickets/pools/new", methods=["GET", "POST"])
def create_pool() -> str | Response | tuple[str, int]:
    """A new pool."""
    form = PoolForm()
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            once(form, lambda: selling.create_pool(event, text(form, "name"), typed.whole(form.capacity.data) or 0))
        flash(_("The pool is there. Let tickets draw on it next."), "ok")
        return redirect(url_for(".tickets"))
    return page("backoffice/pool.html", form, pool=None)


@bp.route("/tickets/pools/<public_id>", methods=["GET", "POST"])
def edit_pool(public_id: str) -> str | Response | tuple[str, int]:
    """Name and size of a pool; making it smaller than what is taken is asked about first."""
    pool = _pool_or_404(public_id)
    form = PoolForm(version=str(pool.version), name_de=pool.name.de, name_en=pool.name.en, capacity=str(pool.capacity))
    status = 200
    if form.validate_on_submit():
        capacity = typed.whole(form.capacity.data) or 0
        use = _use_of(pool)
        if capacity < min(use.taken, pool.capacity) and not form.understood.data:
            return render_template("backoffice/pool_lower.html", form=form, pool=pool, use=use, capacity=capacity)
        if form.understood.data and not form.reason.data:
            form.reason.errors = [_("Say why, for the log")]
            lower = render_template(
                "backoffice/pool_lower.html", form=form, pool=pool, use=use, capacity=capacity, form_errors=form.errors
            )
            return lower, 422
        try:
            with transaction():
                over = selling.edit_pool(
                    fresh_event(),
                    _pool_or_404(public_id),
                    text(form, "name"),
                    capacity,
                    typed.whole(form.version.data),
                    form.reason.data if form.understood.data else "",
                )
        except Stale as error:
            flash(str(error.message), "bad")
            status = error.status
        else:
            _say_saved(over)
            return redirect(url_for(".tickets"))
    return _pool_page(public_id, form, status)


@bp.post("/tickets/pools/<public_id>/over")
def override_pool(public_id: str) -> Response | str | tuple[str, int]:
    """Sell more places than a pool holds, with a reason for the log."""
    pool = _pool_or_404(public_id)
    over = OverForm()
    if over.validate_on_submit():
        try:
            with transaction():
                fresh_event()
                pool, extra = _pool_or_404(public_id), typed.whole(over.extra.data) or 0
                once(over, lambda: ticketing.override(pool, extra, over.reason.data or ""))
        except DomainError as error:
            flash(str(error.message), "bad")
            return _pool_page(public_id, _form_of(_pool_or_404(public_id)), error.status, over)
        flash(_("Your answers are saved."), "ok")
        return redirect(url_for(".edit_pool", public_id=public_id))
    return _pool_page(public_id, _form_of(pool), 422, over)


def _form_of(pool: Pool) -> PoolForm:
    form = PoolForm(formdata=None, version=str(pool.version), name_de=pool.name.de, name_en=pool.name.en)
    form.capacity.data = str(pool.capacity)
    return form


def _pool_page(
    public_id: str, form: PoolForm, status: int, over: OverForm | None = None
) -> str | Response | tuple[str, int]:
    pool = _pool_or_404(public_id)
    over = over or OverForm(formdata=None, version=str(pool.version), extra="")
    return page("backoffice/pool.html", form, status, pool=pool, use=_use_of(pool), over=over)


def _use_of(pool: Pool) -> sales.Use:
    return next(use for use in sales.uses(current_event()) if use.pool.id == pool.id)


def _say_saved(over: int) -> None:
    if over:
        sentence = _n(
            "Saved. %(num)s place more is taken than there is; nobody loses theirs, and none is sold.",
            "Saved. %(num)s places more are taken than there are; nobody loses theirs, and none is sold.",
            over,
        )
        flash(sentence, "warn")
    else:
        flash(_("Your answers are saved."), "ok")


def _pool_or_404(public_id: str) -> Pool:
    return or_404(
        next((pool for pool in ticket_queries.pools_of(current_event()) if pool.public_id == public_id), None)
    )
