"""What a buyer sent in for approval, opened by the secret link in their letter: how far it is, withdrawn, sent anew."""

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import NotFound
from ...guards import guarded, secret_link
from ...i18n import _
from .. import approval, drafts, queries, refusing
from ..forms import SureForm
from ..models import Party
from ..seats import Guest
from .blueprint import bp, check_generation, page, public_id_of
from .shown import order_of

Answer = Response | tuple[str, int]


def _party(token: str, *, locked: bool = False) -> Party:
    public_id, generation = public_id_of("party", token)
    party = queries.locked_party(public_id, in_turn=True) if locked else queries.party_at(public_id)
    if party is None:
        raise NotFound
    check_generation(party.generation, generation)
    g.event = party.event
    return party


@bp.get("/r/<token>/request")
@guarded(secret_link)
def request_page(token: str) -> Answer:
    """What was sent in, and what has become of it; once placed, the page of the places takes over."""
    party = _party(token)
    if party.placed_at is not None and party.approval != "rejected":
        return redirect(url_for(".manage", token=token))
    if party.approval == "none" and not approval.is_withdrawn(party):
        raise NotFound
    return page(
        "request",
        party.event,
        party=party,
        token=token,
        people=[Guest.of(kept) for kept in party.draft.get("people", [])],
        refused=refusing.refused_of(party),
        order=order_of(party),
        withdrawn=approval.is_withdrawn(party),
        may_edit=approval.may_edit(party),
        sure=SureForm(formdata=None),
    )


@bp.post("/r/<token>/request/withdraw")
@guarded(secret_link)
def withdraw_request(token: str) -> Response:
    """Take back what was sent in."""
    _party(token)
    with transaction():
        approval.withdraw(_party(token, locked=True))
    flash(_("Your request is withdrawn."), "ok")
    return redirect(url_for(".request_page", token=token), 303)


@bp.post("/r/<token>/request/edit")
@guarded(secret_link)
def edit_request(token: str) -> Response:
    """Go through the steps once more with what was typed, to send it in again."""
    party = _party(token)
    if not approval.may_edit(party):
        raise approval.NotPossible
    drafts.remember(party.event, party.public_id)
    return redirect(url_for("registration.people", event_slug=party.event.slug), 303)
