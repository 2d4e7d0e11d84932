"""What somebody has booked beside their ticket: added and given up by organisers."""

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import DomainError, or_404, require
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...i18n import _
from ...registration import queries as registrations
from ...registration import refunds, workshops
from ...tickets import queries as ticket_queries
from ...tickets import services as tickets
from ..forms import ConfirmForm
from ..people_forms import CancelForm
from .blueprint import bp
from .person import guest_or_404, ticket_or_404


@bp.get("/people/<public_id>/extras")
def person_extras(public_id: str) -> str:
    """What is booked, with what giving it up means in money, and what can be added."""
    held = ticket_or_404(public_id)
    booked = [
        (item, item.claim.product, refunds.quote_lines(held.place.party, [[item]]))
        for item in registrations.add_ons_of(held.place)
        if item.claim is not None
    ]
    offered = workshops.bookable(held.place)
    left = tickets.lefts(offered)
    taken = [product for _item, product, _quote in booked]
    return render_template(
        "backoffice/extras.html",
        guest=guest_or_404(public_id),
        held=held,
        booked=booked,
        offered=[
            (
                product,
                workshops.price_for(held.place.party, product).gross,
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
    require(ConfirmForm().validate_on_submit())
    form = CancelForm()
    try:
        with transaction():
            event = fresh_event()
            held = ticket_or_404(public_id)
            product = or_404(ticket_queries.product_at(event, product_id))
            require(product.kind == "add_on")
            if deed == "book":
                workshops.book(held, product, by="organiser")
            else:
                workshops.give_up(held, product, by="organiser", waive_fee=bool(form.waive_fee.data))
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
    else:
        flash(_("It is booked.") if deed == "book" else _("It is given up."), "ok")
    return redirect(url_for(".person_extras", public_id=public_id, event_slug=current_event().slug))
