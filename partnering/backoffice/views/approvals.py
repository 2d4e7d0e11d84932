"""Tickets that are approved first: what waits, one request with people and answers, deciding one or several."""

from collections.abc import Callable
from dataclasses import replace

from flask import flash, redirect, render_template, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import HiddenField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional

from ...db import transaction
from ...errors import DomainError, or_404, require
from ...events.forms import lines, listed
from ...events.pages import fresh_event, page
from ...events.routing import current_event
from ...i18n import _, _l, _n
from ...registration import approval, refusing
from ...registration import queries as registrations
from ...registration.models import Party
from .. import deciding
from .blueprint import argument, bp, opened

TOO_LONG = _l("At most %(max)d characters, please.")
MOST = 200
"""More requests than are decided with one click."""


class ReasonForm(FlaskForm):
    """Why somebody is refused; they read it in their letter."""

    reason = TextAreaField(
        _l("Reason"), [DataRequired(_l("Enter the reason")), Length(max=600, message=TOO_LONG)], [lines]
    )


class PersonReasonForm(ReasonForm):
    """Why one person of a request is refused; `of` is how many there were on the page that was looked at."""

    of = HiddenField()

    @property
    def number(self) -> int:
        """How many people the organiser saw; none that fits where that is no number."""
        text = self.of.data or ""
        return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


class NoteForm(FlaskForm):
    """What the log keeps of an approval."""

    note = TextAreaField(_l("Note for the log"), [Optional(), Length(max=600, message=TOO_LONG)], [lines])


class SeveralForm(FlaskForm):
    """What to do with the requests that were ticked."""

    pick = SelectMultipleField(_l("Requests"), choices=[], validate_choice=False)
    deed = SelectField(choices=listed({"approve": _l("Approve"), "reject": _l("Reject")}))
    reason = TextAreaField(
        _l("Reason, for those who are rejected"), [Optional(), Length(max=600, message=TOO_LONG)], [lines]
    )


@bp.get("/approvals")
def approvals() -> str:
    """What waits for a decision, oldest first, or what was decided."""
    return _list(SeveralForm(formdata=None), argument("state", ("decided",)))


def _list(form: SeveralForm, state: str) -> str:
    event = current_event()
    rows: list[tuple[Party, list[deciding.Somebody], str]]
    if state == "decided":
        rows = [(party, [], "") for party in approval.decided(event)]
    else:
        rows = [(party, deciding.people_of(party, ()), deciding.company_of(party)) for party in approval.waiting(event)]
    return render_template(
        "backoffice/approvals.html",
        form=form,
        form_errors=form.errors,
        state=state,
        rows=rows,
        number_waiting=approval.number_waiting(event),
    )


@bp.post("/approvals")
def decide_requests() -> Response | tuple[str, int]:
    """Approve or reject everything that was ticked, each by itself; what cannot be done says why."""
    form = SeveralForm()
    picked = [one for one in dict.fromkeys(form.pick.data or ()) if len(one) == 16][:MOST]
    if form.validate_on_submit():
        if not picked:
            form.pick.errors = [_("Tick at least one request")]
        elif form.deed.data == "reject" and not form.reason.data:
            form.reason.errors = [_("Enter the reason")]
    if form.errors:
        return _list(form, ""), 422
    reason = form.reason.data or ""
    done = 0
    for public_id in picked:

        def deed(party: Party) -> None:
            if form.deed.data == "approve":
                approval.approve(party)
            else:
                approval.reject(party, reason)

        done += _decide(public_id, deed)
    if done:
        flash(
            _n("%(num)s request approved.", "%(num)s requests approved.", done)
            if form.deed.data == "approve"
            else _n("%(num)s request rejected.", "%(num)s requests rejected.", done),
            "ok",
        )
    return redirect(url_for(".approvals"), 303)


def _decide(public_id: str, deed: Callable[[Party], None]) -> bool:
    """Decide on one request in a transaction of its own; whether it was done. What refused it is flashed."""
    try:
        with transaction():
            fresh_event()
            party = _party(public_id, locked=True)
            name = party.contact_name
            deed(party)
    except DomainError as error:
        if error.status == 404:
            raise
        flash(f"{name}: {error.message}", "bad")
        return False
    return True


@bp.get("/approvals/<public_id>")
def approval_request(public_id: str) -> str | tuple[str, int]:
    """One request: who, with which answers, what happened so far."""
    return _request_page(_party(public_id))


@bp.post("/approvals/<public_id>/approve")
def approve_request(public_id: str) -> Response | str | tuple[str, int]:
    """Place the party: tickets and letters go out."""
    form = NoteForm()
    if not form.validate_on_submit():
        return _request_page(_party(public_id), note=form)
    if _decide(public_id, lambda party: approval.approve(party, form.note.data or "")):
        flash(_("Approved. The tickets are on their way."), "ok")
    return redirect(url_for(".approval_request", public_id=public_id), 303)


@bp.post("/approvals/<public_id>/reject")
def reject_request(public_id: str) -> Response | str | tuple[str, int]:
    """Refuse, with the reason that the letter gives."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _request_page(_party(public_id), reason=form)
    if _decide(public_id, lambda party: approval.reject(party, str(form.reason.data))):
        flash(_("Rejected. A letter says why."), "ok")
    return redirect(url_for(".approval_request", public_id=public_id), 303)


@bp.post("/approvals/<public_id>/people/<int:position>/reject")
def reject_person(public_id: str, position: int) -> Response | str | tuple[str, int]:
    """Refuse one person of a request, with the reason that the letter to the buyer gives; the others go on waiting."""
    form = PersonReasonForm(prefix=f"p{position}-")
    if not form.validate_on_submit():
        return _request_page(_party(public_id), person=(position, form))

    def deed(party: Party) -> None:
        refusing.refuse(party, position, str(form.reason.data), of=form.number)

    if _decide(public_id, deed):
        flash(_("This person is rejected. A letter tells the buyer why; the others still wait for you."), "ok")
    return redirect(url_for(".approval_request", public_id=public_id), 303)


@bp.post("/approvals/<public_id>/take-back")
def take_back_approval(public_id: str) -> Response | str | tuple[str, int]:
    """End what was approved: tickets become invalid, calendars are told."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _request_page(_party(public_id), reason=form)
    if _decide(public_id, lambda party: approval.take_back(party, str(form.reason.data))):
        flash(_("The approval is taken back. Letters and calendars say so."), "ok")
    return redirect(url_for(".approval_request", public_id=public_id), 303)


def _party(public_id: str, *, locked: bool = False) -> Party:
    party = or_404(registrations.locked_party(public_id, in_turn=True) if locked else registrations.party_at(public_id))
    require(party.event_id == current_event().id and _was_asked(party))
    return party


def _opened(answers: deciding.Answers) -> deciding.Answers:
    return [(label, opened(text)) for label, text in answers]


def _was_asked(party: Party) -> bool:
    return party.approval != "none" or approval.is_withdrawn(party)


def _request_page(
    party: Party,
    *,
    reason: ReasonForm | None = None,
    note: NoteForm | None = None,
    person: tuple[int, PersonReasonForm] | None = None,
) -> str | tuple[str, int]:
    people = [replace(one, answers=_opened(one.answers)) for one in deciding.people_of(party)]
    refusals = {
        n: PersonReasonForm(prefix=f"p{n}-", formdata=None, of=str(len(people)))
        for n in range(len(people))
        if refusing.may_refuse(party, n)
    }
    if person is not None:
        refusals |= {n: person[1] for n in refusals if n == person[0]}
    sent = reason or note or (person[1] if person is not None else None)
    return page(
        "backoffice/approval.html",
        sent or NoteForm(formdata=None),
        party=party,
        people=people,
        refusals=refusals,
        refused=refusing.refused_of(party),
        answers=_opened(deciding.answers_of(party)),
        company=deciding.company_of(party),
        items=[item for item in registrations.items_of(party) if item.cancelled_at is None],
        steps=deciding.steps_of_request(party),
        withdrawn=approval.is_withdrawn(party),
        reason=reason or ReasonForm(formdata=None),
        note=note or NoteForm(formdata=None),
    )
