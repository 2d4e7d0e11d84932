"""Setting a call up: its rules, topics and criteria, and the committee."""

from datetime import datetime, time
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from ... import clock
from ...accounts.services import person_for
from ...db import BilingualText, transaction
from ...errors import DomainError, or_404
from ...events.forms import listed
from ...events.models import Event
from ...events.pages import fresh_event, page
from ...events.routing import current_event
from ...events.services import give_role
from ...i18n import _, bi, locale
from ...programme import queries as programme
from .. import errors, queries, reading, reviews, setting_up, words
from ..desk_forms import CallForm, CriterionForm, MemberForm, MemberTopicsForm, TopicForm
from ..models import Call
from .blueprints import call_or_404
from .blueprints import desk as bp

Answer = Response | str | tuple[str, int]

LENGTHS = ("talk", "pitch", "workshop")
"""Forms that last some minutes; a poster hangs."""

BESIDE = "criterion-"
"""Before the names of fields of the second form on a page."""

WEEKS = 8
"""How long a call is open unless somebody says otherwise."""


@bp.route("/settings", methods=["GET", "POST"])
def settings() -> Answer:
    """The rules of the call; for a new one bionection's, to be changed."""
    event = current_event()
    call = queries.call_of(event)
    form = CallForm(data=_stored(event, call))
    if form.validate_on_submit():
        try:
            with transaction():
                event = fresh_event()
                first = queries.call_of(event) is None
                setting_up.set_call(event, _values(event, form))
        except errors.HoursInDisorder as error:
            form.closes_day.errors = [str(error.message)]
        except errors.TooEarlyDecision as error:
            form.decides_day.errors = [str(error.message)]
        except errors.ScaleInUse as error:
            form.top_points.errors = [str(error.message)]
        except errors.GroupsHaveSeveral as error:
            form.one_per_group.errors = [str(error.message)]
        else:
            flash(_("The call is set up. Now name its topics.") if first else _("Your answers are saved."), "ok")
            return redirect(url_for(".topics" if first else ".settings"), 303)
    return page("contributions/desk/settings.html", form, call=call)


def _stored(event: Event, call: Call | None) -> dict[str, Any]:
    data: dict[str, Any] = dict(setting_up.SAMPLE)
    opens, closes, decides = _usual_days(event)
    if call is not None:
        data |= {name: getattr(call, name) for name in data}
        opens, closes, decides = call.opens_at, call.closes_at, call.decides_at
    for name in ("introduction", "commitment"):
        text = data.pop(name)
        data[f"{name}_de"], data[f"{name}_en"] = text.de, text.en
    data["forms"], data["languages"] = data["forms"].split(","), data["languages"].split(",")
    minutes = data.pop("minutes")
    data |= {f"minutes_{form}": minutes.get(form) for form in LENGTHS}
    for name, at in (("opens", opens), ("closes", closes)):
        local = clock.in_zone(at, event.zone)
        data[f"{name}_day"], data[f"{name}_hour"] = local.date(), local.time().replace(second=0, microsecond=0)
    data["decides_day"] = clock.in_zone(decides, event.zone).date() if decides is not None else None
    return data


def _usual_days(event: Event) -> tuple[datetime, datetime, datetime | None]:
    """From today until three months before the event, or for some weeks where that is too soon."""
    today = clock.in_zone(clock.now(), event.zone).date()
    last = max(event.first_day.toordinal() - 90, today.toordinal() + 7 * WEEKS)
    last = min(last, max(event.first_day.toordinal() - 14, today.toordinal() + 7))
    closes = datetime.combine(today.fromordinal(last), time(23, 59))
    return clock.from_zone(datetime.combine(today, time(0)), event.zone), clock.from_zone(closes, event.zone), None


def _values(event: Event, form: CallForm) -> dict[str, Any]:
    data = form.data
    values: dict[str, Any] = {
        name: data[name]
        for name in (
            "most_characters",
            "most_authors",
            "one_per_group",
            "anonymous",
            "wanted_reviews",
            "top_points",
        )
    }
    for name in ("introduction", "commitment"):
        values[name] = BilingualText(data[f"{name}_de"] or "", data[f"{name}_en"] or "")
    values["forms"] = ",".join(name for name in words.FORMS if name in data["forms"])
    values["languages"] = ",".join(code for code in ("de", "en") if code in data["languages"])
    values["minutes"] = {name: data[f"minutes_{name}"] for name in LENGTHS if data[f"minutes_{name}"]}
    for name in ("opens", "closes"):
        wall = datetime.combine(data[f"{name}_day"], data[f"{name}_hour"])
        values[f"{name}_at"] = clock.from_zone(wall, event.zone)
    decides = data["decides_day"]
    values["decides_at"] = (
        clock.from_zone(datetime.combine(decides, time(23, 59)), event.zone) if decides is not None else None
    )
    return values


# -- topics and criteria


@bp.route("/topics", methods=["GET", "POST"])
def topics() -> Answer:
    """What can be handed in to, and what points are given for; one more topic."""
    if queries.call_of(current_event()) is None:
        return redirect(url_for(".settings"))
    form = _topic_form(None)
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            track = programme.track_by_ref(event, form.track.data)
            setting_up.add_topic(event, call_or_404(), _name(form), track)
        flash(_("The topic is added."), "ok")
        return redirect(url_for(".topics"), 303)
    return _topics(form, CriterionForm(formdata=None, prefix=BESIDE))


@bp.post("/criteria")
def add_criterion() -> Answer:
    """One more criterion."""
    form = CriterionForm(prefix=BESIDE)
    if not form.validate_on_submit():
        return _topics(_topic_form(None, sent=False), form)
    with transaction():
        setting_up.add_criterion(fresh_event(), call_or_404(), _name(form), form.weight.data or 1)
    flash(_("The criterion is added."), "ok")
    return redirect(url_for(".topics"), 303)


def _topics(form: TopicForm, criterion_form: CriterionForm) -> str | tuple[str, int]:
    call = call_or_404()
    html = render_template(
        "contributions/desk/topics.html",
        form=form,
        form_errors=form.errors or criterion_form.errors,
        criterion_form=criterion_form,
        call=call,
        topics=queries.topics_of(call, retired=True),
        criteria=queries.criteria_of(call, retired=True),
    )
    return (html, 422) if form.errors or criterion_form.errors else html


def _topic_form(held: Any, *, sent: bool = True) -> TopicForm:
    data = {"name_de": held.name.de, "name_en": held.name.en} if held is not None else {}
    if held is not None and held.track is not None:
        data["track"] = held.track.public_id
    form = TopicForm(data=data) if sent else TopicForm(formdata=None)
    tracks = {track.public_id: bi(track.name) for track in programme.tracks_of(current_event())}
    form.track.choices = listed({"": _("no track"), **tracks})
    return form


def _name(form: Any) -> BilingualText:
    return BilingualText(form.name_de.data or "", form.name_en.data or "")


@bp.route("/topics/<public_id>", methods=["GET", "POST"])
def topic(public_id: str) -> Answer:
    """Another name or track for a topic."""
    held = or_404(queries.topic_by_ref(call_or_404(), public_id))
    form = _topic_form(held)
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            held = or_404(queries.topic_by_ref(call_or_404(), public_id))
            setting_up.change_topic(event, held, _name(form), programme.track_by_ref(event, form.track.data))
        flash(_("Your answers are saved."), "ok")
        return redirect(url_for(".topics"), 303)
    return page("contributions/desk/topic.html", form, topic=held)


@bp.post("/topics/<public_id>/retire", defaults={"retired": True})
@bp.post("/topics/<public_id>/bring-back", defaults={"retired": False}, endpoint="bring_back_topic")
def retire_topic(public_id: str, retired: bool) -> Response:
    """No longer ask for a topic, or ask again."""
    with transaction():
        held = or_404(queries.topic_by_ref(call_or_404(), public_id))
        setting_up.retire(fresh_event(), held, retired=retired)
    flash(_("This topic is no longer offered.") if retired else _("This topic is offered again."), "ok")
    return redirect(url_for(".topics"), 303)


@bp.route("/criteria/<public_id>", methods=["GET", "POST"])
def criterion(public_id: str) -> Answer:
    """Another name or weight for a criterion."""
    held = or_404(queries.criterion_by_ref(call_or_404(), public_id))
    form = CriterionForm(data={"name_de": held.name.de, "name_en": held.name.en, "weight": held.weight})
    if form.validate_on_submit():
        with transaction():
            held = or_404(queries.criterion_by_ref(call_or_404(), public_id))
            setting_up.change_criterion(fresh_event(), held, _name(form), form.weight.data or 1)
        flash(_("Your answers are saved."), "ok")
        return redirect(url_for(".topics"), 303)
    return page("contributions/desk/criterion.html", form, criterion=held)


@bp.post("/criteria/<public_id>/retire", defaults={"retired": True})
@bp.post("/criteria/<public_id>/bring-back", defaults={"retired": False}, endpoint="bring_back_criterion")
def retire_criterion(public_id: str, retired: bool) -> Response:
    """No longer count a criterion, or count it again."""
    with transaction():
        held = or_404(queries.criterion_by_ref(call_or_404(), public_id))
        setting_up.retire(fresh_event(), held, retired=retired)
    flash(_("This criterion no longer counts.") if retired else _("This criterion counts again."), "ok")
    return redirect(url_for(".topics"), 303)


# -- the committee


@bp.route("/committee", methods=["GET", "POST"])
def members() -> Answer:
    """Who reads which topics and how far they are; somebody new is let in by address."""
    if queries.call_of(current_event()) is None:
        return redirect(url_for(".settings"))
    form = MemberForm()
    if form.validate_on_submit():
        with transaction():
            event = fresh_event()
            person = person_for(
                form.email.data or "",
                given_name=form.given_name.data or "",
                family_name=form.family_name.data or "",
                locale=locale(),
            )
            give_role(event, person, "committee")
        flash(
            _("They can sign in with their email address now, and find the committee’s page on the event’s page."), "ok"
        )
        return redirect(url_for(".members"), 303)
    return _members(form)


def _members(form: MemberForm) -> Answer:
    event, call = current_event(), call_or_404()
    handed_in, done = queries.handed_in(call), reviews.done_pairs(call)
    topics, by_member = queries.topics_of(call), queries.topics_by_member(call)
    people = []
    for person in queries.committee_of(event):
        tick = MemberTopicsForm(formdata=None, prefix=f"{person.public_id}-")
        tick.topics.choices = listed({one.public_id: bi(one.name) for one in topics})
        tick.topics.data = [one.public_id for one in topics if one.id in by_member.get(person.id, ())]
        read = sum(person_id == person.id for _submission_id, person_id in done)
        people.append((person, tick, read, reading.to_read(call, person, handed_in, done)))
    return page("contributions/desk/members.html", form, call=call, people=people, topics=topics)


@bp.post("/committee/<public_id>")
def member_topics(public_id: str) -> Response:
    """Which topics a member reads."""
    with transaction():
        event, call = fresh_event(), call_or_404()
        person = or_404(next((one for one in queries.committee_of(event) if one.public_id == public_id), None))
        form = MemberTopicsForm(prefix=f"{person.public_id}-")
        topics = queries.topics_of(call)
        form.topics.choices = listed({one.public_id: bi(one.name) for one in topics})
        if not form.validate_on_submit():
            raise DomainError(_("Choose topics from the list."))
        wanted = form.topics.data or []
        setting_up.set_committee(event, call, person, [one for one in topics if one.public_id in wanted])
    flash(_("Your answers are saved."), "ok")
    return redirect(url_for(".members"), 303)
