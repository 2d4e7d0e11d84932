"""What organisers answer: decided silently, told all at once."""

from collections.abc import Iterable, Sequence

from .. import audit, clock
from ..accounts.models import Person
from ..db import db
from ..events.models import Event
from ..jobs import defer
from . import errors, mails, queries
from .models import Call, Submission

JOB = "contributions.tell"
PIECE = 50
"""Answers told in one transaction."""

STATE_OF = {"accept": "accepted", "reserve": "reserve", "reject": "rejected"}
"""What a contribution becomes when a decision is told."""


def may_decide(submission: Submission) -> bool:
    """Whether an answer can still be chosen: nothing was told, or only that it is on the reserve list."""
    return submission.state in ("submitted", "reserve")


def is_untold(submission: Submission) -> bool:
    """Whether something was decided that its authors do not know yet."""
    return may_decide(submission) and STATE_OF.get(submission.decision, submission.state) != submission.state


def untold(submissions: Iterable[Submission]) -> list[Submission]:
    """Those whose answer waits to be told."""
    return [one for one in submissions if is_untold(one)]


def decide(event: Event, submission: Submission, decision: str, by: Person, reason: str = "") -> None:
    """Choose an answer, or "" for none yet; nobody is told. Raises `CannotDecide` once an answer was given.

    `reason` stands in the letter. A contribution on the reserve list goes back to it with "".
    """
    if not may_decide(submission):
        raise errors.CannotDecide
    if not decision and submission.state == "reserve":
        decision = "reserve"
    before = {"decision": submission.decision}
    submission.decision, submission.reason = decision, reason
    submission.decided_by_id = by.id if decision else None
    db.session.flush()
    if before["decision"] != decision:
        audit.record("call.decided", submission, event=event, before=before, after={"decision": decision})


def tell(event: Event, call: Call, submissions: Sequence[Submission], by: Person) -> int:
    """Have the answers to these contributions sent by the worker; how many there are to tell."""
    waiting = untold(submissions)
    if waiting:
        defer(
            JOB,
            event_ref=event.public_id,
            owner_ref=by.public_id,
            submissions=[one.public_id for one in waiting],
        )
    return len(waiting)


def tell_one(event: Event, submission: Submission) -> bool:
    """Let the decision hold, with letters to its authors; False when there is nothing to tell any more."""
    if not is_untold(submission):
        return False
    submission.told_at = clock.now()
    submission.state = STATE_OF[submission.decision]
    db.session.flush()
    mails.decided(submission)
    audit.record("call.told", submission, event=event, after={"state": submission.state})
    return True


def tell_some(event: Event, public_ids: Sequence[str]) -> int:
    """Tell these answers, at most `PIECE`; how many. For the worker, inside its transaction."""
    call = queries.call_of(event)
    if call is None:
        return 0
    found = queries.submissions_by_ref(call, public_ids[:PIECE], locked=True)
    return sum(tell_one(event, submission) for submission in found)


def counts(submissions: Iterable[Submission]) -> dict[str, int]:
    """How many wait to be told which answer."""
    found = dict.fromkeys(STATE_OF, 0)
    for one in untold(submissions):
        found[one.decision] += 1
    return found


def set_blind_text(event: Event, submission: Submission, text: str) -> None:
    """Keep what the committee reads instead of the text; "" lets it read the text itself."""
    if submission.blind_text != text:
        submission.blind_text = text
        db.session.flush()
        audit.record("call.blinded", submission, event=event)
