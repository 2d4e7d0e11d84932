"""Cards that I exchanged, what waits for me or the other side, and to whom I gave my details at stands."""

from flask import flash, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from ... import limits
from ...db import transaction
from ...errors import DomainError, or_404, require
from ...events.models import Participant
from ...events.routing import current_event, current_participant, current_person, event_blueprint, participant
from ...headers import as_file
from ...i18n import _
from ...vcard import MEDIA_TYPE, as_vcard
from .. import cards, leads, queries, texts
from ..forms import BadgeForm, ButtonForm
from ..models import CardExchange
from .blueprint import BADGES_AN_HOUR, own_code, reading_page

bp = event_blueprint("contacts", __name__, "me/contacts", guard=participant)


@bp.get("")
def index() -> str:
    """Everything that I exchanged and gave, on one page."""
    me = current_participant()
    found = queries.exchanges_of(me, besides=queries.apart_from(me))
    agreed = [each for each in found if queries.is_agreed(each)]
    others = {each.id: queries.other_of(each, me) for each in found}
    return render_template(
        "contacts/index.html",
        asked=[each for each in found if not queries.agreed_by(each, me)],
        agreed=agreed,
        waiting=[each for each in found if each not in agreed and queries.agreed_by(each, me)],
        others=others,
        cards=queries.cards_of(others[each.id] for each in agreed),
        given=queries.given_by(me),
        sentence=texts.CARD,
    )


@bp.get("/scan")
def scan() -> str:
    """Read the badge of whoever stands before me; my own code stands there too."""
    return page(BadgeForm(formdata=None))


@bp.post("/scan")
def read() -> Response | tuple[str, int]:
    """Agree to exchange cards with whose badge this is: they agree for themselves, on their own page or by mine."""
    form = BadgeForm()
    if not form.validate_on_submit():
        return page(form), 422
    limits.hit("contacts.badge", current_person().public_id, limit=BADGES_AN_HOUR, seconds=3600)
    try:
        with transaction():
            me = current_participant()
            other = cards.guest_with(me, form.code.data or "")
            agreed = queries.is_agreed(cards.ask(me, other))
            name = other.name
    except DomainError as error:
        form.code.errors = [str(error.message)]
        return page(form), error.status
    if agreed:
        flash(_("You and %(name)s now have each other’s contact details.", name=name), "ok")
    else:
        flash(_("%(name)s is asked. As soon as they agree, you have each other’s contact details.", name=name), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/<id>/agree")
def agree(id: str) -> Response:
    """Agree to what somebody asks who has read my badge."""
    require(ButtonForm().validate_on_submit())
    with transaction():
        exchange = own_exchange(id)
        cards.agree(exchange, current_participant())
        name = queries.other_of(exchange, current_participant()).name
    flash(_("You and %(name)s now have each other’s contact details.", name=name), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/<id>/end")
def end(id: str) -> Response:
    """Decline, take back, or part again."""
    require(ButtonForm().validate_on_submit())
    with transaction():
        cards.end(own_exchange(id))
    flash(_("Done. Neither of you sees the other’s contact details here."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/<id>.vcf")
def card(id: str) -> Response:
    """Somebody's card, for the address book."""
    exchange = own_exchange(id)
    require(queries.is_agreed(exchange))
    other = queries.other_of(exchange, current_participant())
    text = as_vcard(queries.cards_of([other])[other.id])
    return as_file(text, MEDIA_TYPE, f"{other.name}.vcf")


@bp.get("/all.vcf")
def all_cards() -> Response:
    """All of them in one file."""
    me = current_participant()
    others = [
        queries.other_of(each, me)
        for each in queries.exchanges_of(me, besides=queries.apart_from(me))
        if queries.is_agreed(each)
    ]
    text = as_vcard(*queries.cards_of(others).values())
    what = _("contacts")
    return as_file(text, MEDIA_TYPE, f"{current_event().slug}-{what}.vcf")


@bp.post("/given/<id>/withdraw")
def withdraw(id: str) -> Response:
    """Take back what I gave an exhibitor."""
    require(ButtonForm().validate_on_submit())
    with transaction():
        lead = or_404(queries.lead_from(current_participant(), id))
        leads.withdraw(lead)
        name = lead.profile.organisation.name
    flash(_("Withdrawn. %(name)s no longer sees your details here.", name=name), "ok")
    return redirect(url_for(".index", _anchor="h-given"), 303)


def own_exchange(public_id: str) -> CardExchange:
    """An open or agreed exchange of mine. Raises `NotFound`."""
    return or_404(queries.exchange_by_ref(current_participant(), public_id))


def page(form: BadgeForm) -> str:
    """The page with the camera and the field."""
    return reading_page("contacts/scan.html", form, sentence=texts.CARD, **own_code())


def given_section(me: Participant) -> Markup:
    """To whom somebody gave their details in person, for their privacy page."""
    found = queries.exchanges_of(me, besides=queries.apart_from(me))
    return Markup(  # a template of ours
        render_template(
            "contacts/given_section.html",
            given=queries.given_by(me),
            exchanged=sum(queries.is_agreed(each) for each in found),
        )
    )
