"""The news about contributions: that they arrived, what was decided, what is still to be done."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa

from ..accounts.addresses import canonical
from ..db import db
from ..events.mails import to_participant
from ..events.models import Event, Participant
from ..events.queries import team_of
from ..i18n import bi
from ..mail import letters, outbox
from ..mail.letters import Letter
from ..mail.models import OutboxLetter
from ..registration.queries import live_registration, person_by_id
from ..tickets.models import Product
from ..tickets.selling import is_on_sale
from . import queries
from .models import Review, Submission
from .words import FORMS


class Reader(NamedTuple):
    """Somebody beside the main author who is written to: which author they are, and where."""

    position: int
    address: str


def received(submission: Submission) -> None:
    """A contribution was handed in: told to its main author."""
    assert submission.submitted_at is not None
    _to_main_author("contributions.received", submission, submission.submitted_at.isoformat())


def decided(submission: Submission) -> None:
    """What was decided: told to the main author, to whoever speaks, and to each other author with an address."""
    assert submission.told_at is not None
    kind, deed = f"contributions.{submission.state}", submission.told_at.isoformat()
    _to_main_author(kind, submission, deed)
    event = submission.participant.event
    for reader in other_readers(submission):
        outbox.post(
            kind,
            key=f"contribution:{submission.public_id}:{deed}:to:{reader.position}",
            address=reader.address,
            locale=submission.language,
            payload={"submission": submission.public_id, "author": reader.position},
            event_ref=event.public_id,
            recipient_ref=submission.public_id,
        )


def withdrawn(submission: Submission) -> None:
    """An accepted contribution is taken back: told to the organisers."""
    event = submission.participant.event
    people = {role.person.id: role.person for role in team_of(event) if role.area == "organiser"}
    for person in people.values():
        if person.email:
            outbox.post(
                "contributions.withdrawn",
                key=f"contribution:{submission.public_id}:withdrawn:to:{person.public_id}",
                address=person.email,
                locale=person.locale,
                payload={"submission": submission.public_id},
                event_ref=event.public_id,
                recipient_ref=person.public_id,
            )


def register(submission: Submission, days: int) -> bool:
    """`days` before the event, an accepted main author has no ticket yet; False if that was said already."""
    return _to_main_author("contributions.register", submission, f"register:{days}")


def _to_main_author(kind: str, submission: Submission, deed: str) -> bool:
    return to_participant(
        kind,
        submission.participant,
        key=f"contribution:{submission.public_id}:{deed}:to:main",
        payload={"submission": submission.public_id},
    )


def other_readers(submission: Submission) -> Iterator[Reader]:
    """The authors with an address of their own, without the main author's and each address once."""
    person = submission.participant.person
    seen = {address.canonical for address in person.addresses} if person is not None else set()
    for author in submission.authors:
        if author.email and canonical(author.email) not in seen:
            seen.add(canonical(author.email))
            yield Reader(author.position, author.email)


# -- letters


@letters.kind("contributions.received")
def render_received(letter: OutboxLetter) -> Letter | None:
    """That a contribution arrived, what it was, and what comes next; nothing once it was withdrawn."""
    submission = _submission(letter)
    return _composed("received", submission) if submission is not None and submission.state != "withdrawn" else None


@letters.kind("contributions.accepted")
def render_accepted(letter: OutboxLetter) -> Letter | None:
    """That it was accepted, how long it lasts, and what the commitment means now."""
    return _decided(letter, "accepted")


@letters.kind("contributions.reserve")
def render_reserve(letter: OutboxLetter) -> Letter | None:
    """That it stands on the reserve list."""
    return _decided(letter, "reserve")


@letters.kind("contributions.rejected")
def render_rejected(letter: OutboxLetter) -> Letter | None:
    """That it was not accepted, and why where that was said."""
    return _decided(letter, "rejected")


@letters.kind("contributions.withdrawn")
def render_withdrawn(letter: OutboxLetter) -> Letter | None:
    """For organisers: which accepted contribution its authors have taken back."""
    submission = _submission(letter)
    if submission is None or submission.state != "withdrawn":
        return None
    person = person_by_id(letter.recipient_ref)
    return _composed("withdrawn", submission, organiser=person.display_name if person is not None else "")


@letters.kind("contributions.register")
def render_register(letter: OutboxLetter) -> Letter | None:
    """That the main author agreed to register and has not; nothing once they have."""
    submission = _submission(letter)
    if submission is None or submission.state != "accepted" or live_registration(submission.participant) is not None:
        return None
    return _composed("register", submission)


def _decided(letter: OutboxLetter, state: str) -> Letter | None:
    submission = _submission(letter)
    if submission is None or submission.state != state:
        return None
    position = letter.payload.get("author")
    author = next((one for one in submission.authors if one.position == position), None)
    if position is not None and author is None:
        return None
    return _composed(state, submission, author=author)


def _submission(letter: OutboxLetter) -> Submission | None:
    found = queries.submission_at(str(letter.payload.get("submission")))
    return found if found is not None and found.participant.erased_at is None else None


def _composed(news: str, submission: Submission, **more: Any) -> Letter:
    event: Event = submission.participant.event
    author = more.setdefault("author", None)
    main = submission.participant
    return letters.compose(
        f"contributions/mail/{news}",
        event=event,
        submission=submission,
        call=submission.call,
        topic=bi(submission.topic.name) if submission.topic is not None else "",
        form=FORMS[submission.form],
        minutes=submission.call.minutes.get(submission.form),
        name=author.name if author is not None else main.name,
        main_author=main.name,
        speaks=author.speaks if author is not None else _speaks(submission, main),
        comments=comments(submission),
        ticket=ticket_for_speakers(event),
        registered=live_registration(main) is not None,
        own_url=letters.url("contributions.show", event_slug=event.slug, public_id=submission.public_id),
        register_url=letters.url("registration.ticket", event_slug=event.slug),
        event_url=letters.url("events.show", event_slug=event.slug),
        privacy_url=letters.url("events.privacy", event_slug=event.slug),
        desk_url=letters.url("contributions_desk.submission", event_slug=event.slug, public_id=submission.public_id),
        **more,
    )


def _speaks(submission: Submission, main: Participant) -> bool:
    """Whether it is the main author who speaks."""
    keys = {address.canonical for address in main.person.addresses} if main.person is not None else set()
    return any(author.speaks and canonical(author.email) in keys for author in submission.authors if author.email)


def comments(submission: Submission) -> list[str]:
    """What the committee lets its author know; without names, in no order of people."""
    if submission.told_at is None:
        return []
    return list(
        db.session.scalars(
            sa.select(Review.to_author)
            .where(Review.submission_id == submission.id, Review.state == "done", Review.to_author != "")
            .order_by(Review.to_author)
        )
    )


def ticket_for_speakers(event: Event) -> Product | None:
    """The ticket that is meant for speakers, if one is on sale."""
    products = db.session.scalars(
        sa.select(Product)
        .where(Product.event_id == event.id, Product.role == "speaker", Product.hidden.is_(False))
        .order_by(Product.position, Product.id)
    ).all()
    return next((one for one in products if is_on_sale(one)), None)
