"""What happens to meetings by itself: requests run out, blocks close, times that came free are offered."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from .. import clock
from ..db import db, transaction
from ..delegates import queries as partnering
from ..i18n import _
from ..jobs import Progress, periodic, task
from . import evidence, queries, reserve, services, signals
from .errors import ProposalOver, RequestNotOpen, VacancyOver
from .models import Meeting, MeetingBlock, MeetingProposal, MeetingVacancy

MOST = 500


@periodic("meetings.expire", every=timedelta(minutes=1))
def expire_overdue() -> bool:
    """End every request, proposal and vacancy whose time is over, one transaction each, so that no answer waits."""
    now = clock.now()
    requests, proposals = list(queries.overdue(now, MOST)), list(queries.proposals_due(now, MOST))
    vacancies = list(queries.vacancies_due(now, MOST))
    _each(requests, expire_due)
    _each(proposals, lapse_due)
    _each(vacancies, give_up_due)
    return max(len(requests), len(proposals), len(vacancies)) >= MOST


@periodic("meetings.close", every=timedelta(minutes=5))
def close_blocks() -> None:
    """Close the blocks that are over, with their meetings, once nobody can confirm any more that they were there."""
    _each(list(queries.blocks_over(clock.now() - evidence.AFTER)), close_one)


def _each(ids: Sequence[int], deed: Callable[[int], None]) -> None:
    for one in ids:
        with transaction():
            deed(one)


def expire_due(meeting_id: int) -> None:
    """Let one request run out if it still is due."""
    meeting = db.session.get(Meeting, meeting_id)
    if meeting is not None and meeting.expires_at is not None and meeting.expires_at <= clock.now():
        expire_one(meeting)


def expire_one(meeting: Meeting) -> None:
    """Close one; an answer that came first wins."""
    try:
        services.expire(meeting)
    except RequestNotOpen:
        db.session.expire(meeting)


def lapse_due(proposal_id: int) -> None:
    """Let one proposal run out; where a time was offered, the next one that waits is asked."""
    proposal = db.session.get_one(MeetingProposal, proposal_id)
    try:
        meeting = services.lapse_proposal(proposal)
    except ProposalOver:
        db.session.expire(proposal)
        return
    if proposal.kind == "time":
        signals.time_freed.send(meeting.event_id, delegate_ids=services.hosts_of(meeting), besides=[meeting.id])


def give_up_due(vacancy_id: int) -> None:
    """Cancel what nobody took over in time."""
    vacancy = db.session.get_one(MeetingVacancy, vacancy_id)
    try:
        services.lapse(vacancy)
    except VacancyOver:
        db.session.expire(vacancy)


def close_one(block_id: int) -> None:
    """Close one block."""
    block = db.session.get_one(MeetingBlock, block_id)
    if block.phase != "closed":
        services.close_block(block)


@task("meetings.offer")
def offer(job: Progress, delegates: list[str], besides: list[int] | None = None) -> None:
    """Offer the time of these delegates (public ids) to what waits for it, one transaction each."""
    for done, public_id in enumerate(delegates, start=1):
        with transaction():
            delegate = partnering.delegate_anywhere(public_id)
            if delegate is not None and delegate.left_at is None:
                reserve.offer_time(delegate, besides=besides or ())
        job.progress(done, len(delegates))


@task("meetings.call_off")
def call_off(job: Progress) -> None:
    """End every open request and cancel every meeting of an event that does not take place, one transaction each.

    What has ended already stays as it is, so a job that is taken up again tells nobody twice.
    """
    waiting = queries.not_closed(job.event_ref or "")
    for done, meeting_id in enumerate(waiting, start=1):
        with transaction():
            meeting = db.session.get(Meeting, meeting_id)
            if meeting is not None and meeting.closed_at is None:
                end_one(meeting)
        job.progress(done, len(waiting))


def end_one(meeting: Meeting) -> None:
    """Cancel a meeting that is agreed, let a request that is open run out; one that just ended otherwise stays so."""
    try:
        if meeting.is_open:
            services.expire(meeting)
        else:
            services.cancel(meeting, reason=_("The conference has been called off."))
    except RequestNotOpen:
        db.session.expire(meeting)
