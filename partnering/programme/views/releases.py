"""The organisers' pages for releases: what is drafted and whom it concerns, versions, and the letters to look at."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...db import BilingualText, transaction
from ...errors import DomainError, or_404, require
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event, current_person
from ...headers import single
from ...i18n import _, _n, speaking
from .. import catching_up, changes, letter_preview, queries, release_letters, releasing, ways, words
from ..facts import MovedOn, NothingToRelease, RoomTaken
from ..letter_words import Item, items_of
from ..models import PARTS, ReleaseLetter
from ..release_forms import LettersForm, ReleaseForm
from ..release_letters import Wanted
from . import drawing
from .blueprints import releases as bp

SHOWN = 200
"""How many letters one page shows; the others follow when these are sent."""

WAYS_SHOWN = 20
"""How many things that would not fit the page of a release names, with ways out."""


@bp.route("/release", methods=["GET", "POST"])
def release() -> str | Response | tuple[str, int]:
    """What has been drafted since the last release, whom it concerns, and the button that makes it public."""
    form = ReleaseForm(data={"letters": True} if request.method == "GET" else None)
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                done = releasing.release(
                    event,
                    by=current_person(),
                    only=_ticked(event),
                    note=BilingualText(form.note_de.data or "", form.note_en.data or ""),
                    greeting=BilingualText(form.greeting_de.data or "", form.greeting_en.data or ""),
                    letters=bool(form.letters.data),
                    stand=form.stand.data or "",
                )
                number, waiting = done.release.number, release_letters.waiting(event)
        except NothingToRelease as error:
            if changes.drafted(current_event()):
                return _release_page(form, _("Tick at least one session.")), 422
            flash(str(error.message), "warn")
            return redirect(url_for(".release"))
        except RoomTaken:
            taken = _("Two ticked sessions would be in one room at once. Move one, or untick it.")
            return _release_page(form, taken), 422
        except DomainError as error:
            return _release_page(form, str(error.message)), 409 if isinstance(error, MovedOn) else 422
        flash(_("Version %(number)s is public.", number=number), "ok")
        return redirect(url_for(".letters") if waiting else url_for(".version", version=number))
    return _release_page(form), 422 if form.is_submitted() else 200


def _ticked(event: Event) -> set[int]:
    """The sessions that were ticked, by id."""
    wanted = set(request.form.getlist("pick"))
    return {change.session.id for change in changes.drafted(event) if change.session.public_id in wanted}


def _release_page(form: ReleaseForm, error: str = "") -> str:
    event = current_event()
    seen = releasing.preview(event)
    form.stand.data = seen.stand
    picked = set(request.form.getlist("pick")) if request.method == "POST" else None
    doubtful = [misfit for misfit in seen.warnings if misfit.severity != "note"]
    unfinished = [misfit for misfit in seen.warnings if misfit.severity == "note"]
    rooms = queries.rooms_of(event)
    return render_template(
        "programme/release/release.html",
        form=form,
        form_errors=form.errors,
        seen=seen,
        error=error,
        picked=picked,
        doubtful=len(doubtful),
        misfits_shown=ways.grouped(seen.board, doubtful[:WAYS_SHOWN], rooms),
        unfinished=len(unfinished),
        unfinished_shown=ways.grouped(seen.board, unfinished[:WAYS_SHOWN], rooms),
        most_shown=WAYS_SHOWN,
        blocking=[sorted((clash.first.id, clash.second.id)) for clash in seen.refused],
        rows=[(change, changes.lines(change, event.zone)) for change in seen.changes],
        parts=words.PARTS,
        waiting=release_letters.waiting(event),
        **drawing.words(),
    )


@bp.get("/releases")
def index() -> str:
    """All versions, the newest first."""
    event = current_event()
    return render_template(
        "programme/release/index.html",
        releases=queries.releases_of(event),
        counts=queries.counts_of(event),
        waiting=release_letters.waiting(event),
    )


@bp.get("/releases/<int:version>")
def version(version: int) -> str:
    """What one version changed."""
    event = current_event()
    found = or_404(queries.release_by_number(event, version))
    return render_template(
        "programme/release/version.html",
        release=found,
        rows=[(change, changes.lines(change, event.zone)) for change in changes.of(found)],
    )


# -- letters


@bp.get("/releases/letters")
def letters() -> str:
    """The letters that wait, by person, as each will read them; those left out on a page of their own."""
    event, wanted = current_event(), _wanted()
    found = release_letters.pending(event, wanted)
    days = (event.last_day - event.first_day).days + 1
    return render_template(
        "programme/release/letters.html",
        form=LettersForm(formdata=None),
        shown=[(letter, _said(letter)) for letter in found[:SHOWN]],
        total=len(found),
        wanted=wanted,
        days=[event.first_day + timedelta(days=n) for n in range(days)],
        rooms=queries.rooms_of(event),
        parts=words.PARTS,
        states=words.LETTERS,
        behind=catching_up.behind(event) if wanted.state == "draft" else [],
    )


def _wanted() -> Wanted:
    """Which letters the address asks for; what no letter can be asks for all."""
    state, part = single(request.args, "state") or "draft", single(request.args, "part") or ""
    require(part in PARTS and state in words.LETTERS)
    day = single(request.args, "day") or ""
    try:
        on = date.fromisoformat(day) if day else None
    except ValueError:
        on = None
    return Wanted(state, part, on, single(request.args, "room") or "")


def _said(letter: ReleaseLetter) -> list[Item]:
    """What a letter says, in the language of its reader."""
    with speaking(letter.participant.locale):
        return items_of(letter)


@bp.get("/releases/letters/<public_id>")
def letter(public_id: str) -> str:
    """One letter as its reader gets it, and what it tells their calendar."""
    found = or_404(release_letters.letter_by_ref(current_event(), public_id))
    return render_template(
        "programme/release/letter.html",
        letter=found,
        pages=letter_preview.of(found) if found.state in words.LETTERS else [],
        form=LettersForm(formdata=None),
        states=words.LETTERS,
    )


@bp.post("/releases/calendars")
def catch_up() -> Response:
    """Write to everybody whose calendar is behind."""
    with transaction():
        count = catching_up.catch_up(fresh_event())
    if count:
        flash(_n("One calendar is brought up to date.", "%(num)s calendars are brought up to date.", count), "ok")
    else:
        flash(_("Every calendar holds the newest state."), "info")
    return redirect(url_for(".letters"))


@bp.post("/releases/letters/send")
def send() -> Response:
    """Send the letters that were ticked."""
    with transaction():
        event = fresh_event()
        count = release_letters.send(event, _picked(event))
    if count:
        flash(_n("One person is written to.", "%(num)s people are written to.", count), "ok")
    else:
        flash(_("No letter was ticked."), "warn")
    return redirect(url_for(".letters"))


@bp.post("/releases/letters/leave-out")
def leave_out() -> Response:
    """Do not send the letters that were ticked."""
    with transaction():
        event = fresh_event()
        count = sum(release_letters.leave_out(letter) for letter in _picked(event))
    flash(_n("One letter is left out.", "%(num)s letters are left out.", count), "ok" if count else "warn")
    return redirect(url_for(".letters"))


@bp.post("/releases/letters/take-in")
def take_in() -> Response:
    """Make letters that were left out drafts again."""
    with transaction():
        event = fresh_event()
        picked = _picked(event)
        count = sum(release_letters.take_in(letter) for letter in picked)
    flash(_n("One letter waits again.", "%(num)s letters wait again.", count), "ok" if count else "warn")
    if count < len(picked):
        flash(_("For some, something newer is to be told; that letter says everything."), "info")
    return redirect(url_for(".letters"))


def _picked(event: Event) -> Sequence[ReleaseLetter]:
    ids = list(dict.fromkeys(request.form.getlist("pick")))[:SHOWN]
    return [letter for letter in release_letters.at(ids) if letter.event_id == event.id]
