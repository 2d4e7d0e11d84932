"""What people agreed to: numbers, files of those who agree, sponsors and exhibitors that people are asked about."""

from collections.abc import Callable, Iterator

from flask import Response, flash, redirect, render_template, stream_with_context, url_for
from werkzeug.wrappers import Response as BaseResponse

from ... import audit, workbook
from ...consents import recipients
from ...consents.models import ConsentRecipient
from ...db import BilingualText, transaction
from ...errors import or_404, require
from ...events.pages import fresh_event, once, page
from ...events.routing import current_event
from ...headers import as_file
from ...i18n import _
from ...tables import CSV
from .. import consenting, export
from ..forms import OnceForm
from ..people_forms import RecipientForm
from .blueprint import bp
from .people import tabs

Answer = str | BaseResponse | tuple[str, int]


@bp.get("/people/consents")
def consents() -> str:
    """Who agrees to what, in numbers, and which sponsors and exhibitors people are asked about."""
    event = current_event()
    return render_template(
        "backoffice/consents.html",
        purposes=consenting.purposes(event),
        recipients=recipients.recipients_of(event),
        tabs=tabs(),
    )


@bp.get("/people/consents/<key>.csv")
def consents_file(key: str) -> Response:
    """Those who agree to one purpose, and nobody else, as a file for spreadsheets."""
    return _as_file(key, "csv", CSV, export.pieces)


@bp.get("/people/consents/<key>.xlsx")
def consents_workbook(key: str) -> Response:
    """The same as a workbook."""
    return _as_file(key, "xlsx", workbook.MEDIA_TYPE, workbook.as_xlsx)


def _as_file(key: str, kind: str, media_type: str, write: Callable[..., Iterator[bytes]]) -> Response:
    """Write down who takes the list along, then send it."""
    with transaction():
        event = fresh_event()
        purpose = or_404(consenting.purpose_at(event, key))
        after = {"format": kind, "purpose": purpose.purpose, "recipient": purpose.recipient}
        audit.record("consents.exported", event, event=event, after=after)
    event = current_event()
    content = stream_with_context(write(consenting.heads(), consenting.rows(event.id, purpose)))
    return as_file(content, media_type, f"{event.slug}-{purpose.label}.{kind}")


# -- sponsors and exhibitors


@bp.route("/people/consents/new", methods=["GET", "POST"])
def add_recipient() -> Answer:
    """Ask people about one more."""
    form = RecipientForm()
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                once(form, lambda: recipients.add(event, form.name.data or "", _aim(form)))
        except recipients.RecipientKnown as error:
            form.name.errors = [str(error.message)]
        else:
            flash(_("People are asked about it from now on."), "ok")
            return redirect(url_for(".consents"), 303)
    return page("backoffice/consent_recipient.html", form, recipient=None)


@bp.route("/people/consents/<public_id>", methods=["GET", "POST"])
def edit_recipient(public_id: str) -> Answer:
    """Say anew what details are passed on for."""
    recipient = _recipient_or_404(public_id)
    form = RecipientForm(name=recipient.name, aim_de=recipient.aim.de, aim_en=recipient.aim.en)
    form.name.data = recipient.name  # it is what people agreed to, so it stays
    if form.validate_on_submit():
        with transaction():
            fresh_event()
            recipients.describe(_recipient_or_404(public_id), _aim(form))
        flash(_("Your answers are saved."), "ok")
        return redirect(url_for(".consents"), 303)
    return page("backoffice/consent_recipient.html", form, recipient=recipient)


@bp.post("/people/consents/<public_id>/<any(stop, resume, remove):deed>")
def change_recipient(public_id: str, deed: str) -> BaseResponse:
    """Ask nobody any more, ask again, or take off what nobody agreed to."""
    require(OnceForm().validate_on_submit())
    said = {
        "stop": _("Nobody is asked about it any more. Consents that were given stay until they are withdrawn."),
        "resume": _("People are asked about it from now on."),
        "remove": _("It is off the list."),
    }
    deeds = {"stop": recipients.stop, "resume": recipients.resume, "remove": recipients.remove}
    try:
        with transaction():
            fresh_event()
            deeds[deed](_recipient_or_404(public_id))
    except recipients.RecipientInUse as error:
        flash(str(error.message), "bad")
    else:
        flash(said[deed], "ok")
    return redirect(url_for(".consents"), 303)


def _aim(form: RecipientForm) -> BilingualText:
    return BilingualText(form.aim_de.data or "", form.aim_en.data or "")


def _recipient_or_404(public_id: str) -> ConsentRecipient:
    return or_404(recipients.recipient_at(current_event(), public_id))
