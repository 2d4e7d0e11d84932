"""What is booked beside a ticket: added and given up by organisers, for somebody or for a place without a name."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import DomainError, or_404, require
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...i18n import _
from ...registration import queries as registrations
from ...registration import refunds, sold_choices, workshops
from ...registration.models import Place, Registration
from ...tickets import queries as ticket_queries
from ...tickets import services as tickets
from ..forms import ConfirmForm
from ..people_forms import CancelForm
from .blueprint import bp
from .bookings import place_or_404
from .person import guest_or_404, ticket_or_404

Holder = Registration | Place


@bp.get("/people/<public_id>/extras")
def person_extras(public_id: str) -> str:
    """What somebody has booked, with what giving it up means in money, and what can be added."""
    held, name = ticket_or_404(public_id), guest_or_404(public_id).participant.name
    return _page(
        held.place,
        name,
        (name, url_for(".person", public_id=public_id)),
        lambda product_id, deed: url_for(".change_extra", public_id=public_id, product_id=product_id, deed=deed),
    )


@bp.get("/bookings/<public_id>/places/<place_id>/extras")
def place_extras(public_id: str, place_id: str) -> str:
    """The same for a place of a booking, whether or not somebody holds it."""
    place = place_or_404(public_id, place_id)
    holder, party = place.registration, place.party
    return _page(
        place,
        holder.participant.name if holder is not None else place.invited_name,
        (_("Booking %(reference)s", reference=party.reference), url_for(".booking", public_id=public_id)),
        lambda product_id, deed: url_for(
            ".change_place_extra", public_id=public_id, place_id=place_id, product_id=product_id, deed=deed
        ),
    )


def _page(place: Place, name: str, back: tuple[str, str], address: Callable[[str, str], str]) -> str:
    booked = [
        (item, item.claim.product, refunds.quote_lines(place.party, [[item]]))
        for item in registrations.add_ons_of(place)
        if item.claim is not None
    ]
    offered = workshops.bookable(place, by="organiser")
    left = tickets.lefts(offered)
    taken = [product for _item, product, _quote in booked]
    return render_template(
        "backoffice/extras.html",
        name=name,
        back_to=back,
        address=address,
        about=sold_choices.labels(place),
        booked=booked,
        offered=[
            (
                product,
                workshops.price_for(place.party, product).gross,
                left[product.id],
                next((other for other in taken if workshops.conflicts([product, other])), None),
            )
            for product in offered
        ],
        unlimited=tickets.UNLIMITED,
        form=CancelForm(formdata=None),
    )


@bp.post("/people/<public_id>/extras/<product_id>/<any(book, give_up):deed>")
def change_extra(public_id: str, product_id: str, deed: str) -> Response:
    """Book something for somebody, or give it up for them; the invoice follows, and a letter tells them."""
    _change(lambda: ticket_or_404(public_id), product_id, deed)
    return redirect(url_for(".person_extras", public_id=public_id, event_slug=current_event().slug))


@bp.post("/bookings/<public_id>/places/<place_id>/extras/<product_id>/<any(book, give_up):deed>")
def change_place_extra(public_id: str, place_id: str, product_id: str, deed: str) -> Response:
    """The same for a place of a booking."""

    def holder() -> Holder:
        place = place_or_404(public_id, place_id)
        return place.registration or place

    _change(holder, product_id, deed)
    return redirect(url_for(".place_extras", public_id=public_id, place_id=place_id))


def _change(holder_of: Callable[[], Holder], product_id: str, deed: str) -> None:
    require(ConfirmForm().validate_on_submit())
    form = CancelForm()
    try:
        with transaction():
            event = fresh_event()
            holder = holder_of()
            product = or_404(ticket_queries.product_at(event, product_id))
            require(product.kind == "add_on")
            if deed == "book":
                workshops.book(holder, product, by="organiser")
            else:
                workshops.give_up(holder, product, by="organiser", waive_fee=bool(form.waive_fee.data))
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
    else:
        flash(_("It is booked.") if deed == "book" else _("It is given up."), "ok")
