"""One person of a request whom an organiser does not approve, while the others still wait for a decision."""

from typing import Any

from .. import audit
from ..db import db
from ..errors import DomainError
from ..i18n import _l
from . import approval, approval_mails, orders, queries
from .models import Item, Party
from .seats import Guest


class StandsForAll(DomainError):
    """Whoever ordered was to be refused alone: without them there is nobody to whom the others belong."""

    message = _l("Whoever sent in a request stands for all of it. Reject the request, or the others one by one.")


class SharedRequest(DomainError):
    """A ticket for several people was to be refused to one of them."""

    message = _l("A ticket for several people is approved or rejected as a whole.")


def may_refuse(party: Party, position: int) -> bool:
    """Whether one person of a request can be refused alone."""
    shared = party.product is not None and party.product.seats > 1
    return party.approval == "waiting" and position > 0 and not shared


def refuse(party: Party, position: int, reason: str, *, of: int) -> None:
    """Refuse the person at `position` (from 0) `of` so many in a request; the others go on waiting.

    Their place and what was chosen for it go on to those who wait, and cost nothing; a letter tells the buyer why.
    Raises `approval.NotPossible` when the request is not what was looked at, `StandsForAll` or `SharedRequest`.
    """
    people = list(party.draft.get("people", []))
    if party.approval != "waiting" or party.placed_at is not None or len(people) != of or not 0 <= position < of:
        raise approval.NotPossible
    if party.product is None or party.product.seats > 1:
        raise SharedRequest
    if position == 0:
        raise StandsForAll
    going = _lines_of(party, position)
    name = Guest.of(people.pop(position)).name
    refused = [*refused_of(party), {"name": name, "reason": reason}]
    party.draft = {**_without(party.draft, position), "people": people, "refused": refused}
    orders.drop(going)
    db.session.flush()
    db.session.expire(party, ["items"])
    audit.record(
        "approval.person_rejected",
        party,
        event=party.event,
        after={"reason": f"{name}: {reason}" if name else reason},
    )
    approval_mails.person_rejected(party, name, reason, len(refused))


def refused_of(party: Party) -> list[dict[str, str]]:
    """Who of a request was refused alone: {"name", "reason"}, in that order; the name is empty if it was open."""
    return list(party.draft.get("refused", []))


def _lines_of(party: Party, position: int) -> list[Item]:
    """The lines of one person of a request: a ticket, and what was chosen for them."""
    items = queries.items_of(party)
    found = [[item for item in items if item.kind == "ticket"][position]]
    chosen = orders.add_ons_by_place(party.draft)
    for public_id in chosen[position] if position < len(chosen) else []:
        fitting = (i for i in items if i not in found and i.claim and i.claim.product.public_id == public_id)
        found += list(fitting)[:1]
    return found


def _without(draft: dict[str, Any], position: int) -> dict[str, Any]:
    """A draft without what it holds of one person."""
    left = dict(draft)
    for key in ("add_ons", "choices"):
        if key in left:
            left[key] = [one for number, one in enumerate(left[key]) if number != position]
    if "answers" in left:
        each = left["answers"].get("people", [])
        left["answers"] = {**left["answers"], "people": [one for n, one in enumerate(each) if n != position]}
    return left
