"""What the committee may read: contributions without anything that says whose they are.

`shown` and `list_of` are the only ways by which pages of the committee get at a contribution.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from ..accounts.addresses import FREE_MAIL, canonical
from ..accounts.models import Person
from ..db import BilingualText, db
from . import queries
from .counting import blind_text, names_of
from .models import Call, Review, Submission

OPEN = ("submitted", "accepted", "reserve", "rejected")
"""What the committee sees; it gives points as long as nobody was told the decision."""


@dataclass(frozen=True)
class Blind:
    """A contribution as the committee reads it. `authors` is empty unless the call is not anonymous."""

    public_id: str
    state: str
    topic: BilingualText
    form: str
    language: str
    title: str
    text: str
    authors: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether points can be given."""
        return self.state == "submitted"


@dataclass(frozen=True)
class Row:
    """A contribution in a member's list: what they have done about it ("" for nothing), and how many have read it."""

    blind: Blind
    mine: str
    reads: int


@dataclass(frozen=True)
class Reader:
    """A member of the committee, with what keeps them from judging: their addresses and the domains of these."""

    person_id: int
    addresses: frozenset[str]
    domains: frozenset[str]
    topics: frozenset[int]

    def may_read(self, submission: Submission) -> bool:
        """Whether it is of their topics, and neither their own nor from their own house."""
        if self.topics and submission.topic_id not in self.topics:
            return False
        return not self.is_close_to(submission)

    def is_close_to(self, submission: Submission) -> bool:
        """Whether they wrote it, or share an address or the domain of one with an author."""
        if submission.participant.person_id == self.person_id:
            return True
        keys = {canonical(author.email) for author in submission.authors if author.email}
        return bool(keys & self.addresses) or bool({_domain(key) for key in keys} & self.domains)


def reader_of(call: Call, person: Person) -> Reader:
    """A member as they read."""
    keys = frozenset(address.canonical for address in person.addresses)
    domains = frozenset(_domain(key) for key in keys) - FREE_MAIL - {""}
    return Reader(person.id, keys, domains, frozenset(queries.topics_by_member(call).get(person.id, ())))


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def shown(call: Call, public_id: str, person: Person) -> tuple[Submission, Blind] | None:
    """A contribution that this member may read: for the services the row, for the page what it may show of it."""
    submission = next(iter(queries.submissions_by_ref(call, [public_id])), None)
    if submission is None or submission.state not in OPEN or not reader_of(call, person).may_read(submission):
        return None
    return submission, blind(call, submission)


def blind(call: Call, submission: Submission) -> Blind:
    """A contribution without its authors, group, institutions and addresses."""
    assert submission.topic is not None  # handed in
    return Blind(
        public_id=submission.public_id,
        state=submission.state,
        topic=submission.topic.name,
        form=submission.form,
        language=submission.language,
        title=submission.title,
        text=blind_text(submission) if call.anonymous else submission.text,
        authors=() if call.anonymous else tuple(names_of(submission)),
    )


def list_of(call: Call, person: Person) -> list[Row]:
    """Everything a member may read: what to read next first, then what they have read."""
    reader = reader_of(call, person)
    mine, reads = _reviews(call, person)
    rows = []
    for submission in _in(queries.handed_in(call), OPEN):
        state = mine.get(submission.id, "")
        if not reader.may_read(submission) or (submission.state != "submitted" and state != "done"):
            continue
        rows.append((submission, Row(blind(call, submission), state, reads.get(submission.id, 0))))
    order = {"draft": 0, "": 1, "done": 2, "stepped_back": 3}
    rows.sort(key=lambda pair: (order[pair[1].mine], pair[1].reads, pair[0].submitted_at, pair[0].id))
    return [row for _submission, row in rows]


def next_for(call: Call, person: Person) -> Blind | None:
    """What a member should read next: what fewest have read, the oldest first. What they have begun comes before."""
    return next((row.blind for row in list_of(call, person) if row.blind.is_open and row.mine in ("", "draft")), None)


def to_read(call: Call, person: Person, submissions: Sequence[Submission], done: set[tuple[int, int]]) -> int:
    """How many of these a member has still to read; `done` are pairs of contribution and person."""
    reader = reader_of(call, person)
    return sum(reader.may_read(one) and (one.id, person.id) not in done for one in _in(submissions, ("submitted",)))


def _in(submissions: Iterable[Submission], states: Sequence[str]) -> list[Submission]:
    return [one for one in submissions if one.state in states]


def _reviews(call: Call, person: Person) -> tuple[dict[int, str], dict[int, int]]:
    """What a member has done, by contribution, and how many have given points to each."""
    mine: dict[int, str] = {}
    reads: dict[int, int] = {}
    for submission_id, person_id, state in db.session.execute(
        sa.select(Review.submission_id, Review.person_id, Review.state)
        .join(Submission, Submission.id == Review.submission_id)
        .where(Submission.call_id == call.id)
    ):
        if person_id == person.id:
            mine[submission_id] = state
        if state == "done":
            reads[submission_id] = reads.get(submission_id, 0) + 1
    return mine, reads
