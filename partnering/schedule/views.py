"""My days: today, the agenda, on paper, as a file, and as a calendar to subscribe to."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import Response, flash, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from .. import clock, ical, limits, links
from ..accounts import signing_in
from ..agenda.services import TimeTaken
from ..db import transaction
from ..delegates import presence, suggestions
from ..delegates.models import Delegate
from ..delegates.queries import colleagues, delegate_of
from ..delegates.views.blueprint import no_ticket
from ..errors import Gone, NotFound, or_404, require
from ..events.models import Event, Participant
from ..events.queries import is_over
from ..events.routing import current_event, current_participant, half_event_blueprint, participant
from ..guards import guarded, secret_link
from ..headers import as_file, single
from ..i18n import _, locale, speaking
from ..mail import letters
from ..meetings import calls, day_queries, vacancies
from ..meetings import queries as meetings
from ..programme import lacking, stage
from ..registration.queries import live_registration
from . import calendars, printing, queries, services, team
from . import card as cards
from .desk import desk
from .forms import DeedForm, OwnTimeForm, ShareForm, SlotForm
from .queries import Item, Plan

bp = half_event_blueprint("schedule", __name__, guard=participant)

MOST_COLUMNS = 3
"""More days than this are shown one at a time, however wide the window is."""


# -- today


@bp.get("/e/<event_slug>/me/")
def today() -> str:
    """What comes next, and the rest of the day; before the event, what is left to do."""
    event, me = current_event(), current_participant()
    plan = queries.plan_of(me)
    now = clock.now()
    running = event.opens_at <= now <= event.closes_at or any(
        queries.day_of(item, event) == clock.in_zone(now, event.zone).date() for item in plan.items
    )
    coming = [item for item in plan.items if item.ends_at > now]
    ahead = [item for item in coming if item.kind in ("talk", "met", "session") and not _missed(item)]
    following = ahead[0] if ahead else None
    today_is = clock.in_zone(now, event.zone).date()
    parts = stage.parts_of(me)
    open_still = not is_over(event) and event.state != "cancelled"
    return render_template(
        "schedule/today.html",
        plan=plan,
        me=me,
        now=now,
        running=running,
        over=is_over(event),
        days_left=(event.first_day - today_is).days,
        following=following,
        rest=[item for item in coming if item is not following and queries.day_of(item, event) == today_is],
        waiting=meetings.waiting_for(plan.delegate) if plan.delegate is not None else 0,
        numbers=meetings.numbers(plan.delegate) if plan.delegate is not None else {},
        missed=_missed_me(plan, now),
        vacancies=vacancies.open_to(plan.delegate) if plan.delegate is not None and open_still else [],
        suggested=suggestions.suggested(plan.delegate) if plan.delegate is not None and open_still else [],
        suggestible=plan.delegate is None or not open_still or suggestions.agrees(plan.delegate),
        ticket=live_registration(me) is not None,
        complete=_complete(plan),
        talks=[part for part in parts if part.state != "cancelled"],
        lacks=len(lacking.of_one(me, parts)) if parts and open_still else 0,
    )


def _missed(item: Item) -> bool:
    """Whether somebody did not come to a meeting: there is nothing to wait for any more."""
    return item.meeting is not None and item.meeting.placement.startswith("no_show")


def _missed_me(plan: Plan, now: datetime) -> list[Item]:
    """The meetings at whose table somebody waited for me, as long as I can say that I was there."""
    return [
        item
        for item in plan.items
        if _missed(item)
        and item.meeting is not None
        and plan.delegate is not None
        and (side := meetings.side_of(item.meeting, plan.delegate)) is not None
        and item.meeting.placement == f"no_show_{side.side}"
        and now <= day_queries.until_disputed(item.meeting)
    ]


def _complete(plan: Plan) -> bool:
    """Whether the partnering profile says what is offered and what is sought."""
    if plan.delegate is None:
        return False
    profile = plan.delegate.profile
    sides = {term.side for term in profile.terms}
    return ("offer" in sides or bool(profile.offers)) and ("seek" in sides or bool(profile.seeks))


# -- the agenda


@dataclass
class Row:
    """A time of day, and what begins then on each of the days shown."""

    at: str
    cells: list[list[Item]]


@bp.get("/e/<event_slug>/me/schedule")
def agenda() -> str:
    """My days: a list of one day on phones, days side by side when wide."""
    event, me = current_event(), current_participant()
    plan = queries.plan_of(me, open_too=True)
    days = queries.days_of(event, plan.items)
    shown = _chosen_day(days)
    columns = days if len(days) <= MOST_COLUMNS else [shown]
    address = feed_address(me)
    return render_template(
        "schedule/agenda.html",
        plan=plan,
        me=me,
        now=clock.now(),
        days=days,
        shown=shown,
        columns=columns,
        has_team=plan.delegate is not None and bool(colleagues(plan.delegate)),
        rows=_rows(event, plan.items, columns),
        kinds={item.kind for item in plan.items},
        feed=address,
        webcal="webcal:" + address.partition(":")[2],
    )


def _chosen_day(days: list[date]) -> date:
    asked = single(request.args, "day")
    found = next((day for day in days if day.isoformat() == asked), None)
    if found is not None:
        return found
    today_is = clock.in_zone(clock.now(), current_event().zone).date()
    return today_is if today_is in days else days[0]


def _rows(event: Event, items: list[Item], columns: list[date]) -> list[Row]:
    """One row for each time of day at which something begins on any of the days."""
    cells: dict[str, list[list[Item]]] = {}
    for item in items:
        local = clock.in_zone(item.starts_at, event.zone)
        if local.date() in columns:
            row = cells.setdefault(f"{local:%H:%M}", [[] for _day in columns])
            row[columns.index(local.date())].append(item)
    return [Row(at.removeprefix("0") if at != "00:00" else "0:00", row) for at, row in sorted(cells.items())]


@bp.post("/e/<event_slug>/me/schedule/block")
def block() -> AnyResponse:
    """Keep a slot free."""
    form = SlotForm()
    require(form.validate_on_submit())
    slot = or_404(queries.slot_by_ref(current_event(), form.slot.data or ""))
    day = clock.in_zone(slot.starts_at, current_event().zone).date()
    try:
        with transaction():
            services.keep_free(current_event(), current_participant(), slot)
    except TimeTaken:
        flash(_("There is something in your schedule at that time already."), "warn")
    else:
        flash(_("This time stays free. Nobody can book it."), "ok")
    return redirect(url_for(".agenda", day=day.isoformat()))


@bp.post("/e/<event_slug>/me/schedule/unblock")
def unblock() -> AnyResponse:
    """Let a time that I kept free be booked again."""
    form = OwnTimeForm()
    require(form.validate_on_submit())
    with transaction():
        entry = or_404(queries.own_block(current_participant(), form.entry.data or ""))
        day = clock.in_zone(entry.appointment.starts_at, current_event().zone).date()
        services.open_again(entry)
    flash(_("This time can be booked again."), "ok")
    return redirect(url_for(".agenda", day=day.isoformat()))


@bp.post("/e/<event_slug>/me/schedule/renew")
def renew() -> AnyResponse:
    """Make the calendar's address worthless; the page shows a new one."""
    require(DeedForm().validate_on_submit())
    with transaction():
        services.renew_feed(current_event(), current_participant())
    flash(_("The old address no longer works. Subscribe again with the new one."), "ok")
    return redirect(url_for(".agenda") + "#subscribe")


# -- the team


@bp.get("/e/<event_slug>/me/team")
def my_team() -> str:
    """My colleagues and I, side by side."""
    event, now = current_event(), clock.now()
    return render_template(
        "schedule/team.html",
        me=partner(),
        board=team.board(partner(), single(request.args, "day") or "", clock.in_zone(now, event.zone).date()),
        now=now,
    )


@bp.post("/e/<event_slug>/me/team/share")
def share() -> AnyResponse:
    """Let my colleagues see my agenda, or not."""
    form = ShareForm()
    require(form.validate_on_submit())
    shares = form.shares.data == "yes"
    with transaction():
        presence.share_agenda(partner(), shares)
    flash(_("Your colleagues see your schedule here.") if shares else _("Your colleagues no longer see it."), "ok")
    return redirect(url_for(".my_team"))


def partner() -> Delegate:
    """The signed-in participant as a delegate. Raises `NoTicket`."""
    found = delegate_of(current_participant())
    if found is None:
        raise no_ticket()
    return found


# -- on paper and in calendars


@bp.get("/e/<event_slug>/me/schedule.pdf")
def pdf() -> Response:
    """My schedule on one A4 page, or on one for each day where that is too little; `?day=` for one day alone."""
    event, now = current_event(), clock.now()
    plan = queries.plan_of(current_participant(), open_too=True)
    asked = single(request.args, "day")
    only = next((each for each in queries.days_of(event, plan.items) if each.isoformat() == asked), None)
    content = printing.sheet(plan if only is None else printing.of_day(plan, only), now)
    return as_file(content, "application/pdf", printing.file_name(event, now), inline=True)


@bp.get("/e/<event_slug>/me/schedule/card.pdf")
def card() -> Response:
    """A card for the pocket, with a code that opens my days."""
    event, me, now = current_event(), current_participant(), clock.now()
    content = cards.card(queries.plan_of(me), page_address(me), now)
    return as_file(content, "application/pdf", f"{event.slug}-card.pdf", inline=True)


@bp.get("/e/<event_slug>/me/schedule.ics")
def ics() -> Response:
    """My sessions and meetings as a file."""
    content = calendars.of(current_participant())
    return as_file(content, ical.MEDIA_TYPE, f"{current_event().slug}.ics")


@bp.get("/e/<event_slug>/me/meetings/<public_id>.ics")
def meeting_ics(public_id: str) -> Response:
    """One of my meetings as a file, as my calendar knows it."""
    plan = or_404(queries.of_meeting(current_participant(), public_id))
    return as_file(calendars.calendar(plan), ical.MEDIA_TYPE, f"{current_event().slug}-{public_id}.ics")


@bp.get("/c/<token>.ics")
@guarded(secret_link)
def feed(token: str) -> Response:
    """My sessions and meetings to subscribe to, for whoever knows the address."""
    me = _subscriber(token)
    with speaking(me.locale):
        content = calendars.of(me, subscribed=True)
    response = as_file(content, ical.MEDIA_TYPE, f"{me.event.slug}.ics", inline=True)
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get("/c/<token>")
@guarded(secret_link)
def feed_page(token: str) -> str:
    """My days to read without signing in, for whoever has my card: nothing can be done here."""
    me = _subscriber(token)
    g.event = me.event
    plan, now = queries.plan_of(me), clock.now()
    items = [item for item in plan.items if item.kind in ("session", "talk", "break", "met")]
    days = sorted({queries.day_of(item, me.event) for item in items})
    today_is = clock.in_zone(now, me.event.zone).date()
    return render_template(
        "schedule/carried.html",
        me=me,
        token=token,
        now=now,
        today=today_is,
        following=next((item for item in items if item.ends_at > now), None),
        days=[(each, [item for item in items if queries.day_of(item, me.event) == each]) for each in days],
        can_sign_in=me.person is not None and bool(me.person.email),
    )


@bp.post("/c/<token>/sign-in")
@guarded(secret_link)
def feed_sign_in(token: str) -> AnyResponse:
    """Send whoever the card belongs to a sign-in link, to their own address: the card itself opens no account."""
    me = _subscriber(token)
    if me.person is not None and me.person.email:
        signing_in.count_try(me.person.email, limits.caller())
        with transaction():
            signing_in.mail_link(me.person.email, f"/e/{me.event.slug}/me/schedule", locale())
    flash(_("We have sent you a link."), "ok")
    return redirect(url_for(".feed_page", token=token), 303)


def _subscriber(token: str) -> Participant:
    """Whose calendar it is. Raises `NotFound`, or `Gone` for an address that was taken back."""
    parts = links.read("feed", token)
    me = queries.participant_by_feed(parts[0]) if parts is not None else None
    if parts is None or me is None or me.erased_at is not None or me.event.state == "draft":
        raise NotFound
    if parts[1] != me.generation:
        raise Gone
    return me


def feed_address(me: Participant) -> str:
    """The secret address of a participant's calendar."""
    return letters.url("schedule.feed", token=links.token("feed", me.public_id, me.generation))


def page_address(me: Participant) -> str:
    """The secret address of a page with a participant's days; it dies with that of the calendar."""
    return letters.url("schedule.feed_page", token=links.token("feed", me.public_id, me.generation))


def elsewhere(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """When something at this event is, as clocks in a zone show it."""
    return calls.elsewhere(starts_at, ends_at, zone, current_event().zone)


bp.add_app_template_filter(elsewhere, "elsewhere")
bp.add_app_template_filter(calls.city, "city")

blueprints = (bp, desk)
