"""Withdrawing from a contract as a consumer: button, page to confirm, receipt by letter (§ 356a BGB, law.md L20).

Reachable without signing in, from the page of the party and from the foot of the event's pages: there whoever has not
got the link at hand asks for it with reference and address. The answer is the same whether or not there is such a
contract.
"""

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
from .. import mails, permissions, queries, refunds, services
from ..change_forms import OnceForm, WithdrawalForm
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
            and permissions.may_withdraw(party)
        ):
            mails.withdrawal_link(party)
    flash(_("If there is such a contract, we have just sent its link to this address."), "ok")
    return redirect(url_for(".find_contract"), 303)


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
            quote=refunds.quote(party),
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
