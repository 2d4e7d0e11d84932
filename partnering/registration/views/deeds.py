"""What the pages behind secret links share: finding the party and its place, and doing what was sent once."""

from collections.abc import Callable
from typing import Any

from flask import g, redirect, request, url_for
from werkzeug.wrappers import Response

from ... import idempotency, limits
from ...db import transaction
from ...errors import NotFound
from .. import queries, services
from ..change_forms import OnceForm
from ..models import Party, Place
from .blueprint import check_generation, public_id_of

LETTERS_A_DAY = 60
"""Letters that one party can cause in a day by naming and reminding."""

UNSAID = ("csrf_token", "key")


def party_of(token: str) -> Party:
    """The party of a secret link. Raises `NotFound`, or `Gone` for an address taken back."""
    public_id, generation = public_id_of("party", token)
    party = queries.party_at(public_id)
    if party is None or (party.placed_at is None and party.asked_at is None):
        raise NotFound
    check_generation(party.generation, generation)
    g.event = party.event
    return party


def place_of(token: str, public_id: str) -> tuple[Party, Place]:
    """The party of a secret link, and one of its places."""
    party = party_of(token)
    place = queries.place_at(party, public_id)
    if place is None:
        raise NotFound
    return party, place


def back(token: str) -> Response:
    """To the party's page."""
    return redirect(url_for("registration.manage", token=token), 303)


def count_letter(party: Party, letters: int = 1) -> None:
    """Count letters that a buyer causes. Raises `TooMany`."""
    for _letter in range(letters):
        limits.hit("party letters", party.public_id, limit=LETTERS_A_DAY, seconds=86_400)


def once(who: str, form: OnceForm, deed: Callable[[], dict[str, Any] | None]) -> dict[str, Any]:
    """Do what was sent, in a transaction of its own, once for each page that was shown; the same answer every time.

    `who` is the public id behind the link.
    """
    body = repr([request.path, sorted((k, v) for k, v in request.form.items(multi=True) if k not in UNSAID)])
    with transaction():
        return idempotency.once(f"link:{who}", form.key.data or "", body, lambda: deed() or {})


def require_change(allowed: bool) -> None:
    """Raises `ChangesClosed` unless `allowed`."""
    if not allowed:
        raise services.ChangesClosed
