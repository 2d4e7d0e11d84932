"""Add-ons and workshops booked or given up later: for any place by its buyer, for oneself by the holder of a ticket."""

from typing import Any

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import NotFound
from ...guards import guarded, secret_link
from ...i18n import _, bi
from ...tickets import queries as ticket_queries
from ...tickets import services as tickets
from ...tickets.models import Product
from .. import mails, offers, permissions, queries, refunds, services, waiting_queries, workshops
from ..change_forms import OnceForm
from ..models import Place
from .blueprint import bp, page
from .deeds import once, place_of, require_change
from .paying import Bill, bill_of, costs
from .places import booked, offered
from .ticket import changeable, registration_of

Answer = Response | tuple[str, int]


def _product(place: Place, public_id: str) -> Product:
    product = ticket_queries.product_at(place.party.event, public_id)
    if product is None or product.kind != "add_on":
        raise NotFound
    return product


# -- by the buyer


@bp.get("/r/<token>/places/<public_id>/extras")
@guarded(secret_link)
def place_extras(token: str, public_id: str) -> Answer:
    """What a place has beside its ticket, and what can be booked for it."""
    party, place = place_of(token, public_id)
    return page(
        "place_extras",
        party.event,
        party=party,
        place=place,
        token=token,
        holder=mails.holder_name(place),
        booked=booked(place),
        offered=offered(place),
        until=permissions.place_changes_until(place),
        may_change=permissions.may_change_place(place),
        sure=OnceForm(formdata=None),
    )


@bp.post("/r/<token>/places/<public_id>/extras/<product_id>")
@guarded(secret_link)
def book_for_place(token: str, public_id: str, product_id: str) -> Answer:
    """Book something for a place; the first thing that costs something asks whom the invoice goes to."""
    party, place = place_of(token, public_id)
    back = url_for(".place_extras", token=token, public_id=public_id)
    url = url_for(".book_for_place", token=token, public_id=public_id, product_id=product_id)
    bill = Bill(None, None)
    if permissions.may_change_place(place):
        bill = bill_of(party, _product(place, product_id), url, back)
    if bill.page is not None:
        return bill.page

    def deed() -> dict[str, Any]:
        _party, place = place_of(token, public_id)
        require_change(permissions.may_change_place(place))
        product = _product(place, product_id)
        bill.keep(place.party)
        workshops.book(place, product, by="buyer")
        return {"name": bi(product.name)}

    return _book(party.public_id, deed, redirect(back, 303))


@bp.route("/r/<token>/places/<public_id>/extras/<product_id>/give-up", methods=["GET", "POST"])
@guarded(secret_link)
def give_up_for_place(token: str, public_id: str, product_id: str) -> Answer:
    """Give something of a place back; says first what that means in money."""
    party, place = place_of(token, public_id)
    form = OnceForm()
    if not form.validate_on_submit():
        urls = {
            "url": url_for(".give_up_for_place", token=token, public_id=public_id, product_id=product_id),
            "back": url_for(".place_extras", token=token, public_id=public_id),
        }
        return _give_up_page(place, product_id, permissions.may_change_place(place), urls, money=True)

    def deed() -> None:
        _party, place = place_of(token, public_id)
        require_change(permissions.may_change_place(place))
        workshops.give_up(place, _product(place, product_id), by="buyer")

    once(party.public_id, form, deed)
    flash(_("It is given up."), "ok")
    return redirect(url_for(".place_extras", token=token, public_id=public_id), 303)


# -- by the holder of the ticket


@bp.post("/t/<token>/extras/<product_id>")
@guarded(secret_link)
def book_for_me(token: str, product_id: str) -> Answer:
    """Book something for oneself. What costs something is the buyer's to book."""
    registration = registration_of(token)
    back = url_for(".ticket_page", token=token, _anchor="extras")
    bill = Bill(None, None)
    if permissions.may_change_ticket(registration) and permissions.may_spend(registration):
        place = registration.place
        url = url_for(".book_for_me", token=token, product_id=product_id)
        bill = bill_of(place.party, _product(place, product_id), url, back)
    if bill.page is not None:
        return bill.page

    def deed() -> dict[str, Any]:
        registration = changeable(registration_of(token))
        product = _product(registration.place, product_id)
        if not permissions.may_spend(registration) and costs(registration.place.party, product):
            raise services.BuyersChoice
        bill.keep(registration.place.party)
        workshops.book(registration, product)
        return {"name": bi(product.name)}

    return _book(registration.public_id, deed, redirect(back, 303))


@bp.route("/t/<token>/extras/<product_id>/give-up", methods=["GET", "POST"])
@guarded(secret_link)
def give_up_for_me(token: str, product_id: str) -> Answer:
    """Give something back that one has booked."""
    registration = registration_of(token)
    form = OnceForm()
    if not form.validate_on_submit():
        urls = {
            "url": url_for(".give_up_for_me", token=token, product_id=product_id),
            "back": url_for(".ticket_page", token=token),
        }
        return _give_up_page(
            registration.place,
            product_id,
            permissions.may_change_ticket(registration),
            urls,
            money=permissions.may_spend(registration),
        )

    def deed() -> None:
        registration = changeable(registration_of(token))
        workshops.give_up(registration, _product(registration.place, product_id))

    once(registration.public_id, form, deed)
    flash(_("It is given up."), "ok")
    return redirect(url_for(".ticket_page", token=token, _anchor="extras"), 303)


def _book(who: str, deed: Any, here: Response) -> Response:
    if waiting_queries.anybody(g.event.id):
        with transaction():  # who waits comes first
            offers.serve(g.event.id)
    try:
        name = once(who, OnceForm(), deed)["name"]
    except (workshops.TimeConflict, tickets.SoldOut, tickets.LimitPerOrder) as error:
        flash(str(error.message), "bad")
    else:
        flash(_("“%(name)s” is booked.", name=name), "ok")
    return here


def _give_up_page(
    place: Place, product_id: str, may_change: bool, urls: dict[str, Any], *, money: bool
) -> tuple[str, int]:
    product = _product(place, product_id)
    items = [
        item for item in queries.add_ons_of(place) if item.claim is not None and item.claim.product_id == product.id
    ]
    if not items:
        raise workshops.NotBooked
    return page(
        "give_up",
        place.party.event,
        product=product,
        quote=refunds.quote(items[0]) if money else None,
        form=OnceForm(formdata=None),
        until=permissions.place_changes_until(place),
        may_change=may_change,
        **urls,
    )
