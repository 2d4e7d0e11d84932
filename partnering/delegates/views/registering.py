"""The third step of registering: the partnering profile, before there is a registration."""

from typing import Any

from flask import g, redirect, render_template, request
from werkzeug.wrappers import Response

from ...db import transaction
from ...events.routing import asked_in_deed, enter_event
from ...guards import guarded
from ...registration import services as registration
from ...registration.drafts import elsewhere, enter, next_url, required_draft, steps
from ...registration.models import Party
from ..forms import LISTS, RegisteringForm
from ..visibility import DIRECTORY_CONSENT, MATCHMAKING_CONSENT
from .blueprint import bp
from .profile import card_of


@bp.route("/register/partnering", methods=["GET", "POST"])
@guarded(asked_in_deed)
def register_profile() -> Response | str | tuple[str, int]:
    """What do you offer, what do you seek? May be filled in later: the page of the last step is a link away."""
    too_early = elsewhere(g.event, "partnering") if request.method == "GET" else None
    if too_early is not None:
        return redirect(too_early)
    if request.method == "GET":
        party = required_draft(g.event, "partnering")
        return page(party, drafted(party))
    form = RegisteringForm()
    enter_event()
    if request.form.get("preview"):
        party = required_draft(g.event, "partnering")
        return card_only(party, form) if request.headers.get("X-Preview") else page(party, form)
    if not form.validate_on_submit():
        return page(required_draft(g.event, "partnering"), form), 422
    return redirect(keep(answers(form)))


def keep(partnering: dict[str, Any]) -> str:
    """Write the step into the draft, and say where it goes on."""
    with transaction():
        party = required_draft(enter(), "partnering")
        registration.keep(party, partnering=partnering)
        return next_url(party)


def answers(form: RegisteringForm) -> dict[str, Any]:
    """The step as the draft keeps it."""
    return {
        "offers": form.offers.data or "",
        "seeks": form.seeks.data or "",
        "terms": sorted(list(term) for term in form.terms),
        "organisation_type": form.organisation_type.data or "",
        "country": form.country.data or "",
        "languages": form.languages.data or [],
        "visibility": form.visibility.data,
        "matchmaking": form.matchmaking.data,
    }


def drafted(party: Party) -> RegisteringForm:
    """The form with what the draft holds."""
    kept = party.draft.get("partnering") or {}
    terms = [tuple(term) for term in kept.get("terms", [])]
    values: dict[str, Any] = {key: value for key, value in kept.items() if key != "terms"}
    for name, (side, facet) in LISTS.items():
        values[name] = [code for s, f, code in terms if (s, f) == (side, facet)]
    values.setdefault("languages", [party.locale])
    values.setdefault("country", "DE")
    return RegisteringForm(formdata=None, data=values)


def page(party: Party, form: RegisteringForm) -> str:
    """The step with the live card."""
    return render_template(
        "delegates/register.html",
        party=party,
        steps=steps(party),
        form=form,
        form_errors=form.errors,
        consent_text=DIRECTORY_CONSENT,
        matchmaking_text=MATCHMAKING_CONSENT,
        card=draft_card(party, form),
    )


def card_only(party: Party, form: RegisteringForm) -> str:
    """The card alone, for the script that keeps it current."""
    return render_template("delegates/preview.html", card=draft_card(party, form))


def draft_card(party: Party, form: RegisteringForm) -> Any:
    """The card of whoever registers."""
    people = party.draft.get("people") or [{}]
    first = people[0]
    name = " ".join(first.get(part, "") for part in ("title", "given_name", "family_name") if first.get(part))
    return card_of(form, name=name, function=first.get("function", ""), company=party.draft.get("company", ""))
