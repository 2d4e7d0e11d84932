"""A buyer's places, opened by the secret link in their letter: who comes, naming, reminding, giving back."""

from typing import Any

from flask import flash, g, redirect, url_for
from werkzeug.wrappers import Response

from ... import limits
from ...accounts import signing_in
from ...db import transaction
from ...errors import or_404
from ...guards import guarded, secret_link
from ...i18n import _, _n, locale
from ...questions.forms import country_name
from ...questions.shown import lines
from ...text import taken_apart
from ...tickets import queries as ticket_queries
from .. import changes, mails, permissions, queries, refunds, refusing, secret_links, services
from ..change_forms import CorrectForm, NameForm, OnceForm
from ..forms import GuestForm
from ..models import Party, Place
from .blueprint import bp, page, public_id_of
from .deeds import back, count_letter, once, party_of, place_of, require_change
from .extras import sections_of
from .places import asked_about_order, shown_places
from .shown import order_of
from .withdrawal import later_contracts

Answer = Response | tuple[str, int]

LINKS_A_DAY = 5
"""How often one booking gets a new link in a day."""


@bp.get("/r/<token>")
@guarded(secret_link)
def manage(token: str) -> Answer:
    """Everything a buyer booked."""
    party = party_of(token)
    if party.placed_at is None:  # it waits for an organiser's word
        return redirect(url_for(".request_page", token=token))
    places = shown_places(party)
    country = party.billing.get("country", "")
    return page(
        "party",
        party.event,
        party=party,
        token=token,
        places=places,
        refused=refusing.refused_of(party),
        order=order_of(party),
        abroad=country_name(country) if country not in ("", party.event.host.country) else "",
        answers=lines(party.sheet) if party.sheet else [],
        asks=bool(asked_about_order(party).questions),
        sections=sections_of(party),
        has_extras=any(each.add_ons for each in places)
        or (party.product is not None and bool(ticket_queries.add_ons_for(party.product))),
        may_change=permissions.may_change(party.event),
        may_cancel=permissions.may_cancel_party(party),
        may_withdraw=permissions.may_withdraw(party),
        withdrawal_day=permissions.withdrawal_day(party),
        later=later_contracts(party) if permissions.withdrawal_day(party) is not None else [],
        to_remind=sum(each.may_remind for each in places),
        sure=OnceForm(formdata=None),
    )


@bp.route("/r/<token>/places/<public_id>", methods=["GET", "POST"])
@guarded(secret_link)
def name_place(token: str, public_id: str) -> Answer:
    """Name somebody for a place, or somebody else."""
    party, place = place_of(token, public_id)
    form = NameForm()
    if not form.validate_on_submit() or not _is_new(party, place, form):
        return _name_page(token, party, place, form)
    count_letter(party)

    def deed() -> None:
        _party, place = place_of(token, public_id)
        _ask_change(place)
        services.name_person(place, form.guest)

    try:
        once(party.public_id, form, deed)
    except services.MembersOnly as error:
        form.email.errors = [str(error.message)]
        return _name_page(token, *place_of(token, public_id), form)
    flash(_("We have written to %(name)s.", name=form.guest.name), "ok")
    return back(token)


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
        until=permissions.place_passes_until(place),
        may_change=permissions.may_name(place),
        members=services.members_code(place),
    )


@bp.route("/r/<token>/places/<public_id>/correct", methods=["GET", "POST"])
@guarded(secret_link)
def correct_place(token: str, public_id: str) -> Answer:
    """Mend a name that was typed wrong, until its owner has taken the place."""
    party, place = place_of(token, public_id)
    form = CorrectForm(data=taken_apart(place.invited_name)._asdict())  # the same for those known before
    if not form.validate_on_submit():
        return page(
            "correct",
            party.event,
            status=422 if form.errors else 200,
            form=form,
            form_errors=form.errors,
            place=place,
            token=token,
            until=permissions.place_passes_until(place),
            may_change=permissions.may_name(place) and changes.is_asked(place),
        )

    def deed() -> None:
        _party, place = place_of(token, public_id)
        _ask_change(place)
        services.correct_name(place, form.guest)

    once(party.public_id, form, deed)
    flash(_("The name is corrected."), "ok")
    return back(token)


@bp.post("/r/<token>/places/<public_id>/remind")
@guarded(secret_link)
def remind(token: str, public_id: str) -> Response:
    """Write once more to whoever was asked to take a place."""
    party, place = place_of(token, public_id)
    count_letter(party)
    name = mails.holder_name(place)

    def deed() -> None:
        services.remind(place_of(token, public_id)[1])

    once(party.public_id, OnceForm(), deed)
    flash(_("We have written to %(name)s.", name=name), "ok")
    return back(token)


@bp.post("/r/<token>/remind")
@guarded(secret_link)
def remind_all(token: str) -> Response:
    """Write once more to everybody who was asked and has not answered."""
    party = party_of(token)
    count_letter(party)

    def deed() -> dict[str, Any]:
        return {"count": services.remind_all(party_of(token))}

    count = int(once(party.public_id, OnceForm(), deed)["count"])
    flash(_n("We have written to one person.", "We have written to %(num)s people.", count), "ok")
    return back(token)


@bp.route("/r/<token>/places/<public_id>/cancel", methods=["GET", "POST"])
@guarded(secret_link)
def cancel_place(token: str, public_id: str) -> Answer:
    """Give one place back; says first what that means in money."""
    party, place = place_of(token, public_id)
    form = OnceForm()
    if not form.validate_on_submit():
        return _cancel_page(token, party, place)

    def deed() -> None:
        _party, place = place_of(token, public_id)
        _ask_change(place)
        services.cancel_place(place)

    once(party.public_id, form, deed)
    flash(_("The place is given back."), "ok")
    return back(token)


@bp.route("/r/<token>/cancel", methods=["GET", "POST"])
@guarded(secret_link)
def cancel_party(token: str) -> Answer:
    """Give all places back; says first what that means in money."""
    party = party_of(token)
    form = OnceForm()
    if not form.validate_on_submit():
        return _cancel_page(token, party, None)

    def deed() -> None:
        party = party_of(token)
        if party.cancelled_at is not None:
            raise services.PlaceGone
        require_change(permissions.may_cancel_party(party))
        services.cancel_party(party)

    once(party.public_id, form, deed)
    flash(_("Your registration is cancelled."), "ok")
    return back(token)


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
        form=OnceForm(formdata=None),
        quote=refunds.quote(place or party),
        rules=refunds.refund_sentences(party.event),
        may_withdraw=permissions.may_withdraw(party),
        withdrawal_day=permissions.withdrawal_day(party),
        until=permissions.place_passes_until(place) if place else party.event.opens_at,
        may_change=permissions.may_name(place) if place else permissions.may_cancel_party(party),
    )


def _ask_change(place: Place) -> None:
    if place.cancelled_at is not None:
        raise services.PlaceGone
    require_change(permissions.may_name(place))


@bp.post("/r/<token>/new-link")
@guarded(secret_link)
def renew_link(token: str) -> Answer:
    """Take this link back, and send another one to the buyer. From then on this page is gone."""
    public_id, _generation = public_id_of("party", token)
    limits.hit("party links", public_id, limit=LINKS_A_DAY, seconds=86_400)
    once(public_id, OnceForm(), lambda: secret_links.renew(party_of(token), by="buyer"))
    party = or_404(queries.party_at(public_id))
    g.event = party.event
    return page("link_renewed", party.event, party=party)


@bp.post("/r/<token>/sign-in")
@guarded(secret_link)
def mail_buyer(token: str) -> Response:
    """Send the buyer a sign-in link: this secret link itself opens no account."""
    party = party_of(token)
    signing_in.count_try(party.contact_email, limits.caller())
    with transaction():
        signing_in.mail_link(party.contact_email, f"/e/{party.event.slug}/me/", locale())
    flash(_("We have sent you a link."), "ok")
    return redirect(url_for(".manage", token=token), 303)
