"""Withdrawing from a contract as a consumer: button, page to confirm, receipt by letter (§ 356a BGB, law.md L20).

Reachable without signing in, from the page of the party and from the foot of the event's pages: there whoever has not
got the link at hand asks for it with reference and address. The answer is the same whether or not there is such a
contract.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...accounts.addresses import canonical
from ...db import transaction
from ...errors import NotFound
from ...events.routing import current_event
from ...guards import guarded, secret_link
from ...i18n import _
from ...text import clean
from .. import changes, instructions, mails, permissions, queries, services
from ..change_forms import OnceForm, WithdrawalForm
from ..models import Item, Party
from .blueprint import bp, page
from .deeds import once, party_of

ASKED_AN_HOUR = 20
"""How often one network address may ask for the link."""


@bp.route("/e/<event_slug>/withdraw", methods=["GET", "POST"])
def find_contract() -> Response | tuple[str, int]:
    """Ask for the link to one's contract; the letter goes to the buyer's own address."""
    event = current_event()
    if event.withdrawal != "button":
        raise NotFound
    form = WithdrawalForm()
    if not form.validate_on_submit():
        return page("find_contract", event, status=422 if form.errors else 200, form=form, form_errors=form.errors)
    limits.hit("withdrawal link", limits.caller(), limit=ASKED_AN_HOUR, seconds=3_600)
    with transaction():
        party = queries.party_by_reference(event, clean(form.reference.data or "").replace(" ", "").upper())
        if (
            party is not None
            and canonical(party.contact_email) == canonical(form.email.data or "")
            and (permissions.may_withdraw(party) or later_contracts(party))
        ):
            mails.withdrawal_link(party)
    flash(_("If there is such a contract, we have just sent its link to this address."), "ok")
    return redirect(url_for(".find_contract"), 303)


@bp.get("/e/<event_slug>/withdrawal")
def withdrawal_information() -> tuple[str, int]:
    """The instruction on withdrawal and the model form, or that there is no right to withdraw."""
    event = current_event()
    url = url_for(".find_contract", _external=True) if instructions.has_right(event) else ""
    form = instructions.model_form(event) if instructions.has_right(event) else None
    return page("withdrawal", event, sections=instructions.instruction(event, url), model_form=form)


@dataclass(frozen=True)
class Later:
    """An add-on that was booked later, and until when a consumer may withdraw from it."""

    item: Item
    reference: str
    last_day: date


def later_contracts(party: Party) -> list[Later]:
    """What a consumer may withdraw from by itself now."""
    return [
        Later(item, item.claim.public_id, last)
        for item in queries.items_of(party)
        if permissions.may_withdraw_add_on(item) and item.claim is not None
        for last in [permissions.add_on_withdrawal_day(item)]
        if last is not None
    ]


def _price(party: Party) -> int:
    """What withdrawing from everything is about, in cents: what is booked, and what was kept of what is not."""
    return sum(item.gross for item in queries.items_of(party) if item.cancelled_at is None)


@bp.route("/r/<token>/withdraw/<public_id>", methods=["GET", "POST"])
@guarded(secret_link)
def withdraw_add_on(token: str, public_id: str) -> Response | tuple[str, int]:
    """Withdraw from what was booked later alone; one more click confirms it."""
    party, form = party_of(token), OnceForm()
    if not form.validate_on_submit():
        return page("withdraw_add_on", party.event, party=party, token=token, form=form, one=_later(party, public_id))

    def deed() -> None:
        changes.withdraw_add_on(_later(party_of(token), public_id).item)

    once(party.public_id, form, deed)
    flash(_("Your withdrawal has arrived. A letter confirms when."), "ok")
    return redirect(url_for(".manage", token=token), 303)


def _later(party: Party, public_id: str) -> Later:
    """One of the party's later contracts. Raises `NotFound`, or `WithdrawalOver` once its term is over."""
    claims = {item.claim.public_id for item in queries.items_of(party) if item.claim is not None}
    if public_id not in claims:
        raise NotFound
    found = next((each for each in later_contracts(party) if each.reference == public_id), None)
    if found is None:
        raise services.WithdrawalOver
    return found


@bp.route("/r/<token>/withdraw", methods=["GET", "POST"])
@guarded(secret_link)
def withdraw(token: str) -> Response | tuple[str, int]:
    """Withdraw from the contract; one more click confirms it."""
    party = party_of(token)
    form = OnceForm()
    if not form.validate_on_submit():
        return page(
            "withdraw",
            party.event,
            party=party,
            token=token,
            form=form,
            price=_price(party),
            currency=next((item.currency for item in party.items), "EUR"),
            later=later_contracts(party),
            places=[place for place in queries.places_of(party) if place.cancelled_at is None],
            last_day=permissions.withdrawal_day(party),
            may_withdraw=permissions.may_withdraw(party),
        )

    def deed() -> dict[str, Any]:
        party = party_of(token)
        if not permissions.may_withdraw(party):
            raise services.WithdrawalOver
        services.withdraw(party)
        return {}

    once(party.public_id, form, deed)
    flash(_("Your withdrawal has arrived. A letter confirms when."), "ok")
    return redirect(url_for(".manage", token=token), 303)
