"""The organisers' desk: people without any answer, and a letter to those who are ticked."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, stream_with_context, url_for
from werkzeug.wrappers import Response as AnyResponse

from ... import audit
from ...db import transaction
from ...events.models import Event
from ...events.pages import fresh_event
from ...events.routing import current_event
from ...headers import as_file
from ...i18n import _, _n
from ...tables import CSV, pieces
from .. import nudging, silence
from ..desk_deed_forms import NudgeForm
from ..desk_times import name
from ..silence import GROUPS, Silent
from .desk_blueprint import desk, tabs
from .desk_list import argument

MOST = 1000
"""So many letters are written in one go; whoever is left gets theirs with the next."""

SHOWN = 20
"""How many people the question names before it only counts them."""


@desk.get("/meetings/people")
def people() -> str:
    """Those of one group, page by page, with what they sent and received."""
    event, group = current_event(), wanted()
    return render_template(
        "meetings/desk_silence.html",
        group=group,
        groups=[(code, word, url_for(".people", group=code)) for code, word in group_words().items()],
        numbers=silence.numbers(event),
        shown=silence.page(event, group, before=argument("before"), after=argument("after")),
        explained=explained(group),
        name=name,
        tabs=tabs(),
    )


@desk.get("/meetings/people.csv")
def people_file() -> Response:
    """The same people as a file for spreadsheets, all of the group."""
    group = wanted()
    with transaction():
        event = fresh_event()
        audit.record("meetings.exported", event, event=event, after={"people": group})
    event = current_event()
    heads = [_("Name"), _("Function"), _("Organisation"), _("Requests sent"), _("Requests received"), _("Last letter")]
    return as_file(stream_with_context(pieces(heads, lines(event, group))), CSV, f"{event.slug}-{group}.csv")


@desk.post("/meetings/people")
def nudge() -> str | AnyResponse | tuple[str, int]:
    """Write to those who are ticked: asked first with their number, then done."""
    form = NudgeForm()
    group = form.group.data if form.group.data in GROUPS else GROUPS[0]
    back = url_for(".people", group=group)
    if not form.validate_on_submit():
        return redirect(back)
    if "sure" not in request.form:
        found = meant(current_event(), group, form)
        if not any(not each.rests for each in found):
            flash(nobody_left(found), "warn")
            return redirect(back)
        return question(group, found)
    with transaction():
        event = fresh_event()
        written = nudging.nudge(event, group, meant(event, group, form))
    if written:
        flash(_n("One letter is on its way.", "%(num)s letters are on their way.", written), "ok")
    else:
        flash(_("Nobody was left to write to: they have answered, or had a letter within a week."), "info")
    return redirect(back)


def meant(event: Event, group: str, form: NudgeForm) -> Sequence[Silent]:
    """Everybody who is ticked, or the whole group, as far as they still belong to it."""
    if "everybody" in request.form:
        found = silence.everybody(event, group)
        return [each for each in found if each.rests] + [each for each in found if not each.rests][:MOST]
    return silence.ticked(event, group, list(dict.fromkeys(form.pick.data or []))[:MOST])


def question(group: str, found: Sequence[Silent]) -> str:
    """The page that asks, with the number of people in the button."""
    writable = [each for each in found if not each.rests]
    return render_template(
        "meetings/desk_nudge.html",
        group=group,
        everybody="everybody" in request.form,
        people=writable,
        named=writable[:SHOWN],
        resting=len(found) - len(writable),
        back=url_for(".people", group=group),
        word=group_words()[group],
        name=name,
    )


def nobody_left(found: Sequence[Silent]) -> str:
    """Why nobody can be written to."""
    if found:
        return _("They had such a letter within a week. Write to them once more after that.")
    return _("Tick people first.")


def lines(event: Event, group: str) -> Iterator[list[Any]]:
    """The lines of the file."""
    for each in silence.everybody(event, group):
        person = each.delegate.participant
        nudged = each.nudged_at.date().isoformat() if each.nudged_at is not None else ""
        organisation = each.delegate.profile.organisation.name
        yield [person.name, person.function, organisation, each.sent, each.asked, nudged]


def wanted() -> str:
    """The group that the address names, else the first."""
    return argument("group", GROUPS) or GROUPS[0]


def group_words() -> dict[str, str]:
    """What the groups are called."""
    return {
        "sent": _("Got no answer"),
        "asked": _("Gave no answer"),
        "none": _("No request at all"),
    }


def explained(group: str) -> str:
    """Who belongs to a group."""
    return {
        "sent": _("They sent requests, and not one was answered."),
        "asked": _("They were asked, and have never accepted, declined or suggested another time."),
        "none": _("They neither sent nor received a request."),
    }[group]
