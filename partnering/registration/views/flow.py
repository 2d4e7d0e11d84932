"""Registering, step by step: ticket and code, people. Needs no account and no script."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

from flask import flash, g, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from ... import idempotency, limits
from ...db import new_public_id, transaction
from ...events.models import Event
from ...events.queries import is_over
from ...events.routing import asked_in_deed, current_event, enter_event
from ...guards import guarded
from ...i18n import _, _n, locale, money
from ...memory import remembered_part
from ...tickets import codes, prices
from ...tickets import queries as ticket_queries
from ...tickets import services as tickets
from ...tickets.models import Code, Product
from .. import drafts, offers, orders, queries, services, swaps, waiting_queries
from ..forms import PeopleForm, TicketForm
from ..models import Item, Party
from .blueprint import bp, page
from .shown import code_sentence, option_of
from .step import step_page

HOLDS_A_CALLER = 500
"""Choices of a ticket by one network address in a quarter of an hour: a university shares one address."""

CODES_A_CALLER = 60
"""Codes that one network address may get wrong in a quarter of an hour: nobody finds one by trying."""

Answer = Response | tuple[str, int]


@bp.get("/e/<event_slug>/register")
def ticket() -> Answer:
    """Which ticket? Sold-out ones stay and say so; `?code=` applies a code."""
    event = current_event()
    party = drafts.current_draft(event)
    drafts.visitor()
    form, typed = TicketForm(formdata=None, key=secrets.token_hex(16)), _typed(party)
    form.ticket.data = typed.get("ticket") or (party.product.public_id if party and party.product else "")
    form.quantity.data = typed.get("quantity") or (str(_units(party) or 1) if party else "1")
    form.code.data = typed.get("code", party.code.text if party and party.code else "")[:40]
    code = _code(event, form, party)
    return _ticket_page(form, party, code, 422 if form.code.errors else 200)


def _typed(party: Party | None) -> Mapping[str, str]:
    """What the address asks for; nothing where places were chosen since a code was applied, and one has come back."""
    since = request.args.get("since")
    return request.args if since is None or since == _choice(party) else {}


def _choice(party: Party | None) -> str:
    """What the draft holds, in a word."""
    return f"{party.product.public_id}-{_units(party)}" if party is not None and party.product is not None else ""


@bp.post("/e/<event_slug>/register")
@guarded(asked_in_deed)
def choose_ticket() -> Answer:
    """Hold the places, and go on to the people; or apply a code, and stay."""
    form, code = TicketForm(), None
    good = form.validate_on_submit()
    if not good or form.code.data or "apply" in request.form:
        event = enter_event()
        code = _code(event, form, drafts.current_draft(event)) if form.code.data or "apply" in request.form else None
        if "apply" in request.form and not form.code.errors and not form.csrf_failed:
            ticket, quantity, text = form.ticket.data or "", form.quantity.data or "", form.code.data or ""
            since = _choice(drafts.current_draft(event))
            return redirect(url_for(".ticket", ticket=ticket, quantity=quantity, code=text, since=since), 303)
        if not good or form.code.errors:
            product = _shown(event, form, code)
            if product is not None and form.quantity.errors:
                form.quantity.errors = [_("Enter a number from 1 to %(most)s", most=product.most_per_order)]
            return _refused(form, code, 422)
    try:
        url = _hold(form, code)
    except tickets.LimitPerOrder as error:
        form.quantity.errors = [limit_sentence(error)]
        return _refused(form, code, 422)
    except tickets.CodeUsed as error:
        form.code.errors = [used_sentence(error)]
        return _refused(form, code, 422)
    except tickets.CodeInvalid as error:
        form.code.errors = [str(error.message)]
        return _refused(form, code, 422)
    except (tickets.SoldOut, tickets.NotOnSale, services.OfferFixed) as error:
        form.ticket.errors = [str(error.message)]
        return _refused(form, code, error.status)
    return redirect(url, 303) if url else _refused(form, code, 422)


def _refused(form: TicketForm, code: Code | None, status: int) -> tuple[str, int]:
    """The page again, with what is wrong beside the field."""
    event = current_event()
    if not form.ticket.errors and _shown(event, form, code) is None:
        form.ticket.errors = [_("Choose a ticket")]
    return _ticket_page(form, drafts.current_draft(event), code, status)


def _shown(event: Event, form: TicketForm, code: Code | None) -> Product | None:
    """The ticket that was chosen, if it is one that this visitor sees."""
    product = ticket_queries.product_at(event, form.ticket.data or "")
    return product if _shows(product, code) else None


def _shows(product: Product | None, code: Code | None) -> TypeGuard[Product]:
    """Whether this visitor sees a product as a ticket."""
    return product is not None and product.kind == "ticket" and (not product.hidden or codes.opens(code, product))


def _hold(form: TicketForm, code: Code | None) -> str:
    """Hold what was chosen, and say where it goes on; "" for a ticket that is not there. Those who wait come first."""
    with transaction():
        event = enter_event()
        product, waited_for = waiting_queries.product_and_anybody(event, form.ticket.data or "")
        if not waited_for:
            return _hold_now(event, product, form, code, waited_for=False)
    waited_for = drafts.others_first(event)
    with transaction():
        product = ticket_queries.product_at(event, form.ticket.data or "")
        return _hold_now(event, product, form, code, waited_for=waited_for)


def _hold_now(event: Event, product: Product | None, form: TicketForm, code: Code | None, *, waited_for: bool) -> str:
    """Hold what was chosen, and say where it goes on; "" for a ticket that is not there.

    A double click begins one party, not two.
    """
    if not _shows(product, code):
        return ""
    if waited_for:
        offers.serve(event.id, {draw.pool_id for draw in product.draws})
    party, begun = drafts.current_draft(event), []
    if party is None:
        answer = {"party": new_public_id()}

        def begin() -> dict[str, Any]:
            ref = answer["party"]
            begun.append(services.begin(event, product, form.units, locale(), code=code, public_id=ref, alone=True))
            return answer

        key = form.key.data or secrets.token_hex(16)
        body = f"{product.public_id} {form.units} {code.public_id if code else ''}"
        answer = idempotency.once(f"visitor:{drafts.visitor()}", f"{key}:{body}"[:80], body, begin, promised=answer)
        party = begun[0] if begun else queries.locked_party(answer["party"])
        if party is None or drafts.is_sent(party):
            raise drafts.StepsMissing
    if not begun:
        with swaps.swapping():
            services.choose(party, product, form.units, code)
    limits.hit("hold places", limits.caller(), limit=HOLDS_A_CALLER, seconds=900)
    drafts.remember(event, party.public_id)
    return drafts.next_url(party)


def limit_sentence(error: tickets.LimitPerOrder) -> str:
    """How many units one order may hold."""
    if error.fewest > 1:
        return _("From %(fewest)s to %(most)s in one order, please", fewest=error.fewest, most=error.most)
    return _("At most %(most)s in one order, please", most=error.most)


def used_sentence(error: tickets.CodeUsed) -> str:
    """Why a code does not help: used up, or good for fewer than were asked for."""
    if not error.left:
        return str(error.message)
    return _n("This code is good for one more ticket.", "This code is good for %(num)s more tickets.", error.left)


def _code(event: Event, form: TicketForm, party: Party | None) -> Code | None:
    """The code that was typed. Why it does not help stands beside the field; wrong ones are counted."""
    text = form.code.data or ""
    if not text or form.code.errors:
        return None
    code = codes.find(event, text)
    try:
        codes.check_time(code)
        mine = party is not None and code is not None and party.code_id == code.id
        if code is not None and code.uses_max is not None and code.uses >= code.uses_max and not mine:
            raise tickets.CodeUsed
    except (tickets.CodeInvalid, tickets.CodeUsed) as error:
        if code is None:
            limits.hit("try code", limits.caller(), limit=CODES_A_CALLER, seconds=900)
        form.code.errors = [str(error.message)]
        return None
    return code


def _units(party: Party) -> int:
    return sum(item.kind == "ticket" for item in queries.items_of(party))


class Cards(NamedTuple):
    """The tickets to choose from, as the page shows them; `price` is that of the chosen one, in words."""

    html: Markup
    any: bool
    open_now: bool
    most: int
    price: str
    takes_codes: bool
    code_sentence: str


def _ticket_page(form: TicketForm, party: Party | None, code: Code | None, status: int = 200) -> tuple[str, int]:
    event = current_event()
    items = queries.items_of(party) if party else []
    offered = party is not None and orders.is_offer(items)
    wrong, chosen = bool(form.ticket.errors), form.ticket.data or ""
    if party is None and code is None and not wrong:
        cards = remembered_part(
            ("cards", event.public_id, locale(), chosen), lambda: _cards(event, chosen, None, [], None, wrong=False)
        )
    else:
        cards = _cards(event, chosen, party, items, code, wrong=wrong)
    return page(
        "ticket",
        event,
        status=status,
        form=form,
        form_errors=form.errors,
        cards=cards,
        over=event.state != "published" or is_over(event),
        steps=drafts.steps(party),
        takes_codes=not offered and (bool(form.code.data) or cards.takes_codes),
        code_sentence=cards.code_sentence,
        offered_until=orders.held_until(items) if offered else None,
    )


def _cards(
    event: Event, chosen: str, party: Party | None, items: Sequence[Item], code: Code | None, *, wrong: bool
) -> Cards:
    own = sum(item.kind == "ticket" and orders.runs(item.claim) for item in items)
    products = list(ticket_queries.products_on_show(event))
    if code is not None:
        known = {product.id for product in products}
        products += [product for product in codes.opened(event, code) if product.id not in known]
        products.sort(key=lambda product: (product.position, product.id))
    if party is not None and party.product is not None and orders.is_offer(items):
        products = [party.product]
    left = tickets.lefts(products)
    if code is not None:
        left |= tickets.lefts([product for product in products if prices.works_for(code, product)], code)
    ticket_queries.know_parts(products)
    options = [
        option_of(product, left[product.id] + (own if party and product.id == party.product_id else 0), event, code)
        for product in products
    ]
    over = event.state != "published" or is_over(event)
    free = [option for option in options if option.choosable]
    if not chosen:
        wanted = next((option for option in free if option.product.recommended), free[0] if len(free) == 1 else None)
        chosen = wanted.product.public_id if wanted else ""
    html = render_template(
        "registration/cards.html", event=event, options=options, chosen=chosen, code=code, over=over, wrong=wrong
    )
    taken = next((option for option in free if option.product.public_id == chosen), None)
    price = (money(taken.gross, taken.product.currency) if taken.gross else _("free")) if taken else ""
    most = max((option.product.most_per_order for option in options), default=1)
    sentence = code_sentence(code, options) if code else ""
    return Cards(
        Markup(html), bool(options), bool(free) and not over, most, price, queries.takes_codes(event), sentence
    )


@bp.get("/e/<event_slug>/register/people")
def people() -> Answer:
    """Who comes? Colleagues' names may stay open."""
    party = drafts.current_draft(current_event())
    if party is None:
        return redirect(drafts.begin_again())
    typed = party.draft.get("people") or party.draft.get("typed") or _known()
    form = PeopleForm(
        formdata=None, company=party.draft.get("company", ""), people=[{**p, "open": not p} for p in typed]
    )
    return _people_page(party, form.for_places(drafts.places(party)))


@bp.post("/e/<event_slug>/register/people")
@guarded(asked_in_deed)
def keep_people() -> Answer:
    """Keep who comes, and go on."""
    form, url = PeopleForm(), ""
    with transaction():
        event = drafts.enter()
        party = drafts.required_draft(event, "people")
        if form.for_places(drafts.places(party)).validate_on_submit() and _speaks_for(party.code, form):
            services.keep(party, people=form.kept(), company=form.company.data or "")
            url = drafts.next_url(party)
    return redirect(url, 303) if url else _people_page(drafts.required_draft(event, "people"), form, 422)


def _speaks_for(code: Code | None, form: PeopleForm) -> bool:
    """Whether a code is theirs to use: the buyer's, or everybody's who is named; why not stands beside the address."""
    if code is None:
        return True
    asked = form.people if codes.asks_everybody(code) else form.people[:1]
    named = [entry.form for entry in asked if not entry.form.is_open]
    strangers = [person for person in named if not codes.is_member(code, str(person.email.data))]
    why = _(
        "Code %(code)s is for members, and this address is not on their list. "
        "Use the one that is, or leave out the code.",
        code=code.text,
    )
    for person in strangers:
        person.email.errors = [why]
    if strangers:
        form.people.errors = [entry.form.errors for entry in form.people]
    return not strangers


def _known() -> list[dict[str, str]]:
    """What a signed-in person need not type again."""
    person = g.get("person")
    if person is None:
        return []
    return [{"given_name": person.given_name, "family_name": person.family_name, "email": person.email}]


def _people_page(party: Party, form: PeopleForm, status: int = 200) -> tuple[str, int]:
    return step_page("people", party, status, form=form, form_errors=form.errors)


@bp.post("/e/<event_slug>/register/extend")
def extend() -> Response:
    """Hold the places a while longer, and go back to where one was."""
    event = current_event()
    step = request.form.get("step", "")
    try:
        with transaction():
            services.extend(drafts.required_draft(event, "people"))
    except (services.NoMoreExtensions, tickets.HoldExpired) as error:
        flash(str(error.message), "warn")
    else:
        flash(_("Your places are held for another 30 minutes."), "ok")
    return redirect(drafts.step_url(step if step in drafts.STEPS else "people"), 303)
