"""The organisers' desk: what cannot take place as it was booked, and the ways out of it."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from ...db import transaction
from ...errors import DomainError, NotFound, or_404, require
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import single
from ...i18n import _, bi, day, time
from .. import desk_queries, queries, repair
from ..desk_deed_forms import WayForm
from ..desk_times import name
from ..models import Meeting, MeetingProposal
from ..repair import Conflict, Way
from .desk_blueprint import desk, tabs, two_sides

WITH_WAYS = 10
"""For so many conflicts, the first by time, the page works out ways; the others follow as these are solved."""

ASK = "ask"
"""The choice to ask the invitee instead of deciding."""

END = "end"
"""The choice to end what has no time and stayed with a registration that was given up."""


@dataclass(frozen=True)
class Row:
    """A conflict as the page shows it."""

    conflict: Conflict
    sides: dict[str, Any]
    awaited: MeetingProposal | None
    form: WayForm | None

    @property
    def meeting(self) -> Meeting:
        """The meeting that cannot be as it was booked."""
        return self.conflict.meeting


@desk.get("/meetings/conflicts")
def conflicts() -> str:
    """Every conflict of the event, by time, with what could be done."""
    return conflicts_page()


@desk.post("/meetings/conflicts/<id>")
def solve(id: str) -> Response | tuple[str, int]:
    """Solve one conflict in the way that was chosen, or ask which time suits; nobody hears anything before that."""
    reason = single(request.form, "reason") or ""
    form = WayForm(prefix=prefix_of(id, reason))
    if not form.validate_on_submit():
        or_404(queries.meeting_by_ref(current_event(), id))
        return conflicts_page(form), 422
    asked = form.way.data == ASK
    try:
        with transaction():
            conflict = conflict_of(fresh_event(), id, reason)
            if conflict is not None:
                done = choose(conflict, form.way.data)
    except NotFound:
        raise
    except DomainError as error:
        form.way.errors = [str(error.message)]
        return conflicts_page(form), error.status
    if conflict is None:
        flash(_("This has been solved meanwhile."), "info")
    elif not done:
        form.way.errors = [_("This way is not free any more. Choose another one.")]
        return conflicts_page(form), 409
    elif asked:
        flash(_("They are asked. Until somebody agrees nothing changes."), "ok")
    elif form.way.data == END:
        flash(_("It is ended."), "ok")
    else:
        flash(_("It is solved. Everybody who takes part is told."), "ok")
    return redirect(url_for(".conflicts"))


def choose(conflict: Conflict, chosen: str) -> bool:
    """Do what was chosen; False when that way is gone."""
    if chosen == END and conflict.reason == "behind":
        repair.end(conflict)
        return True
    ways = repair.ways(conflict)
    if chosen == ASK:
        repair.ask(conflict, elsewhere(conflict, ways))
        return True
    way = next((each for each in ways if value_of(each) == chosen), None)
    if way is not None:
        repair.apply(conflict, way)
    return way is not None


def conflict_of(event: Event, id: str, reason: str) -> Conflict | None:
    """The conflict of this meeting that has this reason; None when it is solved."""
    meeting = or_404(queries.meeting_by_ref(event, id))
    require(reason in words_of())
    return next((each for each in repair.conflicts(event, meeting) if each.reason == reason), None)


def conflicts_page(sent: WayForm | None = None) -> str:
    """The page, with the form that was sent and did not pass."""
    found = repair.conflicts(current_event())
    ids = [each.meeting.id for each in found]
    whole = {each.id: each for each in queries.meetings_by_ids(ids)}
    awaited = desk_queries.open_proposals(ids)
    rows = []
    for number, conflict in enumerate(found):
        proposal = awaited.get(conflict.meeting.id)
        form = form_of(conflict, proposal, sent) if number < WITH_WAYS else None
        rows.append(Row(conflict, two_sides(whole[conflict.meeting.id]), proposal, form))
    return render_template(
        "meetings/desk_conflicts.html",
        rows=rows,
        more=len(rows) - WITH_WAYS,
        sent=sent,
        reason_words=said,
        name=name,
        tabs=tabs(),
    )


def form_of(conflict: Conflict, proposal: MeetingProposal | None, sent: WayForm | None) -> WayForm:
    """The form of one conflict, with its ways to choose from: the smallest change is chosen already."""
    prefix = prefix_of(conflict.meeting.public_id, conflict.reason)
    form = sent if sent is not None and sent.way.name == f"{prefix}way" else WayForm(formdata=None, prefix=prefix)
    ways = repair.ways(conflict)
    form.way.choices = [SelectChoice(value_of(way), way_words(conflict, way)) for way in ways]
    if proposal is None and conflict.kept is None and elsewhere(conflict, ways):
        whom = name(conflict.meeting.invitee)
        label = _("Ask %(name)s which of these times suits; until then nothing changes", name=whom)
        form.way.choices.append(SelectChoice(ASK, label))
    if conflict.reason == "behind":
        form.way.choices.append(SelectChoice(END, _("End it; whoever knows of it is told")))
    if form.way.data is None and ways:
        form.way.data = value_of(ways[0])
    return form


def elsewhere(conflict: Conflict, ways: list[Way]) -> list[Way]:
    """The ways at another time: only about these somebody can be asked."""
    held = conflict.meeting.appointment
    return [way for way in ways if held is None or way.slot.starts_at != held.starts_at]


def prefix_of(id: str, reason: str) -> str:
    """How the fields of a conflict's form begin."""
    return f"{reason if reason in words_of() else 'x'}-{id}-"


def value_of(way: Way) -> str:
    """A way as a form sends it."""
    return f"{way.slot.public_id}:{way.table.public_id if way.table is not None else '-'}"


def way_words(conflict: Conflict, way: Way) -> str:
    """A way in words."""
    place = _("table %(name)s", name=bi(way.table.name)) if way.table is not None else _("by video")
    if way not in elsewhere(conflict, [way]):
        return _("Same time, %(place)s", place=place)
    when = f"{day(way.slot.starts_at, 'short')}, {time(way.slot.starts_at)}"
    return _("%(when)s, %(place)s", when=when, place=place)


def words_of() -> dict[str, str]:
    """Why meetings cannot be as they were booked, in a word."""
    return {
        "talk": _("Somebody is elsewhere"),
        "table": _("Table closed"),
        "vacant": _("Empty seat"),
        "merged": _("Registered twice"),
        "behind": _("Registered twice, no time yet"),
    }


def said(conflict: Conflict) -> tuple[str, str]:
    """Why a meeting cannot be as it was booked: in a word, and in a sentence."""
    people = ", ".join(person.name or _("Former participant") for person in conflict.people)
    sentences = {
        "talk": _("%(people)s: on stage then, or taken by something that cannot move.", people=people),
        "table": _("The table is closed at that time, and no other one was free when it was closed."),
        "vacant": _("Somebody left, and nobody was named in time to come instead."),
        "merged": _(
            "%(people)s registered twice; the registration that is kept has something else then.", people=people
        ),
        "behind": _(
            "%(people)s registered twice; this could not move to the registration that is kept.",
            people=people,
        ),
    }
    return words_of()[conflict.reason], sentences[conflict.reason]
