"""Letters: what became of them, what they say, and another try for those that failed."""

from flask import current_app, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import audit
from ...db import transaction
from ...errors import DomainError, or_404, require
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import single
from ...i18n import _
from ...mail import letters, queries, services
from ...mail.models import OutboxLetter
from ...redaction import redact
from .. import typed
from ..forms import ConfirmForm
from .blueprint import argument, bp

STATES = ("waiting", "sent", "dropped", "dead")
PAGE = 50


@bp.get("/letters")
def outbox() -> str:
    """The event's letters, newest first, by state."""
    event = current_event()
    state = argument("state", STATES)
    found = queries.letters_of_event(
        event.public_id,
        states=queries.OPEN if state == "waiting" else (state,) if state else (),
        before=typed.whole(single(request.args, "before")),
        limit=PAGE + 1,
    )
    return render_template(
        "backoffice/letters.html",
        state=state,
        letters=found[:PAGE],
        before=found[PAGE - 1].id if len(found) > PAGE else None,
        counts=queries.counts(event.public_id),
        states=state_words(),
        kinds=kind_words(),
    )


@bp.get("/letters/<public_id>")
def letter(public_id: str) -> str:
    """One letter: to whom, when, what went wrong, and its text as it would read now."""
    found = letter_or_404(public_id)
    return render_template(
        "backoffice/letter.html", letter=found, text=text_of(found), states=state_words(), kinds=kind_words()
    )


@bp.post("/letters/<public_id>/retry")
def retry_letter(public_id: str) -> Response:
    """Try a letter again that was given up."""
    require(ConfirmForm().validate_on_submit())
    try:
        with transaction():
            event = fresh_event()
            found = letter_or_404(public_id)
            services.retry(found)
            audit.record("letter.retried", found, event=event)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(str(error.message), "bad")
    else:
        flash(_("The letter is on its way again."), "ok")
    return redirect(url_for(".letter", public_id=public_id))


def text_of(found: OutboxLetter) -> str | None:
    """The letter's text, rendered from the newest state and with secret links blanked out; None if there is none.

    Letters that carry a secret of the person alone are not shown.
    """
    kind = letters.kinds.get(found.kind)
    if kind is None or kind.secret:
        return None
    try:
        said = letters.render(found)
    except Exception:  # whatever a room's renderer stumbles over, the list must stay readable
        current_app.logger.exception("letter %s cannot be rendered", found.public_id)
        return None
    return redact(said.text) if said is not None else None


def letter_or_404(public_id: str) -> OutboxLetter:
    """The letter of this public id, if it is one of this event's."""
    found = or_404(queries.letter_by_id(public_id))
    require(found.event_ref == current_event().public_id)
    return found


def state_words() -> dict[str, tuple[str, str, str]]:
    """What the states of letters are called, with tone and well."""
    waiting = (_("Waiting"), "info", "pending")
    return {
        "ready": waiting,
        "leased": waiting,
        "sending": waiting,
        "sent": (_("Sent"), "ok", "taken"),
        "dropped": (_("Not needed any more"), "", "free"),
        "dead": (_("Failed"), "bad", "off"),
    }


def kind_words() -> dict[str, str]:
    """What the kinds of letters are called."""
    return {
        "registration.confirmed": _("Ticket"),
        "schedule.tomorrow": _("The day ahead"),
        "registration.data_notice": _("Told where the data come from"),
        "registration.event_news": _("News about the conference"),
        "agenda.place": _("Another place"),
        "registration.ended": _("Cancellation"),
        "registration.moved": _("Ticket changed"),
        "registration.already": _("Registered already"),
        "registration.party": _("Booking"),
        "invoices.issued": _("Invoice"),
        "invoices.reminder": _("Reminder"),
        "registration.waiting_joined": _("Waiting list: joined"),
        "registration.waiting_offered": _("Waiting list: offer"),
        "registration.waiting_expired": _("Waiting list: offer ran out"),
        "registration.waiting_left": _("Waiting list: left"),
        "registration.waiting_needless": _("Registered already"),
        "registration.approval_asked": _("Request received"),
        "registration.approval_rejected": _("Not approved"),
        "registration.approval_person": _("One person not approved"),
        "registration.called_off": _("Conference cancelled"),
        "registration.approval_ended": _("Request ended"),
        "delegates.handed_over": _("Profile handed over"),
        "delegates.published": _("Organisation in the public directory"),
        "delegates.refused": _("Not in the public directory"),
        "delegates.withheld": _("Out of the partner directory"),
        "delegates.new_partners": _("New people in saved searches"),
        "registration.workshop": _("Workshop booked"),
        "registration.workshop_ended": _("Workshop given up"),
        "registration.workshop_moved": _("Workshop at another time"),
        "registration.workshop_gone": _("Workshop called off"),
        "registration.withdrawn": _("Receipt for a withdrawal"),
        "registration.withdrawal_link": _("Link for withdrawing"),
        "contributions.received": _("Contribution received"),
        "contributions.accepted": _("Contribution accepted"),
        "contributions.reserve": _("Contribution on the reserve list"),
        "contributions.rejected": _("Contribution not accepted"),
        "contributions.withdrawn": _("Contribution withdrawn"),
        "contributions.register": _("Reminder to register"),
        "meetings.requested": _("Request for a meeting"),
        "meetings.news": _("News about meetings"),
        "meetings.acted_for": _("Acted in a colleague’s name"),
        "meetings.partner_left": _("Partner left"),
        "meetings.substitute": _("Substitute needed"),
        "meetings.countered": _("Another time suggested"),
        "meetings.accepted": _("Request accepted"),
        "meetings.confirmed": _("Meeting confirmed"),
        "meetings.changed": _("Meeting changed"),
        "meetings.cancelled": _("Meeting cancelled"),
        "meetings.declined": _("Request declined"),
        "meetings.withdrawn": _("Request withdrawn"),
        "meetings.expired": _("Request expired"),
        "meetings.nudge": _("Help with partnering"),
        "meetings.missed": _("Missed at the table"),
        "meetings.contacts": _("Swap contact details"),
        "meetings.feedback": _("How meetings went"),
        "programme.lacking": _("Missing of a speaker"),
        "programme.availability": _("Asked when a speaker can come"),
        "programme.release_news": _("News about the programme"),
        "programme.session_told": _("Part in a session"),
        "programme.session_changed": _("Session changed"),
        "programme.session_cancelled": _("Session cancelled"),
        "programme.session_restored": _("Session takes place after all"),
    }
