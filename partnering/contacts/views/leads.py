"""An exhibitor's leads: read a badge, let the visitor agree on this screen, remember what matters, take them along."""

from collections.abc import Callable, Iterable

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import audit, limits
from ... import workbook as workbooks
from ...db import transaction
from ...errors import DomainError, or_404
from ...events.models import Participant
from ...events.routing import current_event, current_person, event_blueprint, participant
from ...headers import as_file, page_in, words_in
from ...i18n import _, speaking
from ...tables import CSV, as_csv
from ...vcard import MEDIA_TYPE
from .. import exports, queries, texts
from .. import leads as deeds
from ..forms import BadgeForm, ConsentForm, LeadForm
from ..models import Lead
from .blueprint import LEADS_AN_HOUR, VISITORS_AN_HOUR, exhibitor, new_scan, reading_page

bp = event_blueprint("leads", __name__, "me/stand", guard=participant)

Answer = Response | str | tuple[str, int]

ON_A_PAGE = 50


@bp.get("/leads")
def index() -> str:
    """The leads of my organisation, newest first; `q` looks for names, organisations and words of notes."""
    mine = exhibitor()
    words = words_in(request.args)
    ids = queries.leads_of(mine.profile, words)
    first = (page_in(request.args) - 1) * ON_A_PAGE
    shown = queries.leads_by_id(ids[first : first + ON_A_PAGE])
    return render_template(
        "contacts/leads.html",
        me=mine,
        leads=shown,
        cards=queries.cards_of(lead.participant for lead in shown if lead.withdrawn_at is None),
        words=words,
        total=len(ids),
        first=first,
        page=first // ON_A_PAGE + 1,
        more=len(ids) > first + ON_A_PAGE,
        reference=exports.reference,
    )


@bp.get("/leads/scan")
def scan() -> str:
    """Read a visitor's badge, by the camera or typed."""
    exhibitor()
    return scan_page(BadgeForm(formdata=None))


@bp.post("/leads/scan")
def read() -> Answer:
    """Show the visitor what they are asked to agree to, in their language; nothing is kept before they do."""
    form = BadgeForm()
    mine = exhibitor()
    if not form.validate_on_submit():
        return scan_page(form), 422
    limits.hit("contacts.visitor", current_person().public_id, limit=VISITORS_AN_HOUR, seconds=3600)
    try:
        visitor = deeds.visitor_with(mine.profile, mine.participant, form.code.data or "")
    except DomainError as error:
        form.code.errors = [str(error.message)]
        return scan_page(form), error.status
    known = queries.live_lead(mine.profile, visitor)
    if known is not None:
        flash(_("%(name)s has agreed before.", name=visitor.name), "ok")
        return redirect(url_for(".show", id=known.public_id), 303)
    asked = ConsentForm(formdata=None, code=form.code.data, scan=new_scan())
    return asking_page(asked, visitor)


@bp.post("/leads/agree")
def agree() -> Answer:
    """What the visitor has just agreed to, on this screen."""
    form = ConsentForm()
    mine = exhibitor()
    if not form.validate_on_submit():
        return scan_page(BadgeForm(formdata=None, code=form.code.data or "")), 422
    limits.hit("contacts.lead", current_person().public_id, limit=LEADS_AN_HOUR, seconds=3600)
    try:
        with transaction():
            mine = exhibitor()
            visitor = deeds.visitor_with(mine.profile, mine.participant, form.code.data or "")
            lead = deeds.take(mine.profile, mine.participant, visitor, scan_id=form.scan.data or "")
            id, name = lead.public_id, visitor.name
    except DomainError as error:
        if error.status in (403, 404):
            raise
        refused = BadgeForm(formdata=None, code=form.code.data)
        refused.code.errors = [str(error.message)]
        return scan_page(refused), error.status
    flash(_("%(name)s has agreed and gets a letter about it.", name=name), "ok")
    return redirect(url_for(".show", id=id), 303)


@bp.route("/leads/<id>", methods=["GET", "POST"])
def show(id: str) -> Answer:
    """One lead, with note and rating that all colleagues read and write."""
    lead = own_lead(id)
    form = LeadForm(data=_stored(lead))
    if not form.is_submitted():
        form.seen.note(_stored(lead))
    if not form.validate_on_submit():
        return (lead_page(lead, form), 422) if form.is_submitted() else lead_page(lead, form)
    with transaction():
        lead = own_lead(id)
        fields = {"rating": form.rating, "note": form.note}
        late = lead.withdrawn_at is None and form.seen.overtaken(fields, _stored(lead))
        if not late:
            deeds.describe(lead, form.note.data or "", int(form.rating.data or 0))
    if late:
        return lead_page(own_lead(id), form), 409
    flash(_("Saved. Your colleagues read it too."), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/leads/<id>.vcf")
def card(id: str) -> Response:
    """One lead for the address book."""
    lead = own_lead(id)
    name = lead.participant.name if lead.withdrawn_at is None else exports.reference(lead)
    return as_file("".join(exports.as_cards([lead.id])), MEDIA_TYPE, f"{name}.vcf")


@bp.get("/leads.csv")
def table() -> Response:
    """All leads as a list for spreadsheets."""
    return _as_file("csv", CSV, lambda ids: as_csv(exports.heads(), exports.rows(ids)))


@bp.get("/leads.xlsx")
def workbook() -> Response:
    """The same as a workbook."""
    return _as_file("xlsx", workbooks.MEDIA_TYPE, lambda ids: workbooks.as_xlsx(exports.heads(), exports.rows(ids)))


@bp.get("/leads.vcf")
def all_cards() -> Response:
    """All leads for the address book."""
    return _as_file("vcf", MEDIA_TYPE, lambda ids: "".join(exports.as_cards(ids)))


def _as_file(kind: str, media_type: str, write: Callable[[list[int]], bytes | str | Iterable[bytes]]) -> Response:
    """Write down who takes the leads along, then send them."""
    with transaction():
        profile = exhibitor().profile
        audit.record("leads.exported", profile.organisation, event=current_event(), after={"format": kind})
    content = write(queries.leads_of(exhibitor().profile))
    if not isinstance(content, bytes | str):
        content = b"".join(content)
    what = _("leads")
    return as_file(content, media_type, f"{current_event().slug}-{what}.{kind}")


def own_lead(public_id: str) -> Lead:
    """A lead of my organisation. Raises `NotFound`."""
    return or_404(queries.lead_by_ref(exhibitor().profile, public_id))


def _stored(lead: Lead) -> dict[str, str]:
    return {"rating": str(lead.rating), "note": lead.note}


def scan_page(form: BadgeForm) -> str:
    """The page with the camera and the field."""
    return reading_page("contacts/lead_scan.html", form)


def asking_page(form: ConsentForm, visitor: Participant) -> str:
    """What the visitor reads and agrees to, in their own language."""
    profile = exhibitor().profile
    with speaking(visitor.locale):
        return render_template(
            "contacts/lead_ask.html",
            form=form,
            visitor=visitor,
            organisation=profile.organisation,
            sentence=texts.lead_sentence(profile),
        )


def lead_page(lead: Lead, form: LeadForm) -> str:
    """One lead as its exhibitor reads it."""
    card = queries.cards_of([lead.participant])[lead.participant_id] if lead.withdrawn_at is None else None
    return render_template(
        "contacts/lead.html",
        lead=lead,
        card=card,
        form=form,
        form_errors=form.errors,
        reference=exports.reference(lead),
    )
