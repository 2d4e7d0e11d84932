"""The list of people as a file: plain columns, read in pieces, so that fifty thousand people need no memory."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from .. import clock
from ..accounts.models import EmailAddress
from ..checkin.models import Admission
from ..consents import services as consents
from ..db import db
from ..events.models import Event, Participant
from ..i18n import _, bi
from ..meetings.models import Meeting
from ..questions import queries as questions
from ..questions import shown
from ..questions.models import Answer
from ..questions.queries import QuestionShown
from ..registration.models import Item, Party, Place, Registration
from ..tickets import queries as ticket_queries
from . import guests
from .guests import Wanted

PIECE = 500
"""How many rows are read at once."""


def heads(asked: Sequence[QuestionShown]) -> list[str]:
    """The headings of the file."""
    return [
        _("Last name"),
        _("First name"),
        _("Title"),
        _("Function"),
        _("Organisation"),
        _("Email address"),
        _("Ticket"),
        _("State"),
        _("Registered on"),
        _("Confirmed"),
        _("Checked in at"),
        _("Meetings"),
        _("Reference"),
        _("Price"),
        _("Paid"),
        _("Language"),
        _("Photos"),
        *[bi(question.label) for question in asked],
    ]


def asked_of(event: Event) -> list[QuestionShown]:
    """The questions with a column of their own: all that are not sensitive, and no files."""
    asked = questions.current_questions(event, internal=None)
    return [question for question in asked if not question.sensitive and question.kind != "file"]


def rows(event_id: int, wanted: Wanted, words: dict[str, str]) -> Iterator[list[object]]:
    """A row for everybody who is wanted, in order; `words` say what states are called.

    They are read while the answer is being sent: by then nothing that the page had loaded is in the session any more.
    """
    event = db.session.get_one(Event, event_id)
    asked = asked_of(event)
    products = {product.id: bi(product.name) for product in ticket_queries.products_of(event)}
    arrived = guests.arrivals(Admission.event_id == event.id)
    meetings, paid = guests.meeting_counts(Meeting.event_id == event.id), _prices(event)
    answers = _answers(event, asked)
    wall, may_show = _wall(event.zone), consents.agreed(event, "photo")
    nobody: dict[int, str] = {}
    yes, no = _("yes"), _("no")
    for row in db.session.execute(_statement(event, wanted).execution_options(yield_per=PIECE)):
        held, live, at = row.registration_id is not None, row.state == "live", arrived.get(row.place_id)
        state = "none" if not held else "ended" if not live else "in" if at else "expected"
        own, of_party = answers.get(row.sheet_id, nobody), answers.get(row.party_sheet_id, nobody)
        yield [
            row.family_name,
            row.given_name,
            row.title,
            row.function,
            row.company,
            row.address or "",
            products.get(row.product_id, "") if held else "",
            words[state],
            wall(row.created_at) if held else "",
            wall(row.confirmed_at) if row.confirmed_at else "",
            wall(at) if at else "",
            meetings.get(row.id, 0),
            row.reference or "",
            _amount(paid.get(row.place_id, 0)) if live else "",
            (yes if row.settled_at else no) if live else "",
            row.locale,
            (yes if row.id in may_show else no) if live else "",
            *[own.get(question.id) or of_party.get(question.id, "") for question in asked],
        ]


def _statement(event: Event, wanted: Wanted) -> Any:
    later = aliased(Registration)
    newest = ~sa.exists().where(
        later.participant_id == Registration.participant_id, later.id > Registration.id
    ).correlate(Registration)
    return (
        guests.in_order(event, wanted)
        .with_only_columns(
            Participant.id,
            Participant.family_name,
            Participant.given_name,
            Participant.title,
            Participant.function,
            Participant.company,
            Participant.locale,
            EmailAddress.address,
            Registration.id.label("registration_id"),
            Registration.state,
            Registration.created_at,
            Registration.confirmed_at,
            Registration.sheet_id,
            Place.id.label("place_id"),
            Place.product_id,
            Party.reference,
            Party.settled_at,
            Party.sheet_id.label("party_sheet_id"),
        )
        .select_from(Participant)
        .outerjoin(
            EmailAddress, sa.and_(EmailAddress.person_id == Participant.person_id, EmailAddress.is_primary.is_(True))
        )
        .outerjoin(Registration, sa.and_(Registration.participant_id == Participant.id, newest))
        .outerjoin(Place, Place.id == Registration.place_id)
        .outerjoin(Party, Party.id == Place.party_id)
    )


def _prices(event: Event) -> dict[int, int]:
    """Cents by place, add-ons and what is kept of them included."""
    found = db.session.execute(
        sa.select(Item.place_id, sa.func.sum(Item.gross))
        .where(Item.event_id == event.id, Item.cancelled_at.is_(None), Item.place_id.is_not(None))
        .group_by(Item.place_id)
    )
    return {place_id: int(gross) for place_id, gross in found if place_id is not None}


def _answers(event: Event, asked: Sequence[QuestionShown]) -> dict[int | None, dict[int, str]]:
    """What was answered, as text by sheet and question."""
    if not asked:
        return {}
    versions = {version.version_id: version for version in questions.shown_versions(event)}
    found: dict[int | None, dict[int, str]] = defaultdict(dict)
    given = db.session.execute(
        sa.select(Answer.sheet_id, Answer.question_id, Answer.version_id, Answer.value).where(
            Answer.event_id == event.id, Answer.question_id.in_([question.id for question in asked])
        )
    )
    for sheet_id, question_id, version_id, value in given:
        found[sheet_id][question_id] = shown.text_of(versions[version_id], value["value"])
    return found


def _wall(zone: str) -> Callable[[datetime], str]:
    """Writes instants as the wall clock of the event showed them."""
    return lambda moment: clock.in_zone(moment, zone).isoformat(" ", "minutes")[:16]


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}" if cents >= 0 else f"-{_amount(-cents)}"
