"""The call for contributions of a sample event: what was handed in, what its committee said, what was answered."""

from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..accounts.services import person_for
from ..contributions import deciding, queries, reviews, setting_up, writing
from ..contributions.models import Call, Submission
from ..contributions.writing import Author
from ..db import db
from ..events.models import Event, Participant, TeamRole
from ..events.services import give_role
from ..programme.models import Track
from .reading import Sheet, both


def make_call(event: Event, sheet: Sheet, participants: dict[str, Participant]) -> None:
    """The call as it stands on the day the sample is made; nothing for an event without one."""
    given = sheet.call
    if not given:
        return
    moments = {f"{name}_at": sheet.moment(given[name]) for name in ("opens", "closes", "decides")}
    call = setting_up.set_call(event, {**setting_up.SAMPLE, **moments, "wanted_reviews": 2})
    tracks = {track.name: track for track in db.session.scalars(sa.select(Track).where(Track.event_id == event.id))}
    names = {track["key"]: both(track["name"]) for track in sheet.programme["tracks"]}
    topics = {
        topic["key"]: setting_up.add_topic(event, call, both(topic["name"]), tracks.get(names[topic["track"]]))
        for topic in given["topics"]
    }
    committee = {}
    for member in given["committee"]:
        person = person_for(member["email"], given_name=member["first_name"], family_name=member["last_name"])
        give_role(event, person, "committee")
        setting_up.set_committee(event, call, person, [topics[key] for key in member["topics"]])
        committee[member["email"]] = person
    organiser = db.session.scalars(
        sa.select(Person)
        .join(TeamRole, TeamRole.person_id == Person.id)
        .where(TeamRole.event_id == event.id, TeamRole.area == "organiser")
        .order_by(TeamRole.id)
    ).first()
    for contribution in given["contributions"]:
        submission = _hand_in(event, call, topics[contribution["topic"]], contribution, participants)
        _judge(event, call, submission, contribution, committee)
        if contribution.get("decision") and organiser is not None:
            reason = contribution.get("reason", "")
            deciding.decide(event, submission, contribution["decision"], organiser, reason)
        if contribution.get("told"):
            deciding.tell_one(event, submission)


def _hand_in(
    event: Event, call: Call, topic: Any, given: dict[str, Any], participants: dict[str, Participant]
) -> Submission:
    author = participants[given["by"]]
    submission = writing.begin(event, call, author)
    people = [Author(author.name, author.company, given["by"], True)]
    people += [Author(name, institution, address) for name, institution, address in given.get("others", [])]
    values = {name: given[name] for name in ("form", "language", "title", "text", "group")}
    writing.save(event, submission, {**values, "topic": topic, "remarks": ""}, people)
    return writing.hand_in(event, submission, commits=True)


def _judge(event: Event, call: Call, submission: Submission, given: dict[str, Any], people: dict[str, Person]) -> None:
    criteria = queries.criteria_of(call)
    for number, (address, points) in enumerate(given["points"].items()):
        reviews.give(
            event,
            submission,
            people[address],
            {criterion.id: mark for criterion, mark in zip(criteria, points, strict=True)},
            to_author=given.get("to_author", "") if number == 0 else "",
        )
