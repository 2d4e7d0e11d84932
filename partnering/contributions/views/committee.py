"""The committee: what there is to read, one contribution without names, points for it."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...db import transaction
from ...errors import Stale, or_404, require
from ...events.permissions import may_organise, may_review
from ...events.routing import current_event, current_person
from ...i18n import _, bi
from .. import errors, queries, reviews
from .. import reading as blind_reading
from ..forms import ReviewForm
from ..models import Call, Review, Submission
from .blueprints import call_or_404
from .blueprints import reading as bp

Answer = Response | str | tuple[str, int]


@bp.get("")
def index() -> str:
    """What I have to read, and what I have read."""
    event, person = current_event(), current_person()
    call = queries.call_of(event)
    rows = blind_reading.list_of(call, person) if call is not None else []
    mine = queries.topics_by_member(call).get(person.id, set()) if call is not None else set()
    return render_template(
        "contributions/committee/index.html",
        call=call,
        rows=rows,
        next=next((row.blind for row in rows if row.blind.is_open and row.mine in ("", "draft")), None),
        done=sum(row.mine == "done" for row in rows),
        of=sum(row.mine != "stepped_back" for row in rows),
        topics=[topic for topic in queries.topics_of(call) if topic.id in mine] if call is not None else [],
        organises=may_organise(person, event),
    )


@bp.route("/<public_id>", methods=["GET", "POST"])
def review(public_id: str) -> Answer:
    """Read one, and give it points."""
    call = call_or_404()
    submission, _blind = or_404(blind_reading.shown(call, public_id, current_person()))
    held = reviews.review_of(submission, current_person())
    form = ReviewForm(obj=held) if held is not None else ReviewForm()
    given = _kept(call, held) if request.method == "GET" else form.given()
    valid = form.validate_on_submit()
    _offer(call, form, given)
    if not valid:
        return _page(call, public_id, form, 422 if request.method == "POST" else 200)
    finished = "later" not in request.form
    try:
        with transaction():
            require(may_review(current_person(), current_event()))
            submission, call = _locked(public_id)
            ids = {one.public_id: one.id for one in queries.criteria_of(call)}
            reviews.give(
                current_event(),
                submission,
                current_person(),
                {ids[ref]: points for ref, points in given.items() if ref in ids},
                comment=form.comment.data or "",
                to_author=form.to_author.data or "",
                finished=finished,
                version=_version(form),
            )
    except errors.PointsMissing as error:
        lacking = [row.form for row in form.criteria if row.form.number is None]
        for row in lacking:
            row.points.errors = [str(error.message)]
        form.criteria.errors = [row.form.errors for row in form.criteria]
        return _page(call_or_404(), public_id, form, 422)
    except (errors.ReviewClosed, Stale) as error:
        flash(str(error.message), "warn")
        return redirect(url_for(".review", public_id=public_id), 303)
    return _onward(public_id, finished)


def _onward(public_id: str, finished: bool) -> Response:
    """To the next one that waits, as long as there is one."""
    if not finished:
        flash(_("Your points are kept. They count once you have given all of them."), "ok")
        return redirect(url_for(".index"), 303)
    following = blind_reading.next_for(call_or_404(), current_person())
    if following is None:
        flash(_("Thank you. You have read everything that waits for you."), "ok")
        return redirect(url_for(".index"), 303)
    flash(_("Your points are saved. Here is the next contribution."), "ok")
    return redirect(url_for(".review", public_id=following.public_id), 303)


@bp.post("/<public_id>/step-back")
def step_back(public_id: str) -> Response:
    """Leave it to others."""
    try:
        with transaction():
            require(may_review(current_person(), current_event()))
            submission, _call = _locked(public_id)
            reviews.step_back(current_event(), submission, current_person())
    except errors.ReviewClosed as error:
        flash(str(error.message), "warn")
    else:
        flash(_("You have stepped back from this contribution. Others judge it."), "ok")
    return redirect(url_for(".index"), 303)


# -- steps


def _locked(public_id: str) -> tuple[Submission, Call]:
    """A contribution that I may read, in the running transaction, held until its end."""
    call = call_or_404()
    or_404(blind_reading.shown(call, public_id, current_person()))
    submission = or_404(queries.submission_by_ref(current_event(), public_id, locked=True))
    return submission, call


def _version(form: ReviewForm) -> int:
    text = str(form.version.data or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _kept(call: Call, held: Review | None) -> dict[str, int]:
    names = {one.id: one.public_id for one in queries.criteria_of(call)}
    return {names[row.criterion_id]: row.points for row in held.scores if row.criterion_id in names} if held else {}


def _offer(call: Call, form: ReviewForm, given: dict[str, int]) -> None:
    form.offer([(one.public_id, bi(one.name)) for one in queries.criteria_of(call)], call.top_points, given)


def _page(call: Call, public_id: str, form: ReviewForm, status: int) -> tuple[str, int]:
    submission, blind = or_404(blind_reading.shown(call, public_id, current_person()))
    held = reviews.review_of(submission, current_person())
    criteria = queries.criteria_of(call)
    said = [one for one in reviews.said_of(submission, criteria) if one.person.id != current_person().id]
    own_points = held is not None and held.state == "done"
    html = render_template(
        "contributions/committee/review.html",
        form=form,
        form_errors=form.errors,
        call=call,
        blind=blind,
        held=held,
        criteria=criteria,
        others=[one for one in said if one.state == "done"] if own_points else [],
        number_of_others=sum(one.state == "done" for one in said),
        weights={one.public_id: one.weight for one in criteria if one.weight > 1},
    )
    return html, status
