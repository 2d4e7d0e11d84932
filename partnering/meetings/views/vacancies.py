"""Meetings of a colleague who has left: who takes which of them over, and which are let go."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...delegates.models import Delegate
from ...errors import DomainError, Forbidden, NotFound, or_404, require
from ...events.pages import once
from ...events.routing import current_event
from ...i18n import _, _n, day, time
from .. import bookable, queries, services, vacancies
from ..errors import NotYours
from ..forms import Deed, VacancyForm
from ..models import Meeting, MeetingVacancy
from .blueprint import bp, me, shown


@bp.get("/vacancies/<id>")
def vacancy(id: str) -> str:
    """The meetings that count on somebody who has left, and who has the time."""
    mine = me()
    return page(mine, vacancy_or_404(mine, id), VacancyForm(formdata=None))


@bp.post("/vacancies/<id>")
def take_over(id: str) -> Response | tuple[str, int]:
    """Take the ticked meetings over, or let a colleague do it; the others are called off."""
    form = VacancyForm()
    if not form.validate_on_submit():
        mine = me()
        return page(mine, vacancy_or_404(mine, id), form), 422

    def act() -> dict[str, Any]:
        successor = next((each for each in successors(mine) if each.public_id == form.successor.data), None)
        if form.successor.data and successor is None:
            raise NotYours
        wanted = set(form.meetings.data or [])
        chosen = [each for each in queries.vacant_meetings(left) if each.public_id in wanted]
        late = [each for each in chosen if not vacancies.can_take(each, left.leaver, successor or mine)]
        if late:
            raise NoTimeFor(successor or mine, late)
        taken = services.take_over(left, successor or mine, only=[each.id for each in chosen])
        return {"taken": len(taken)}

    try:
        with transaction():
            mine = me()
            left = vacancy_or_404(mine, id)
            done = once(form, act)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return refused(id, form, error)
    taken = int(done["taken"])
    if taken:
        flash(
            _n(
                "%(num)s meeting taken over. Everybody is told.",
                "%(num)s meetings taken over. Everybody is told.",
                taken,
            ),
            "ok",
        )
    else:
        flash(_("The meetings are cancelled. The other sides are told."), "ok")
    return redirect(url_for(".inbox", tab="confirmed"))


@bp.post("/vacancies/<id>/let-go")
def let_go(id: str) -> Response | tuple[str, int]:
    """Call off everything that nobody of my company takes over."""
    form = Deed()
    if not form.validate_on_submit():
        mine = me()
        return page(mine, vacancy_or_404(mine, id), VacancyForm(formdata=None)), 422

    def act() -> dict[str, Any]:
        return {"count": services.lapse(left)}

    try:
        with transaction():
            mine = me()
            left = vacancy_or_404(mine, id)
            once(form, act)
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        return refused(id, VacancyForm(formdata=None), error)
    flash(_("The meetings are cancelled. The other sides are told."), "ok")
    return redirect(url_for(".inbox", tab="confirmed"))


@dataclass(frozen=True)
class Row:
    """A meeting that waits, as its card, and who of us has the time."""

    card: dict[str, Any]
    able: list[Delegate]


class NoTimeFor(DomainError):
    """Somebody is to take over what they have no time for."""

    def __init__(self, successor: Delegate, meetings: Sequence[Meeting]) -> None:
        times = ", ".join(_label(meeting) for meeting in meetings)
        sentence = _(
            "%(name)s has something else: %(times)s. Choose somebody else, or leave it unticked.",
            name=successor.participant.name,
            times=times,
        )
        super().__init__(sentence)


def vacancy_or_404(mine: Delegate, public_id: str) -> MeetingVacancy:
    """A vacancy of my company that I may fill, or one that is over."""
    found = or_404(queries.vacancy_by_ref(current_event(), public_id))
    require(vacancies.concerns(found, mine))
    return found


def successors(mine: Delegate) -> list[Delegate]:
    """Who can take over at my word: me, and colleagues for whom I may act."""
    return bookable.acts_for(mine)


def refused(id: str, form: VacancyForm, error: DomainError) -> tuple[str, int]:
    """The page as it is now, with the sentence."""
    mine = me()
    return page(mine, vacancy_or_404(mine, id), form, refusal=str(error.message)), error.status


def page(mine: Delegate, left: MeetingVacancy, form: VacancyForm, refusal: str = "") -> str:
    """The meetings by time, each with those of us who are free then."""
    people = successors(mine)
    meetings = sorted(queries.vacant_meetings(left), key=_begins) if left.state == "open" else []
    rows = [Row(shown(left.leaver, each), [one for one in people if _can(each, left, one)]) for each in meetings]
    free = {row.card["meeting"].public_id for row in rows if mine in row.able}
    return render_template(
        "meetings/vacancy.html",
        me=mine,
        vacancy=left,
        rows=rows,
        people=people,
        successor=form.successor.data or mine.public_id,
        ticked=set(form.meetings.data or []) if refusal else free,
        refusal=refusal,
        once=secrets.token_hex(16),
    )


def _can(meeting: Meeting, left: MeetingVacancy, successor: Delegate) -> bool:
    return vacancies.can_take(meeting, left.leaver, successor)


def _begins(meeting: Meeting) -> tuple[bool, float, int]:
    at = meeting.appointment
    return at is None, at.starts_at.timestamp() if at is not None else 0.0, meeting.id


def _label(meeting: Meeting) -> str:
    at = meeting.appointment
    return f"{day(at.starts_at, 'short')}, {time(at.starts_at)}" if at is not None else _("time follows")
