"""A guest who comes without a ticket: registered, let in, and offered a badge in one go."""

import json
from collections.abc import Sequence

from flask import render_template, request
from werkzeug.wrappers import Response

from ... import idempotency, limits
from ...db import transaction
from ...errors import or_404, require
from ...events.routing import current_event
from ...i18n import _, locale
from ...registration.entering import DuplicateRegistration
from ...registration.placing import CONSENTS
from ...tickets.models import Product
from ...tickets.services import NotOnSale, SoldOut
from .. import queries, redeeming, walkins, words
from ..door_forms import WalkInBillForm, WalkInForm
from ..models import CheckinList
from .door import at_the_door, bp, new_scan_id, the_door, verdict_page
from .guarding import asker, may_add, person_asking

GUESTS_AN_HOUR = 120


@bp.route("/<list_id>/new", methods=["GET", "POST"])
def add_guest(list_id: str) -> str | Response | tuple[str, int]:
    """Register somebody who stands at the door, and let them in."""
    door = the_door(list_id)
    require(may_add())
    tickets = walkins.on_sale(current_event(), door)
    form = WalkInForm.over([each for each, left in tickets if left], key=new_scan_id(), locale=locale())
    if len(form.ticket.choices) == 1 and not form.is_submitted():
        form.ticket.data = form.ticket.choices[0].value
    bill = WalkInBillForm(country=current_event().host.country)
    status = 200
    good = form.validate_on_submit()
    if form.is_submitted():
        bill.call(form.company.data or form.guest.name)
        good = (not bill.is_wanted or bill.validate()) and good
    if good:
        limits.hit("door.add", asker(), limit=GUESTS_AN_HOUR, seconds=3600)
        try:
            return _registered(list_id, form, bill)
        except DuplicateRegistration:
            form.email.errors = [_("This person is already registered. Search for the name to let them in.")]
        except (SoldOut, NotOnSale) as error:
            form.ticket.errors = [str(error.message)]
            status = 409
    return _page(door, form, bill, tickets, 422 if form.is_submitted() and status == 200 else status)


def _registered(list_id: str, form: WalkInForm, bill: WalkInBillForm) -> str:
    """Do it once for each time the form was shown; whoever sends it again reads the same verdict."""
    sent = {name: request.form.getlist(name) for name in sorted(request.form) if name != "csrf_token"}
    with transaction():
        door, device = at_the_door(list_id)
        require(may_add())
        event = current_event()

        def deed() -> dict[str, str]:
            product = walkins.still_on_sale(event, door, form.ticket.data)
            billing = bill.billing() if bill.is_wanted else {}
            comer = walkins.Comer(form.guest, form.company.data or "", form.locale.data, billing, form.agreed)
            return {"guest": walkins.register(event, product, comer).public_id}

        body, key = json.dumps([request.path, sent]), form.key.data or ""
        guest_id = idempotency.once(f"door:{asker()}", f"door.add:{key}", body, deed)["guest"]
        guest = or_404(queries.guest_at(event, guest_id))
        verdict = redeeming.redeem_registration(event, door, device, guest, scan_id=f"new-{key}", by=person_asking())
        return verdict_page(verdict, door, device, {"guest": guest_id, "type": "entry"})


def _page(
    door: CheckinList,
    form: WalkInForm,
    bill: WalkInBillForm,
    tickets: Sequence[tuple[Product, int]],
    status: int,
) -> tuple[str, int]:
    page = render_template(
        "checkin/walkin.html",
        door=words.door_name(door),
        form=form,
        form_errors=form.errors or (bill.errors if bill.is_wanted else {}),
        bill=bill,
        sold_out=[each for each, left in tickets if not left],
        refuses_unpaid=door.unpaid == "refuse",
        photo_sentence=CONSENTS["photo"],
    )
    return page, status
