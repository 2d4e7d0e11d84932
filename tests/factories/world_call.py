"""A call in the world: what somebody handed in, what the committee said of it, answers told and not told."""

from partnering.accounts.models import Person
from partnering.contributions import deciding, queries, setting_up
from partnering.contributions.writing import Author
from partnering.db import db
from partnering.events.models import Event
from partnering.registration.models import Registration

from .conference import Conference, Words, both
from .contributions import make_call, make_draft, make_review, make_submission


def contributions(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    """Jana's contribution is read by the committee and a draft of hers waits; others are accepted or on the list."""
    call = make_call(
        event,
        topics=(),
        introduction=both(words, "Wir suchen *Beiträge*.", "We seek *contributions*."),
        commitment=both(words, "Ich melde mich an.", "I register."),
    )
    names = (both(words, "Wirkstoffe", "Active agents"), both(words, "Diagnostik", "Diagnostics"))
    topics = [setting_up.add_topic(event, call, name) for name in names]
    jana, henrike, paul = (guests[role].participant for role in ("attendee", "other attendee", "exhibitor"))
    people = [
        Author(words("Jana Wittkowski"), words("Lumenfold GmbH"), "jana@lumenfold.example", True),
        Author(words("Rosa Lind"), words("Institut für Proben"), "rosa@proben.example"),
    ]
    read = make_submission(
        event,
        jana,
        title=words("Peptide gegen Keime"),
        text=words("Ein Peptid wirkt gegen resistente Keime."),
        group=words("AG Wittkowski"),
        remarks=words("Bitte am zweiten Tag."),
        authors=people,
    )
    accepted = make_submission(
        event, henrike, title=words("Enzyme im Takt"), group=words("AG Enzyme"), authors=people[:1]
    )
    decided = make_submission(
        event,
        paul,
        title=words("Zellen im Bild"),
        group=words("AG Zellen"),
        topic=topics[1],
        authors=[Author(words("Paul Kramer"), email="paul@zellkultur.example", speaks=True)],
    )
    make_draft(event, jana, title="", text="", topic=topics[1], group=words("AG Wittkowski"))
    reader = db.session.get_one(Person, made.people["committee"])
    for submission, points in ((read, 4), (accepted, 5)):
        make_review(event, submission, reader, points)
        make_review(event, submission, points=1)
    organiser = db.session.get_one(Person, made.people["organiser"])
    deciding.decide(event, accepted, "accept", organiser, words("Sehr gern."))
    deciding.tell_one(event, accepted)
    deciding.decide(event, decided, "reserve", organiser, words("Vielleicht später."))
    made.things |= {
        "contributions.public_id": read.public_id,
        "contributions_committee.public_id": read.public_id,
        "contributions_desk.public_id": read.public_id,
        "contributions_desk.member_topics.public_id": reader.public_id,
    }
    for endpoint in ("topic", "retire_topic", "bring_back_topic"):
        made.things[f"contributions_desk.{endpoint}.public_id"] = topics[0].public_id
    for endpoint in ("criterion", "retire_criterion", "bring_back_criterion"):
        made.things[f"contributions_desk.{endpoint}.public_id"] = queries.criteria_of(call)[0].public_id
