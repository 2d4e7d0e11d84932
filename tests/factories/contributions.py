"""Builders of calls, topics, contributions and members of the committee."""

from collections.abc import Sequence
from datetime import timedelta

from partnering import clock
from partnering.accounts.models import Person
from partnering.contributions import deciding, queries, reviews, setting_up, writing
from partnering.contributions.models import Call, CallTopic, Submission
from partnering.contributions.writing import Author
from partnering.db import BilingualText
from partnering.events.models import Event, Participant

from .events import make_participant, make_person, make_role
from .ground import deed, number


def make_call(event: Event, *, topics: Sequence[str] = ("Wirkstoffe",), **values: object) -> Call:
    """An open call with bionection's rules, that began yesterday and ends in a month; keywords are its columns."""
    now = clock.now()
    with deed():
        call = setting_up.set_call(
            event,
            {
                **setting_up.SAMPLE,
                "opens_at": now - timedelta(days=1),
                "closes_at": now + timedelta(days=30),
                "decides_at": None,
                **values,
            },
        )
        for name in topics:
            setting_up.add_topic(event, call, BilingualText(name, f"{name} (en)"))
    return call


def make_topic(event: Event, name: str = "Diagnostik") -> CallTopic:
    """One more topic of the event's call."""
    with deed():
        call = queries.call_of(event)
        assert call is not None
        return setting_up.add_topic(event, call, BilingualText(name, f"{name} (en)"))


def make_draft(
    event: Event,
    author: Participant | None = None,
    *,
    title: str | None = None,
    text: str = "Ein Peptid wirkt gegen resistente Keime.",
    group: str | None = None,
    topic: CallTopic | None = None,
    authors: Sequence[Author] | None = None,
    **values: object,
) -> Submission:
    """A whole draft of its own group, to the first topic; other keywords are columns. `author` hands it in."""
    with deed():
        call = queries.call_of(event)
        assert call is not None
        n = number()
        author = author or make_participant(
            event, email=f"autor{n}@haus{n}.example", given_name="Rosa", family_name="Lind"
        )
        submission = writing.begin(event, call, author)
        person = author.person
        assert person is not None
        writing.save(
            event,
            submission,
            {
                "topic": topic or queries.topics_of(call)[0],
                "form": "pitch",
                "language": "de",
                "title": title or f"Beitrag {n}",
                "text": text,
                "group": group if group is not None else f"AG Nummer {n}",
                "remarks": "",
                **values,
            },
            authors or [Author(author.name, "Institut für Proben", person.email, True)],
        )
    return submission


def make_submission(event: Event, author: Participant | None = None, **values: object) -> Submission:
    """A contribution that is handed in; keywords as for `make_draft`."""
    with deed():
        submission = make_draft(event, author, **values)  # type: ignore[arg-type]  # handed on as they are
        writing.hand_in(event, submission, commits=True)
    return submission


def make_member(event: Event, email: str | None = None) -> Person:
    """Somebody who reads for the event."""
    with deed():
        person = make_person(
            email or f"mitglied{number()}@komitee.example", given_name="Vera", family_name=f"Tau {number()}"
        )
        make_role(event, person, "committee")
    return person


def make_review(event: Event, submission: Submission, member: Person | None = None, points: int = 4) -> Person:
    """That somebody of the committee gives so many points for each criterion; who it was."""
    with deed():
        member = member or make_member(event)
        criteria = queries.criteria_of(submission.call)
        reviews.give(event, submission, member, {one.id: points for one in criteria}, comment="Gut.")
    return member


def make_told(event: Event, decision: str = "accept", **values: object) -> Submission:
    """A contribution whose authors know what was decided."""
    with deed():
        submission = make_submission(event, **values)  # type: ignore[arg-type]  # handed on as they are
        deciding.decide(event, submission, decision, make_person())
        deciding.tell_one(event, submission)
    return submission
