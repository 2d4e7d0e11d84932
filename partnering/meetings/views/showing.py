"""The page of one request or meeting: what was said, when and where, and every deed that is open to who looks."""

import secrets
from typing import Any

from flask import render_template, request

from ... import clock
from ...delegates import queries as partnering
from ...delegates.directory import reasons_for
from ...delegates.models import Delegate
from ...delegates.permissions import may_see
from ...delegates.reasons import MOST
from ...events.routing import current_event
from ...headers import single
from ...i18n import day
from .. import answering, bookable, calls, deeds, placing, proposing, queries, rules
from ..forms import (
    AcceptForm,
    CancelForm,
    CounterForm,
    DeclineForm,
    Deed,
    ForwardForm,
    ProposalForm,
    ProposeForm,
    ReplaceForm,
    SeatForm,
)
from ..models import Meeting, MeetingSlot
from .blueprint import shown

FORMS: dict[str, type[Deed]] = {
    "accept": AcceptForm,
    "counter": CounterForm,
    "decline": DeclineForm,
    "forward": ForwardForm,
    "cancel": CancelForm,
    "propose": ProposeForm,
    "agree": ProposalForm,
    "refuse": ProposalForm,
    "bring": SeatForm,
    "replace": ReplaceForm,
    "leave": SeatForm,
}
"""The forms of a page, by the deed they are for."""


BESIDE: dict[str, set[str]] = {"accept": {"accept", "reserve"}, "agree": {"agree", "refuse", "take_back"}}
"""Deeds whose place on the page is there as long as one of these is open; for others it is their own."""


def page(mine: Delegate, meeting: Meeting, *, form: Any = None, at: str = "", refusal: str = "") -> str:
    """The meeting's page. `form` was sent for the deed `at`, and failed or was refused with a sentence."""
    acting = bookable.acts_for(mine)
    whom = deeds.sitting_for(meeting, mine, acting)
    assert whom is not None, "the page is for those who see the meeting"
    card = shown(whom, meeting, mine)
    open_deeds = deeds.open_to(meeting, mine, acting)
    lead = card["other"].lead
    card["reasons"] = reasons_for(whom, [lead])[card["other"].lead_id][:MOST]
    card["seen"] = may_see(mine, lead)
    asked = {"reserve": "accept", "take_back": "agree"}.get(at, at)
    forms = {name: _form(name, kind, form if name == asked else None) for name, kind in FORMS.items()}
    beside = bool(open_deeds & BESIDE.get(asked, {asked}))
    failed = forms[asked] if form is not None and not refusal and asked in forms else None
    return render_template(
        "meetings/show.html",
        me=mine,
        card=card,
        open=open_deeds,
        forms=forms,
        failed=failed,
        form_errors=failed.errors if failed is not None else refusal,
        at=asked if beside else "",
        refusal=refusal,
        preselected=single(request.args, "slot") or forms["accept"].slot.data or "",
        unfolded=asked or ("counter" if single(request.args, "other") == "1" else single(request.args, "open") or ""),
        once=secrets.token_hex(16),
        **_of_time(meeting),
        colleague_meets=_of_colleagues(meeting, whom) if meeting.is_open and whom.id == mine.id else [],
        **_to_answer(meeting, mine, open_deeds),
        **_to_agree(meeting, open_deeds),
        **_of_people(meeting, mine, whom, open_deeds),
    )


def _form(name: str, kind: type[Deed], sent: Any) -> Any:
    """The form for a deed: the one that was sent, or an empty one, with ids of its own on the page."""
    form = sent if isinstance(sent, kind) else kind(formdata=None)
    for field in form:
        field.id = f"{name}-{field.name}"
        field.label.field_id = field.id
    return form


def _of_time(meeting: Meeting) -> dict[str, Any]:
    """When and where: the link of a call, the time where others are, when a time follows, who moves up before."""
    event = current_event()
    left = 0
    if meeting.answered_at is not None:
        left = placing.UNDO_SECONDS - int((clock.now() - meeting.answered_at).total_seconds())
    return {
        "video": calls.link_of(meeting) if meeting.request_state == "accepted" else "",
        "elsewhere": calls.times_of(meeting, event.zone),
        "plan_on": rules.rules_of(event).plan_on,
        "queue": deeds.reserve_place(meeting),
        "undo_seconds": max(1, left),
        "now": clock.now(),
    }


def _of_colleagues(meeting: Meeting, whom: Delegate) -> list[dict[str, Any]]:
    side = queries.side_of(meeting, whom)
    assert side is not None  # they sit there
    return colleagues_meetings(whom, queries.other_side(meeting, side).lead, besides=meeting)


def colleagues_meetings(whom: Delegate, other: Delegate, *, besides: Meeting | None = None) -> list[dict[str, Any]]:
    """What colleagues who share their agenda have with the other's organisation, and whether one could come along."""
    return [
        {
            "meeting": meeting,
            "who": ", ".join(
                seat.delegate.participant.name
                for seat in meeting.delegates
                if seat.delegate.profile_id == whom.profile_id
            ),
            "may_join": deeds.may_join(meeting, whom),
        }
        for meeting in deeds.joinable(whom, other)
        if besides is None or meeting.id != besides.id
    ]


def _to_answer(meeting: Meeting, mine: Delegate, open_deeds: frozenset[str]) -> dict[str, Any]:
    """What there is to choose for whoever has the turn."""
    if not open_deeds & {"accept", "reserve", "counter", "decline"}:
        return {"choices": [], "gone": [], "other_days": [], "heirs": [], "team": []}
    offered, choices = queries.offered(meeting), queries.choices(meeting)
    known = {slot.id for slot in offered}
    free = {slot.id for slot in choices}
    lead = answering.answering(meeting, mine)
    seated = {seat.delegate_id for seat in meeting.delegates}
    return {
        "choices": choices,
        "gone": [slot for slot in offered if slot.id not in free],
        "instead": bool(offered) and not any(slot.id in known for slot in choices),
        "planned": any(slot.block.mode == "batch" for slot in choices),
        "other_days": by_day(deeds.other_times(meeting)),
        "heirs": deeds.heirs(meeting) if "forward" in open_deeds else [],
        "team": [(other, other.id in seated) for other in partnering.colleagues(lead)],
        "linkless": not choices and _linkless(meeting),
        "place": deeds.next_place(meeting) if "reserve" in open_deeds else 0,
    }


def _linkless(meeting: Meeting) -> bool:
    """Whether somebody would take part by video and nobody has a room for that."""
    people = [seat.delegate for seat in meeting.delegates]
    return any(one.remote for one in people) and not any(one.video_url for one in people)


def _to_agree(meeting: Meeting, open_deeds: frozenset[str]) -> dict[str, Any]:
    """The open suggestion with the times of it that are free, or the times that can be suggested."""
    proposal = proposing.open_of(meeting) if meeting.request_state == "accepted" else None
    return {
        "proposal": proposal,
        "proposed": proposing.slots_of(proposal) if proposal is not None else [],
        "agreeable": deeds.times_to_agree(proposal) if proposal is not None and "agree" in open_deeds else [],
        "free_days": by_day(deeds.times_to_propose(meeting)) if "propose" in open_deeds else [],
    }


def _of_people(meeting: Meeting, mine: Delegate, whom: Delegate, open_deeds: frozenset[str]) -> dict[str, Any]:
    """Who could come along or take over, and who could go."""
    side = queries.side_of(meeting, whom)
    assert side is not None  # they sit there
    changing = bool(open_deeds & {"bring", "replace"})
    coming = deeds.newcomers(meeting, mine, side) if changing else []
    return {"coming": coming, "busy": _busy(meeting, mine, coming) if changing else []}


def _busy(meeting: Meeting, mine: Delegate, coming: list[Delegate]) -> list[Delegate]:
    """Colleagues who have no time for it."""
    seated = {seat.delegate_id for seat in meeting.delegates}
    able = {one.id for one in coming}
    return [one for one in partnering.colleagues(mine) if one.id not in seated | able]


def by_day(slots: list[MeetingSlot]) -> list[tuple[str, list[MeetingSlot]]]:
    """Slots under their days, in the event's zone."""
    found: dict[str, list[MeetingSlot]] = {}
    for slot in slots:
        found.setdefault(day(slot.starts_at, "weekday"), []).append(slot)
    return list(found.items())
