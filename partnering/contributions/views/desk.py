"""The organisers' desk: what was handed in, one contribution with names, decisions, sessions made of it."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...db import transaction
from ...errors import or_404, require
from ...events.pages import fresh_event
from ...events.routing import current_event, current_person
from ...headers import as_file, single, words_in
from ...i18n import _, _n, bi
from ...tables import CSV, as_csv
from ...text import fold
from .. import counting, deciding, mails, making, queries, ranking, reviews, words
from ..desk_forms import BlindForm, DecideForm, PickForm, SeveralForm
from ..errors import CannotDecide
from ..models import Submission
from ..ranking import Ranked
from .blueprints import call_or_404
from .blueprints import desk as bp

Answer = Response | str | tuple[str, int]

SHOWN = ("open", "untold", "accepted", "reserve", "rejected", "withdrawn")
SORTS = ("points", "title", "spread")


@dataclass(frozen=True)
class Wanted:
    """What of the list somebody asks for."""

    show: str = ""
    topic: str = ""
    form: str = ""
    words: str = ""
    sort: str = "points"

    @property
    def narrows(self) -> bool:
        """Whether anything but the tab is asked for."""
        return bool(self.topic or self.form or self.words)


def _wanted() -> Wanted:
    def one(name: str, allowed: tuple[str, ...]) -> str:
        value = single(request.args, name) or ""
        return value if value in allowed else ""

    return Wanted(
        show=one("show", SHOWN),
        topic=(single(request.args, "topic") or "")[:16],
        form=one("form", tuple(words.FORMS)),
        words=words_in(request.args),
        sort=one("sort", SORTS) or "points",
    )


def _is_in(show: str, one: Submission) -> bool:
    if show == "open":
        return deciding.may_decide(one) and not one.decision
    if show == "untold":
        return deciding.is_untold(one)
    return not show or one.state == show


def _fits(wanted: Wanted, one: Submission) -> bool:
    if wanted.topic and (one.topic is None or one.topic.public_id != wanted.topic):
        return False
    if wanted.form and one.form != wanted.form:
        return False
    if not wanted.words:
        return True
    said = fold(" ".join([one.title, one.group, *(f"{each.name} {each.affiliation}" for each in one.authors)]))
    return all(word in said for word in fold(wanted.words).split())


def _ordered(rows: list[Ranked], sort: str) -> list[Ranked]:
    if sort == "title":
        return sorted(rows, key=lambda each: (fold(each.submission.title), each.submission.id))
    if sort == "spread":
        return sorted(rows, key=lambda each: (-(each.spread or 0), each.submission.id))
    return rows


@bp.get("")
def index() -> str:
    """Everything that was handed in, the best first, with points, answers and what to do next."""
    return _list()


def _list(form: SeveralForm | None = None) -> str:
    event, wanted = current_event(), _wanted()
    call = queries.call_of(event)
    if call is None:
        return render_template("contributions/desk/none.html")
    every = ranking.of(call)
    rows = [each for each in every if _is_in(wanted.show, each.submission) and _fits(wanted, each.submission)]
    submissions = [each.submission for each in every]
    people = queries.committee_of(event)
    return render_template(
        "contributions/desk/index.html",
        form=form or SeveralForm(formdata=None),
        form_errors=form.errors if form is not None else {},
        call=call,
        wanted=wanted,
        rows=_ordered(rows, wanted.sort),
        counts={show: sum(_is_in(show, one) for one in submissions) for show in ("", *SHOWN)},
        drafts=queries.number_of_drafts(call),
        topics=queries.topics_of(call, retired=True),
        unread=sum(each.count < call.wanted_reviews for each in every if each.submission.state == "submitted"),
        members=len(people),
        makeable=sum(one.state == "accepted" and one.session_id is None for one in submissions),
        open=queries.is_open(call, event),
        now=clock.now(),
    )


@bp.get("/<public_id>")
def submission(public_id: str) -> str:
    """One contribution with its authors, what the committee said, and what could be overlooked."""
    shown, _status = _one(_submission(public_id))
    return shown


def _one(found: Submission, *, decide: DecideForm | None = None, blind: BlindForm | None = None) -> tuple[str, int]:
    call = found.call
    criteria = queries.criteria_of(call)
    others = queries.handed_in(call)
    ranked = next((each for each in ranking.of(call) if each.submission.id == found.id), None)
    sent = decide or blind
    shown = render_template(
        "contributions/desk/submission.html",
        form=sent or BlindForm(formdata=None),
        form_errors=sent.errors if sent is not None else {},
        call=call,
        submission=found,
        state=words.STATES[found.state],
        criteria=criteria,
        said=reviews.said_of(found, criteria),
        ranked=ranked,
        alike=counting.alike(found, others),
        gives_away=counting.gives_away(found) if call.anonymous else [],
        decide=decide or DecideForm(formdata=None, data={"decision": found.decision or "none", "reason": found.reason}),
        blind=blind or BlindForm(formdata=None, data={"text": found.blind_text}),
        may_decide=deciding.may_decide(found),
        untold=deciding.is_untold(found),
        session=making.session_of(found),
        minutes=call.minutes.get(found.form),
        comments=mails.comments(found),
        characters=counting.characters(found.text),
    )
    return str(shown), 422 if sent is not None else 200


@bp.post("/<public_id>/decide")
def decide_one(public_id: str) -> Answer:
    """Choose the answer to one contribution; nobody is told yet."""
    form = DecideForm()
    if not form.validate_on_submit():
        return _one(_submission(public_id), decide=form)
    try:
        with transaction():
            event = fresh_event()
            decision = "" if form.decision.data == "none" else form.decision.data
            deciding.decide(
                event, _submission(public_id, locked=True), decision, current_person(), form.reason.data or ""
            )
    except CannotDecide as error:
        flash(str(error.message), "bad")
    else:
        flash(_("Saved. Nobody is told before you send the letters."), "ok")
    return redirect(url_for(".submission", public_id=public_id), 303)


@bp.post("/<public_id>/blind")
def blind(public_id: str) -> Answer:
    """What the committee reads instead of a text that names its authors."""
    form = BlindForm()
    if not form.validate_on_submit():
        return _one(_submission(public_id), blind=form)
    with transaction():
        deciding.set_blind_text(fresh_event(), _submission(public_id, locked=True), form.text.data or "")
    flash(
        _("The committee reads this version from now on.") if form.text.data else _("The committee reads the text."),
        "ok",
    )
    return redirect(url_for(".submission", public_id=public_id), 303)


@bp.post("/decide")
def decide() -> Answer:
    """Choose the answer to everything that was ticked; what cannot be decided any more says so."""
    form = SeveralForm()
    picked = _picked(form)
    if form.validate_on_submit() and not picked:
        form.pick.errors = [_("Tick at least one contribution")]
    if form.errors:
        return _list(form), 422
    decision = "" if form.decision.data == "none" else form.decision.data
    done, refused = 0, 0
    with transaction():
        event = fresh_event()
        for one in queries.submissions_by_ref(call_or_404(), picked, locked=True):
            if not deciding.may_decide(one):
                refused += 1
                continue
            deciding.decide(event, one, decision, current_person(), form.reason.data or "")
            done += 1
    if done:
        flash(
            _n(
                "%(num)s contribution is decided. Nobody is told before you send the letters.",
                "%(num)s contributions are decided. Nobody is told before you send the letters.",
                done,
            )
            if decision
            else _n("%(num)s contribution is open again.", "%(num)s contributions are open again.", done),
            "ok",
        )
    if refused:
        flash(
            _n(
                "%(num)s contribution was answered already and stays as it is.",
                "%(num)s contributions were answered already and stay as they are.",
                refused,
            ),
            "warn",
        )
    return redirect(_back(form), 303)


@bp.post("/make")
def make() -> Response:
    """Turn accepted contributions that were ticked, or all of them, into sessions without a time."""
    form = PickForm()
    require(form.validate_on_submit())
    picked = _picked(form)
    with transaction():
        event, call = fresh_event(), call_or_404()
        chosen = picked or [one.public_id for one in queries.handed_in(call) if one.state == "accepted"]
        made = making.make_sessions(event, queries.submissions_by_ref(call, chosen, locked=True))
        number, first = len(made), made[0].public_id if made else ""
    if number:
        flash(
            _n(
                "%(num)s session is in the programme, without a time yet.",
                "%(num)s sessions are in the programme, without a time yet.",
                number,
            ),
            "ok",
        )
    else:
        flash(_("Nothing to do: sessions are made of accepted contributions, once each."), "info")
        return redirect(_back(form), 303)
    if number == 1:
        return redirect(url_for("programme_desk.edit", public_id=first), 303)
    return redirect(url_for("programme_desk.index", state="unplaced"), 303)


@bp.get("/contributions.csv")
def file() -> Response:
    """The list as a file, with names and points."""
    call = queries.call_of(current_event())
    if call is None:
        return redirect(url_for(".index"))
    heads = [
        _("Title"),
        _("Topic"),
        _("Format"),
        _("Language"),
        _("State"),
        _("Decision"),
        _("Mean"),
        _("Reviews"),
        _("Authors"),
        _("Speaker"),
        _("Email address"),
        _("Research group"),
        _("Text"),
        _("For the organisers"),
    ]
    return as_file(as_csv(heads, [_line(each) for each in ranking.of(call)]), CSV, "contributions.csv")


def _line(each: Ranked) -> list[object]:
    one = each.submission
    speaker = one.authors[counting.speaker_of(one)] if one.authors else None
    return [
        one.title,
        bi(one.topic.name) if one.topic else "",
        words.FORMS[one.form],
        one.language,
        words.STATES[one.state][0],
        words.ANSWERS[one.decision][0] if one.decision else words.DECISIONS[""][0],
        f"{each.mean:.2f}" if each.mean is not None else "",
        each.count,
        "; ".join(counting.names_of(one)),
        speaker.name if speaker else "",
        speaker.email if speaker else "",
        one.group,
        one.text,
        one.remarks,
    ]


# -- steps


def _submission(public_id: str, *, locked: bool = False) -> Submission:
    """A contribution of this event that was handed in; drafts are their authors' alone."""
    found = or_404(queries.submission_by_ref(current_event(), public_id, locked=locked))
    require(found.state in queries.HANDED_IN)
    return found


def _picked(form: Any) -> list[str]:
    return [one for one in dict.fromkeys(form.pick.data or ()) if len(one) == 16 and one.isascii() and one.isalnum()]


def _back(form: Any) -> str:
    show = form.back.data if form.back.data in SHOWN else None
    return url_for(".index", show=show)
