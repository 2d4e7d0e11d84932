"""The waiting list: joining, and one's own entry, opened by the secret link in its letter."""

from collections.abc import Sequence
from typing import Any

from flask import flash, g, redirect, request, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...accounts.addresses import canonical
from ...db import transaction
from ...errors import Gone, NotFound
from ...events.models import Event
from ...events.routing import current_event, within_event
from ...guards import guarded, secret_link
from ...headers import single
from ...i18n import _, bi, locale
from ...tickets import queries as ticket_queries
from ...tickets import services as tickets
from ...tickets.models import Product
from .. import drafts, permissions, services, taxing, waiting, waiting_mails, waiting_queries, workshops
from ..forms import SureForm
from ..models import Registration, WaitingEntry
from ..waiting_forms import ChangeForm, JoinForm, LostLinkForm
from .blueprint import bp, check_generation, page, public_id_of
from .paying import Bill, bill_of, costs
from .ticket import registration_of

JOINS_A_CALLER = 60
"""How often one network address joins in a quarter of an hour: a university shares one address."""

JOINS_AN_ADDRESS = 6
"""How often one e-mail address is entered in an hour: each time brings a letter."""

LINKS_A_CALLER = 20
"""How often one network address asks for links in an hour."""

CHANGES_AN_ENTRY = 30
"""How often one entry is changed in an hour."""

Answer = Response | tuple[str, int]


@bp.get("/e/<event_slug>/waitlist")
def join_waitlist() -> Answer:
    """Wait for what? Only tickets with a waiting list; those that can be bought are bought at once."""
    event = current_event()
    products = _products(event)
    form = JoinForm.offering(products, formdata=None)
    wanted = single(request.args, "ticket") or ""
    form.ticket.data = wanted if any(product.public_id == wanted for product in products) else ""
    person = g.get("person")
    if person is not None:
        form.name.data, form.email.data = person.display_name, person.email
    return _join_page(form, products)


@bp.post("/e/<event_slug>/waitlist")
def send_waitlist() -> Answer:
    """Join; whatever is known of the address, the answer is the same and a letter says the rest."""
    event = current_event()
    products = _products(event)
    form = JoinForm.offering(products)
    if not form.validate_on_submit():
        return _join_page(form, products, 422)
    known = {product.public_id: product for product in products}
    product = known[form.ticket.data]
    limits.hit("join the waiting list", limits.caller(), limit=JOINS_A_CALLER, seconds=900)
    limits.hit("waiting list letters", canonical(form.email.data or ""), limit=JOINS_AN_ADDRESS, seconds=3600)
    try:
        with transaction():
            waiting.join(
                event,
                product,
                form.units,
                email=str(form.email.data),
                name=str(form.name.data),
                locale=locale(),
                all_or_none=not form.fewer.data,
                others=[known[one] for one in form.others.data or () if one != product.public_id],
            )
    except tickets.LimitPerOrder as error:
        form.quantity.errors = [_("Enter a number from 1 to %(most)s", most=error.most)]
        return _join_page(form, products, 422)
    except waiting.NoWaitingList as error:
        form.ticket.errors = [str(error.message)]
        return _join_page(form, products, 409)
    except waiting.PlacesAvailable as error:
        _serve_first(event)
        flash(str(error.message), "ok")
        return redirect(url_for(".ticket", ticket=error.product.public_id, quantity=form.quantity.data), 303)
    return redirect(url_for(".waitlist_joined"), 303)


def _serve_first(event: Event) -> None:
    """What was offered to those who wait while somebody asked stays offered, though they themselves need not wait."""
    with transaction():
        waiting.serve(event.id)


@bp.get("/e/<event_slug>/waitlist/joined")
def waitlist_joined() -> Answer:
    """The same page for everybody: the rest stands in the letter."""
    return page("waitlist_joined", current_event())


@bp.route("/e/<event_slug>/waitlist/link", methods=["GET", "POST"])
def lost_waiting_link() -> Answer:
    """Ask for the link to one's entry again: it goes to the address that waits; the answer is the same for all."""
    event, form = current_event(), LostLinkForm()
    if not form.validate_on_submit():
        status = 422 if form.errors else 200
        return page("waitlist_link", event, status=status, form=form, form_errors=form.errors)
    address = str(form.email.data)
    limits.hit("waiting link", limits.caller(), limit=LINKS_A_CALLER, seconds=3600)
    limits.hit("waiting list letters", canonical(address), limit=JOINS_AN_ADDRESS, seconds=3600)
    with transaction():
        for entry in waiting_queries.open_entries_of(event, address):
            waiting_mails.link_again(entry)
    flash(_("If this address is on the waiting list, we have just sent its link there."), "ok")
    return redirect(url_for(".lost_waiting_link"), 303)


def _products(event: Event) -> list[Product]:
    return [product for product in ticket_queries.products_on_show(event) if product.waiting_list]


def _join_page(form: JoinForm, products: Sequence[Product], status: int = 200) -> tuple[str, int]:
    event = current_event()
    left = tickets.lefts(products)
    shown = [
        product
        for product in sorted(products, key=lambda product: left[product.id] > 0)
        if tickets.is_on_sale(product)
        and (left[product.id] < product.most_per_order or product.public_id == form.ticket.data)
    ]
    if len(shown) == 1 and not form.ticket.data:
        form.ticket.data = shown[0].public_id
    add_on = ticket_queries.product_at(event, single(request.args, "ticket") or "")
    return page(
        "waitlist",
        event,
        status=status,
        form=form,
        form_errors=form.errors,
        products=shown,
        left=left,
        add_on=add_on if add_on is not None and add_on.kind == "add_on" and not add_on.hidden else None,
        open_now=event.state == "published" and any(tickets.is_on_sale(product) for product in products),
    )


# -- one's own entry


def _entry(token: str) -> WaitingEntry:
    """The entry of a secret link. Raises `NotFound`, or `Gone` for an address taken back."""
    public_id, generation = public_id_of("waiting", token)
    entry = waiting_queries.entry_at(public_id)
    if entry is None or entry.event_id != current_event().id:
        raise NotFound
    check_generation(entry.generation, generation)
    return entry


def _back(token: str) -> Response:
    return redirect(url_for(".waiting", token=token), 303)


@bp.get("/e/<event_slug>/waitlist/<token>", endpoint="waiting")
@guarded(within_event(secret_link))
def show_waiting(token: str) -> Answer:
    """Where one stands, what is offered and until when; a link taken back leads to the one that holds."""
    try:
        entry = _entry(token)
    except Gone as error:
        form = LostLinkForm(formdata=None)
        return page("waitlist_link", current_event(), status=error.status, form=form, gone=str(error.message))
    form = ChangeForm(formdata=None, quantity=str(entry.quantity), fewer=not entry.all_or_none)
    return _entry_page(token, entry, form)


@bp.post("/e/<event_slug>/waitlist/<token>")
@guarded(within_event(secret_link))
def change_waiting(token: str) -> Answer:
    """Wait for another number of places."""
    entry, form = _entry(token), ChangeForm()
    if not form.validate_on_submit():
        return _entry_page(token, entry, form, 422)
    _count(entry)
    try:
        with transaction():
            waiting.change(_entry(token), form.units, all_or_none=not form.fewer.data)
    except tickets.LimitPerOrder as error:
        form.quantity.errors = [_("Enter a number from 1 to %(most)s", most=error.most)]
        return _entry_page(token, _entry(token), form, 422)
    flash(_("Your answers are saved."), "ok")
    return _back(token)


@bp.post("/e/<event_slug>/waitlist/<token>/accept")
@guarded(within_event(secret_link))
def accept_offer(token: str) -> Answer:
    """Take the offer: on to the steps of registering with the places held, or booked at once for an add-on."""
    event, entry, bill = current_event(), _entry(token), Bill(None, None)
    if entry.registration is not None and entry.state == "offered":
        _ask_spending(entry.registration, entry.product)
        urls = (url_for(".accept_offer", token=token), url_for(".waiting", token=token))
        bill = bill_of(entry.registration.place.party, entry.product, *urls)
    if bill.page is not None:
        return bill.page
    try:
        with transaction():
            entry = _entry(token)
            if entry.registration is not None:
                bill.keep(entry.registration.place.party)
            party = waiting.accept(entry)
            going_on = None if party is None else (party.public_id, drafts.next_url(party))
            name = bi(entry.product.name)
    except workshops.TimeConflict as conflict:  # the offer stands: one of the two may be given up until it ends
        flash(str(conflict.message), "bad")
        flash(_("To accept, first give up what you have booked: on the page of your ticket. Or decline."), "info")
        return _back(token)
    if going_on is None:
        flash(_("“%(name)s” is booked for you.", name=name), "ok")
        return _back(token)
    drafts.remember(event, going_on[0])
    return redirect(going_on[1], 303)


@bp.post("/e/<event_slug>/waitlist/<token>/decline")
@guarded(within_event(secret_link))
def decline_offer(token: str) -> Answer:
    """Not this time; the place in the queue stays."""
    with transaction():
        waiting.decline(_entry(token))
    flash(_("You have declined this offer and keep your place on the list."), "ok")
    return _back(token)


@bp.post("/e/<event_slug>/waitlist/<token>/leave")
@guarded(within_event(secret_link))
def leave_waiting(token: str) -> Answer:
    """Off the list."""
    with transaction():
        waiting.leave(_entry(token))
    return _back(token)


def _count(entry: WaitingEntry) -> None:
    limits.hit("change waiting entry", entry.public_id, limit=CHANGES_AN_ENTRY, seconds=3600)


def _entry_page(token: str, entry: WaitingEntry, form: ChangeForm, status: int = 200) -> tuple[str, int]:
    event = current_event()
    facts: dict[str, Any] = waiting_mails.offered_facts(entry) if entry.state == "offered" else {}
    registration = entry.registration
    return page(
        "waiting",
        event,
        status=status,
        form=form,
        form_errors=form.errors,
        token=token,
        entry=entry,
        product=entry.product,
        others=[other.product for other in entry.others],
        position=waiting.position(entry) if entry.state == "waiting" else None,
        several=entry.registration_id is None and entry.product.most_per_order > 1,
        cost=_cost(registration, entry.product) if registration is not None else None,
        sure=SureForm(formdata=None),
        **facts,
    )


def _ask_spending(registration: Registration, product: Product) -> None:
    """Raises `BuyersChoice` where it would cost somebody else."""
    if not permissions.may_spend(registration) and costs(registration.place.party, product):
        raise services.BuyersChoice


def _cost(registration: Registration, product: Product) -> int | None:
    """What an add-on costs whoever waits for it with a ticket, in cents; None when it is not on sale."""
    party = registration.place.party
    if not tickets.is_on_sale(product, code=party.code):
        return None
    gross = workshops.price_for(party, product).gross
    return taxing.price_for(party, product, gross, small=taxing.is_small(party.event))


# -- for an add-on of a ticket one holds


@bp.route("/t/<token>/waitlist/<public_id>", methods=["GET", "POST"])
@guarded(secret_link)
def wait_for_add_on(token: str, public_id: str) -> Answer:
    """Wait for a workshop or another add-on that is sold out, with one's ticket."""
    registration = registration_of(token)
    product = ticket_queries.product_at(registration.participant.event, public_id)
    person = registration.participant.person
    if product is None or product.kind != "add_on" or product.hidden or person is None:
        raise NotFound
    _ask_spending(registration, product)
    if not SureForm().validate_on_submit():
        beside = workshops.beside(registration.place, product)
        sure = SureForm(formdata=None)
        return page("wait_for_add_on", g.event, token=token, product=product, beside=beside, sure=sure)
    limits.hit("wait for add-on", registration.public_id, limit=CHANGES_AN_ENTRY, seconds=3600)
    try:
        with transaction():
            registration = registration_of(token)
            product = ticket_queries.product_at(registration.participant.event, public_id)
            if product is None or product not in workshops.bookable(registration.place):
                raise waiting.NoWaitingList
            entry = waiting.join(
                registration.participant.event,
                product,
                1,
                email=person.email,
                name=registration.participant.name,
                locale=registration.participant.locale,
                registration=registration,
            )
            assert entry is not None  # whoever holds a ticket may wait for what belongs to it
            secret = waiting_mails.waiting_token(entry)
    except (waiting.PlacesAvailable, waiting.NoWaitingList) as error:
        flash(str(error.message), "ok" if isinstance(error, waiting.PlacesAvailable) else "bad")
        return redirect(url_for(".ticket_page", token=token), 303)
    flash(_("You are on the waiting list."), "ok")
    return redirect(url_for(".waiting", event_slug=g.event.slug, token=secret), 303)
