"""Who came to a list, when, and what they answered: for the page, and for files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from .. import i18n
from ..db import BilingualText, db
from ..events.models import Event, Participant
from ..i18n import _
from ..registration.models import Place, Registration
from ..text import fold
from ..tickets.models import Product
from . import asking, zones
from .knowing import door_of
from .models import Admission, CheckinList, CheckinQuestion, Device, Scan
from .story import Window, still_inside


@dataclass(frozen=True)
class Came:
    """A guest who was let in: first at a moment, so often, and whether they are inside still.

    `person` and `guest` are public ids, of the participant and of the registration. `day` is the ISO day of a list
    that counts by days, else empty. `answers` are texts by the public id of the question.
    """

    person: str
    guest: str
    name: str
    organisation: str
    ticket: BilingualText
    day: str
    at: datetime
    entered_at: datetime
    entries: int
    inside: bool
    device: str
    answers: dict[str, str]


def asked_of(checkin_list: CheckinList) -> Sequence[CheckinQuestion]:
    """The questions whose answers are shown: all that are asked, and those that were answered before."""
    every = asking.questions_of(checkin_list, retired=True)
    counts = asking.answered(checkin_list, every)
    return [each for each in every if each.retired_at is None or counts[each.public_id]]


def came(
    event: Event,
    checkin_list: CheckinList,
    questions: Sequence[CheckinQuestion],
    *,
    words: str = "",
    now: datetime,
) -> list[Came]:
    """Everybody who was let in, by name and day, in two queries; with `words` those whose name or company has each."""
    statement = (
        sa.select(
            *(Admission.place_id, Admission.window_key, Admission.at, Admission.entered_at, Admission.entries),
            *(
                Admission.inside,
                Admission.device_id,
                Admission.scan_id,
                Device.name.label("device"),
                Scan.registration_id,
            ),
            *(Registration.public_id.label("guest"), Participant.public_id.label("person"), Participant.title),
            *(Participant.given_name, Participant.family_name, Participant.company, Product.name.label("ticket")),
        )
        .join(Scan, Scan.id == Admission.scan_row_id)
        .join(Device, Device.id == Admission.device_id)
        .join(Registration, Registration.id == Scan.registration_id)
        .join(Participant, Participant.id == Registration.participant_id)
        .join(Place, Place.id == Admission.place_id)
        .join(Product, Product.id == Place.product_id)
        .where(Admission.list_id == checkin_list.id)
        .order_by(Participant.sort_name, Registration.id, Admission.at)
    )
    for part in fold(words).split()[:6]:
        statement = statement.where(Participant.search_name.contains(part, autoescape=True))
    door, at = door_of(event, checkin_list, ()), zones.to_ms(now)
    given = _answers(checkin_list, questions)
    rows = []
    for row in db.session.execute(statement):
        window = Window(
            row.window_key,
            zones.to_ms(row.at),
            row.device_id,
            row.scan_id,
            row.entries,
            row.inside,
            zones.to_ms(row.entered_at),
        )
        rows.append(
            Came(
                person=row.person,
                guest=row.guest,
                name=" ".join(filter(None, (row.title, row.given_name, row.family_name))) or _("Former participant"),
                organisation=row.company,
                ticket=row.ticket,
                day="" if row.window_key == "event" else row.window_key,
                at=row.at,
                entered_at=row.entered_at,
                entries=row.entries,
                inside=still_inside(door, window, at),
                device=row.device,
                answers=given.get((row.registration_id, row.window_key), {}),
            )
        )
    return rows


def _answers(
    checkin_list: CheckinList, questions: Sequence[CheckinQuestion]
) -> dict[tuple[int | None, str], dict[str, str]]:
    """By registration (id) and window: what was answered last, as text; nothing where nothing is asked."""
    if not questions:
        return {}
    found: dict[tuple[int | None, str], dict[str, str]] = {}
    scans = db.session.execute(
        sa.select(Scan.registration_id, Scan.window_key, Scan.answers)
        .where(Scan.list_id == checkin_list.id, Scan.type == "entry", Scan.state.in_(("counted", "duplicate")))
        .order_by(Scan.bounded_at, Scan.id)
    )
    for registration_id, key, answers in scans:
        if answers:
            told = [(each, answers[each.public_id]) for each in questions if each.public_id in answers]
            mine = found.setdefault((registration_id, key), {})
            mine.update({each.public_id: said(each, answer) for each, answer in told})
    return found


def said(question: CheckinQuestion, answer: Any) -> str:
    """An answer in words, in the language in force."""
    if question.kind == "yes_no":
        return _("Yes") if answer else _("No")
    if question.kind == "choice":
        for each in question.options:
            if each["key"] == answer:
                return i18n.bi(BilingualText(each.get("de", ""), each.get("en", "")))
    return str(answer)


def answers_of(event: Event, registration_ids: Sequence[int]) -> list[tuple[BilingualText, BilingualText, str]]:
    """What was asked of these registrations (ids) at any door, oldest first: (list, question, answer)."""
    scans = db.session.execute(
        sa.select(Scan.list_id, CheckinList.name, Scan.answers)
        .join(CheckinList, CheckinList.id == Scan.list_id)
        .where(
            Scan.event_id == event.id,
            Scan.registration_id.in_(registration_ids),
            Scan.type == "entry",
            Scan.state.in_(("counted", "duplicate")),
        )
        .order_by(Scan.bounded_at, Scan.id)
    ).all()
    scans = [row for row in scans if row.answers]
    if not scans:
        return []
    known = {
        each.public_id: each
        for each in db.session.scalars(
            sa.select(CheckinQuestion).where(CheckinQuestion.list_id.in_({row.list_id for row in scans}))
        )
    }
    return [
        (row.name, known[ref].label, said(known[ref], answer))
        for row in scans
        for ref, answer in row.answers.items()
        if ref in known
    ]


# -- files


def heads(questions: Sequence[CheckinQuestion]) -> list[str]:
    """The first row of a file."""
    return [
        _("Name"),
        _("Organisation"),
        _("Ticket"),
        _("Day"),
        _("First entry"),
        _("Last entry"),
        _("Entries"),
        _("Inside now"),
        _("By"),
        *(i18n.bi(each.label) for each in questions),
    ]


def cells(event: Event, rows: Sequence[Came], questions: Sequence[CheckinQuestion]) -> Iterator[list[str]]:
    """The other rows; times are local time at the venue."""
    for row in rows:
        yield [
            row.name,
            row.organisation,
            i18n.bi(row.ticket),
            i18n.day(date.fromisoformat(row.day)) if row.day else "",
            i18n.moment(row.at, in_zone=event.zone),
            i18n.moment(row.entered_at, in_zone=event.zone),
            str(row.entries),
            _("Yes") if row.inside else _("No"),
            row.device,
            *(row.answers.get(each.public_id, "") for each in questions),
        ]
