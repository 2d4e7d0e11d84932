"""The blueprint of this room, and what its pages share."""

from dataclasses import dataclass
from typing import Any

from flask import g, request, url_for

from ...errors import Forbidden
from ...events.queries import is_over
from ...events.routing import current_event, current_participant, event_blueprint, participant
from ...i18n import _, _l
from ...registration.queries import live_registration
from .. import queries
from ..models import Delegate
from ..reasons import MOST
from ..words import country_name, facet_label, language_name, term_label

bp = event_blueprint("delegates", __name__, guard=participant)


class NoTicket(Forbidden):
    """A participant without a live registration, such as a speaker, does not partner."""

    message = _l("Partnering is for guests with a ticket. As soon as you are registered, this page opens for you.")


class NotIncluded(NoTicket):
    """A guest whose ticket is without partnering, such as crew."""

    message = _l(
        "Your ticket is without partnering. If you would like to meet partners, please write to the organisers."
    )


def no_ticket() -> NoTicket:
    """Why the signed-in participant does not partner."""
    return NotIncluded() if live_registration(current_participant()) is not None else NoTicket()


def partners() -> bool:
    """Whether the signed-in participant partners, asked once for a page."""
    mine = g.get("participant")
    known = g.get("partners")
    if mine is not None and (known is None or known[0] != mine.id):
        known = g.partners = (mine.id, _partnering() is not None)
    return mine is not None and known is not None and known[1]


def me() -> Delegate:
    """The signed-in participant as a delegate. Raises `NoTicket`."""
    found = _partnering()
    if found is None:
        raise no_ticket()
    return found


def _partnering() -> Delegate | None:
    """The signed-in participant as a delegate, asked once for a page."""
    found: Delegate | None = g.get("delegate")
    if found is None or found.participant_id != current_participant().id:
        found = g.delegate = queries.delegate_of(current_participant())
    return found


@dataclass(frozen=True)
class Step:
    """What somebody should do next, and where; the `first` one is shown on every page that does not say it itself."""

    sentence: str
    label: str
    url: str
    first: bool = False


SAY_IT_THEMSELVES = ("delegates.profile", "delegates.save_profile", "schedule.today", "registration.my_ticket")
"""Pages that lead to the first step in their own way; a ticket is to be at hand at the door."""


def next_step() -> Step | None:
    """What a newcomer does next: say something in the profile, then be found by it; None for everybody else."""
    mine = _partnering()
    if mine is None or current_event().state != "published" or is_over(current_event()):
        return None
    if not queries.says_something(mine.profile):
        sentence = _("Say what you offer and what you seek. Others find you by it, and you see whom to meet and why.")
        return Step(sentence, _("Complete your profile"), url_for("delegates.profile"), first=True)
    if mine.visibility == "hidden":
        sentence = _("Nobody finds you in the directory yet. You choose what others read of you.")
        return Step(sentence, _("Let yourself be found"), url_for("delegates.privacy"))
    return None


def first_step() -> Step | None:
    """The first of these steps, for the top of a page that does not lead to it in its own way."""
    if g.get("participant") is None or request.endpoint in SAY_IT_THEMSELVES:
        return None
    step = next_step()
    return step if step is not None and step.first else None


bp.add_app_template_filter(language_name, "language_name")


@bp.app_context_processor
def words() -> dict[str, Any]:
    """The words of the taxonomy for all templates."""
    return {
        "term_label": term_label,
        "facet_label": facet_label,
        "country_name": country_name,
        "language_name": language_name,
        "MOST_REASONS": MOST,
        "next_step": next_step,
        "first_step": first_step,
    }
