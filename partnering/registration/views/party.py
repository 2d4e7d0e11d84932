"""A buyer's places, opened by the secret link in their letter: who comes, naming, reminding, giving back."""

from typing import Any

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...db import transaction
from ...errors import NotFound
from ...guards import guarded
from ...i18n import _
from .. import mails, permissions, queries, services
from ..forms import GuestForm, SureForm
from ..models import Party, Place
from .blueprint import bp, check_generation, page, public_id_of, secret_link
from .shown import order_of

LETTERS_A_DAY = 60
"""Letters that one party can cause in a day by naming and reminding."""


def _party(token: str) -> Party:
    public_id, generation = public_id_of("party", token)
    party = queries.party_at(public_id)
    if party is None or party.placed_at is None:
        raise NotFound
    check_generation(party.generation, generation)
    g.event = party.event
    return party


def _place(token: str, public_id: str) -> tuple[Party, Place]:
    party = _party(token)
    place = queries.place_at(party, public_id)
    if place is None:
        raise NotFound
    return party, place


def _back(token: str) -> Response:
    return redirect(url_for(".manage", token=token), 303)


def _count_letter(party: Party) -> None:
    limits.hit("party letters", party.public_id, limit=LETTERS_A_DAY, seconds=86_400)


@bp.get("/r/<token>")
@guarded(secret_link)
def manage(token: str) -> tuple[str, int]:
    """Everything a buyer booked."""
    party = _party(token)
    return page(
        "party",
        party.event,
        party=party,
        token=token,
        places=queries.places_of(party),
        holder=mails.holder_name,
        order=order_of(party),
        may_change=permissions.may_change(party.event),
        sure=SureForm(formdata=None),
    )


@bp.route("/r/<token>/places/<public_id>", methods=["GET", "POST"])
@guarded(secret_link)
def name_place(token: str, public_id: str) -> Response | tuple[str, int]:
    """Name somebody for a place, or somebody else."""
    party, place = _place(token, public_id)
    form = GuestForm()
    if not form.validate_on_submit() or not _is_new(party, place, form):
        return _name_page(token, party, place, form)
    _count_letter(party)
    with transaction():
        party, place = _place(token, public_id)
        _ask_change(place)
        services.name_person(place, form.guest)
    flash(_("We have written to %(name)s.", name=form.guest.name), "ok")
    return _back(token)


def _is_new(party: Party, place: Place, form: GuestForm) -> bool:
    """Whether no other place of the party goes to this address; else the form says whose it is."""
    number = queries.number_of_address(party, form.guest.email, but=place)
    if number is not None:
        form.email.errors = [_("This is already the address of person %(number)s", number=number)]
    return number is None


def _name_page(token: str, party: Party, place: Place, form: GuestForm) -> tuple[str, int]:
    status: dict[str, Any] = {"status": 422} if form.errors else {}
    return page(
        "name",
        party.event,
        **status,
        form=form,
        form_errors=form.errors,
        party=party,
        place=place,
        token=token,
        holder=mails.holder_name(place),
        may_change=permissions.may_change_place(place),
    )


@bp.post("/r/<token>/places/<public_id>/remind")
@guarded(secret_link)
def remind(token: str, public_id: str) -> Response:
    """Write once more to whoever was asked to take a place."""
    party, place = _place(token, public_id)
    _count_letter(party)
    with transaction():
        party, place = _place(token, public_id)
        name = mails.holder_name(place)
        services.remind(place)
    flash(_("We have written to %(name)s.", name=name), "ok")
    return _back(token)


@bp.route("/r/<token>/places/<public_id>/cancel", methods=["GET", "POST"])
@guarded(secret_link)
def cancel_place(token: str, public_id: str) -> Response | tuple[str, int]:
    """Give one place back; asks first."""
    party, place = _place(token, public_id)
    if not SureForm().validate_on_submit():
        return _cancel_page(token, party, place)
    with transaction():
        party, place = _place(token, public_id)
        _ask_change(place)
        services.cancel_place(place)
    flash(_("The place is given back."), "ok")
    return _back(token)


@bp.route("/r/<token>/cancel", methods=["GET", "POST"])
@guarded(secret_link)
def cancel_party(token: str) -> Response | tuple[str, int]:
    """Give all places back; asks first."""
    party = _party(token)
    if not SureForm().validate_on_submit():
        return _cancel_page(token, party, None)
    with transaction():
        party = _party(token)
        if not permissions.may_change(party.event):
            raise services.ChangesClosed
        services.cancel_party(party)
    flash(_("Your registration is cancelled."), "ok")
    return _back(token)


def _cancel_page(token: str, party: Party, place: Place | None) -> tuple[str, int]:
    open_places = [each for each in queries.places_of(party) if each.cancelled_at is None]
    return page(
        "cancel_place",
        party.event,
        party=party,
        place=place,
        count=1 if place else len(open_places),
        holder=mails.holder_name(place) if place else "",
        token=token,
        form=SureForm(formdata=None),
        may_change=permissions.may_change_place(place) if place else permissions.may_change(party.event),
    )


def _ask_change(place: Place) -> None:
    if place.cancelled_at is not None:
        raise services.PlaceGone
    if not permissions.may_change(place.party.event):
        raise services.ChangesClosed
