"""Extras: what each person books beside the ticket, workshops included."""

from flask import redirect
from werkzeug.wrappers import Response

from ...db import transaction
from ...events.routing import current_event
from ...i18n import _
from ...tickets import services as tickets
from .. import drafts, services, swaps, workshops
from ..forms import ExtrasForm
from ..models import Party
from .blueprint import bp
from .shown import extras_of
from .step import step_page

Answer = Response | tuple[str, int]


@bp.get("/e/<event_slug>/register/extras")
def extras() -> Answer:
    """Dinner, tours, workshops: for each person what they like, sold-out ones with their waiting list."""
    event = current_event()
    elsewhere = drafts.elsewhere(event, "extras")
    if elsewhere is not None:
        return redirect(elsewhere)
    party = drafts.required_draft(event, "extras")
    return _extras_page(party, _form(party, sent=False))


@bp.post("/e/<event_slug>/register/extras")
def keep_extras() -> Answer:
    """Hold what was chosen, and go on."""
    event = current_event()
    party = drafts.required_draft(event, "extras")
    form = _form(party, sent=True)
    if not form.validate_on_submit():
        return _extras_page(party, form, 422)
    drafts.others_first(event)
    try:
        with transaction():
            party = drafts.required_draft(event, "extras")
            if drafts.places(party) != len(form.people):
                raise drafts.StepsMissing
            with swaps.swapping():
                services.set_add_ons(party, form.chosen())
            url = drafts.next_url(party)
    except workshops.TimeConflict as error:
        form.people[int(error.details.get("position", 0))].errors = [str(error.message)]
        return _extras_page(drafts.required_draft(event, "extras"), form, 422)
    except (tickets.SoldOut, tickets.NotOnSale, tickets.LimitPerOrder) as error:
        form.people[0].errors = [str(error.message)]
        return _extras_page(drafts.required_draft(event, "extras"), form, error.status)
    return redirect(url, 303)


def _form(party: Party, *, sent: bool) -> ExtrasForm:
    names = [
        " ".join(kept[part] for part in ("given_name", "family_name") if kept.get(part))
        or _("Person %(number)s", number=number)
        for number, kept in enumerate(party.draft["people"], start=1)
    ]
    chosen = party.draft.get("add_ons", party.draft.get("add_ons_left", []))
    return ExtrasForm.build(names, extras_of(party), chosen, sent=sent)


def _extras_page(party: Party, form: ExtrasForm, status: int = 200) -> tuple[str, int]:
    return step_page("extras", party, status, form=form, form_errors=form.errors, extras=extras_of(party))
