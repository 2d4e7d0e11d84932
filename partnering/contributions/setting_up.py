"""What organisers set: the call, its topics, what points are given for, and who of the committee reads what."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from .. import audit, clock
from ..accounts.models import Person
from ..db import BilingualText, db
from ..events.models import Event
from ..programme.models import Track
from ..text import fold
from . import errors, queries
from .models import Call, CallTopic, CommitteeTopic, Criterion, Review, ReviewScore, Submission

SAMPLE: dict[str, Any] = {
    "introduction": BilingualText(
        "Wir suchen Beiträge aus Forschung und Entwicklung, die vor der Übertragung in die Anwendung stehen.",
        "We are looking for contributions from research and development that are about to be put to use.",
    ),
    "commitment": BilingualText(
        "Wird mein Beitrag angenommen, melde ich mich als Erstautorin oder Erstautor verbindlich zur Konferenz an.",
        "If my contribution is accepted, I register for the conference as its main author.",
    ),
    "languages": "de,en",
    "forms": "pitch,poster",
    "minutes": {"talk": 20, "pitch": 10, "workshop": 90},
    "most_characters": 2100,
    "most_authors": 10,
    "one_per_group": True,
    "anonymous": True,
    "wanted_reviews": 3,
    "top_points": 5,
}
"""What a new call begins with: bionection's rules."""

SAMPLE_CRITERIA = (
    BilingualText("Wissenschaftliche Güte", "Scientific quality"),
    BilingualText("Nähe zur Anwendung", "Closeness to application"),
    BilingualText("Verständlichkeit", "Clarity"),
)
"""What points are given for until organisers say otherwise."""


def set_call(event: Event, values: dict[str, Any]) -> Call:
    """Set the event's call (names of columns); it is made with a set of criteria where there was none.

    Raises `HoursInDisorder`, `TooEarlyDecision`, `ScaleInUse`, `GroupsHaveSeveral`.
    """
    if values["closes_at"] <= values["opens_at"]:
        raise errors.HoursInDisorder
    if values.get("decides_at") is not None and values["decides_at"] < values["closes_at"]:
        raise errors.TooEarlyDecision
    call = queries.call_of(event)
    if call is None:
        call = Call(event_id=event.id, created_at=clock.now(), **values)
        db.session.add(call)
        db.session.flush()
        for name in SAMPLE_CRITERIA:
            add_criterion(event, call, name)
        audit.record("call.set", call, event=event, after=_plain(values))
        return call
    before = {name: getattr(call, name) for name in values}
    was, now = audit.differing(before, values)
    if not now:
        return call
    if "top_points" in now and _has_points(call):
        raise errors.ScaleInUse
    for column, value in now.items():
        setattr(call, column, value)
    db.session.flush()
    if "one_per_group" in now:
        _set_group_keys(call)
    audit.record("call.set", call, event=event, before=_plain(was), after=_plain(now))
    return call


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As the log says it: without the texts, which the page shows, and not in the words of an event's doors."""
    named = {"opens_at": "taken_from", "closes_at": "taken_until"}
    kept = {name: value for name, value in values.items() if name not in ("introduction", "commitment")}
    return {named.get(name, name): value for name, value in kept.items()}


def _has_points(call: Call) -> bool:
    return bool(
        db.session.scalar(
            sa.select(
                sa.exists().where(
                    ReviewScore.review_id == Review.id,
                    Review.submission_id == Submission.id,
                    Submission.call_id == call.id,
                )
            )
        )
    )


def _set_group_keys(call: Call) -> None:
    """Let the rule of one per group hold, or no longer, for what stands already. Raises `GroupsHaveSeveral`."""
    submissions = db.session.scalars(sa.select(Submission).where(Submission.call_id == call.id)).all()
    seen: set[tuple[int | None, str]] = set()
    for one in submissions:
        one.group_key = (fold(one.group) or None) if call.one_per_group else None
        if one.group_key and one.state in queries.STANDING:
            if (one.topic_id, one.group_key) in seen:
                raise errors.GroupsHaveSeveral
            seen.add((one.topic_id, one.group_key))
    db.session.flush()


# -- topics


def add_topic(event: Event, call: Call, name: BilingualText, track: Track | None = None) -> CallTopic:
    """A topic after those that are there."""
    last = db.session.scalar(sa.select(sa.func.max(CallTopic.position)).where(CallTopic.call_id == call.id))
    topic = CallTopic(
        event_id=event.id,
        call_id=call.id,
        name=name,
        track_id=track.id if track else None,
        position=(last or 0) + 1,
    )
    db.session.add(topic)
    db.session.flush()
    audit.record("call.topic_added", topic, event=event, after={"name": name})
    return topic


def change_topic(event: Event, topic: CallTopic, name: BilingualText, track: Track | None) -> None:
    """Give a topic another name or track."""
    before = {"name": topic.name, "track_id": topic.track_id}
    topic.name, topic.track_id = name, track.id if track else None
    db.session.flush()
    was, now = audit.differing(before, {"name": name, "track_id": topic.track_id})
    if now:
        audit.record("call.topic_changed", topic, event=event, before=was, after=now)


def retire(event: Event, thing: CallTopic | Criterion, *, retired: bool = True) -> None:
    """No longer ask for a topic, or for points for a criterion; what was said so far stays. Or ask again."""
    if (thing.retired_at is not None) == retired:
        return
    thing.retired_at = clock.now() if retired else None
    db.session.flush()
    audit.record("call.retired" if retired else "call.brought_back", thing, event=event)


# -- criteria


def add_criterion(event: Event, call: Call, name: BilingualText, weight: int = 1) -> Criterion:
    """Something to give points for, after what is there."""
    last = db.session.scalar(sa.select(sa.func.max(Criterion.position)).where(Criterion.call_id == call.id))
    criterion = Criterion(event_id=event.id, call_id=call.id, name=name, weight=weight, position=(last or 0) + 1)
    db.session.add(criterion)
    db.session.flush()
    audit.record("call.criterion_added", criterion, event=event, after={"name": name, "weight": weight})
    return criterion


def change_criterion(event: Event, criterion: Criterion, name: BilingualText, weight: int) -> None:
    """Give a criterion another name or weight."""
    before = {"name": criterion.name, "weight": criterion.weight}
    criterion.name, criterion.weight = name, weight
    db.session.flush()
    was, now = audit.differing(before, {"name": name, "weight": weight})
    if now:
        audit.record("call.criterion_changed", criterion, event=event, before=was, after=now)


# -- the committee


def set_committee(event: Event, call: Call, person: Person, topics: Collection[CallTopic]) -> None:
    """Say which topics a member reads; none means all of them."""
    own = {topic.id for topic in queries.topics_of(call, retired=True)}
    held = {
        row.topic_id: row
        for row in db.session.scalars(
            sa.select(CommitteeTopic).where(CommitteeTopic.person_id == person.id, CommitteeTopic.topic_id.in_(own))
        )
    }
    wanted = {topic.id for topic in topics}
    if wanted == held.keys():
        return
    for topic_id in held.keys() - wanted:
        db.session.delete(held[topic_id])
    db.session.add_all(
        CommitteeTopic(event_id=event.id, person_id=person.id, topic_id=topic_id)
        for topic_id in sorted(wanted - held.keys())
    )
    db.session.flush()
    audit.record("call.committee_set", person, event=event, after={"topics": len(wanted)})
