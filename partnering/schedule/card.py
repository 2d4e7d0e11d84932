"""A participant's days on a card for the pocket (A6), with a code that opens them on any phone."""

from dataclasses import dataclass
from datetime import datetime

from ..events.models import Event
from ..i18n import _, bi, day, locale, moment, time
from ..pdf import (
    MM_PER_POINT,
    Document,
    Fitted,
    Weight,
    artifact,
    document,
    draw_lines,
    draw_qr,
    fit_text,
    quiet_mm,
    tagged,
)
from .printing import GREY, INK, title_of
from .queries import Item, Plan, day_of

WIDTH, HEIGHT = 105.0, 148.0
LEFT, TOP, RIGHT, BOTTOM = 9.0, 9.0, 96.0, 139.0
CODE = 34.0
"""The width of the code, in millimetres."""

LIST_ENDS = BOTTOM - CODE - 9
CLOCK = 1.35
"""What the time takes, in millimetres for each point of type."""

SIZES = ((10.5, 2), (9.5, 2), (8.5, 2), (8.5, 1), (7.5, 1))
"""Sizes of type and lines for each thing, tried in turn."""


@dataclass(frozen=True)
class Row:
    """One thing of a day; `heading` names the day it is the first of."""

    height: float
    heading: str
    at: str
    text: Fitted
    weight: Weight


def card(plan: Plan, address: str, as_of: datetime) -> bytes:
    """The card in the language in force; `address` is what its code says."""
    participant = plan.participant
    event = participant.event
    pdf = document(
        f"{bi(event.name)}: {participant.name}", locale(), as_of, size=(WIDTH, HEIGHT), author=bi(event.name)
    )
    pdf.add_page()
    y = _head(pdf, plan)
    _days(pdf, [item for item in plan.items if item.kind in ("talk", "met", "session")], plan, y)
    _foot(pdf, address, as_of, event.zone)
    return bytes(pdf.output())


def _head(pdf: Document, plan: Plan) -> float:
    participant, width = plan.participant, RIGHT - LEFT
    pdf.set_text_color(*GREY)
    pdf.face(8.5, 700)
    with tagged(pdf, "P"):
        y = draw_lines(pdf, fit_text(pdf, bi(participant.event.name), width, (8.5, 7.5)), LEFT, TOP, width)
    pdf.set_text_color(*INK)
    pdf.face(16, 800)
    with tagged(pdf, "H1"):
        y = draw_lines(pdf, fit_text(pdf, participant.name, width, (16, 14, 12), lines=2), LEFT, y + 1, width)
    if participant.company:
        pdf.face(8.5)
        with tagged(pdf, "P"):
            y = draw_lines(pdf, fit_text(pdf, participant.company, width, (8.5, 7.5)), LEFT, y + 0.4, width)
    return y + 2.5


def _days(pdf: Document, items: list[Item], plan: Plan, y: float) -> None:
    """The days in the largest type in which they fit; at last what is too much is counted."""
    if not items:
        pdf.face(9)
        with tagged(pdf, "P"):
            draw_lines(pdf, Fitted(9, (_("There is nothing in your schedule yet."),)), LEFT, y, RIGHT - LEFT)
        return
    for size, count in SIZES:
        rows = _rows(pdf, items, plan.participant.event, size, count)
        if y + sum(row.height for row in rows) <= LIST_ENDS:
            break
    room = LIST_ENDS - y
    if sum(row.height for row in rows) > room:
        room -= size * MM_PER_POINT * 1.5
    shown = 0
    for row in rows:
        if row.height > room:
            break
        room -= row.height
        y = _draw(pdf, row, y)
        shown += 1
    if shown < len(rows):
        pdf.face(size, 700)
        rest = _("and %(count)s more in your online schedule", count=len(rows) - shown)
        with tagged(pdf, "P"):
            draw_lines(pdf, Fitted(size, (rest,)), LEFT, y, RIGHT - LEFT)


def _rows(pdf: Document, items: list[Item], event: Event, size: float, count: int) -> list[Row]:
    rows, today = [], None
    for item in items:
        begins = day_of(item, event)
        heading = day(begins, "weekday") if begins != today else ""
        today = begins
        weight: Weight = 700 if item.kind == "talk" else 400
        pdf.face(size, weight)
        said = " · ".join(part for part in (title_of(item), _place(item)) if part)
        text = fit_text(pdf, said, RIGHT - LEFT - size * CLOCK, (size,), lines=count)
        height = len(text.lines) * size * MM_PER_POINT * 1.15 + 0.8
        if heading:
            height += size * 1.1 * MM_PER_POINT * 1.15 + 2.4
        rows.append(Row(height, heading, time(item.starts_at, event.zone, oclock=False), text, weight))
    return rows


def _place(item: Item) -> str:
    if item.place is None:
        return ""
    name = bi(item.place.name)
    return _("Table %(name)s", name=name) if item.place.kind == "table" else name


def _draw(pdf: Document, row: Row, y: float) -> float:
    size, width = row.text.size, RIGHT - LEFT
    if row.heading:
        pdf.face(size * 1.1, 800)
        with tagged(pdf, "H2"):
            y = draw_lines(pdf, Fitted(size * 1.1, (row.heading,)), LEFT, y + 1.8, width) + 0.6
    with tagged(pdf, "P"):
        pdf.face(size, 700)
        draw_lines(pdf, Fitted(size, (row.at,)), LEFT, y, size * CLOCK)
        pdf.face(size, row.weight)
        return draw_lines(pdf, row.text, LEFT + size * CLOCK, y, width - size * CLOCK) + 0.8


def _foot(pdf: Document, address: str, as_of: datetime, zone: str) -> None:
    """The code, and what it is."""
    top, quiet = BOTTOM - CODE, quiet_mm(address, CODE)
    with artifact(pdf):
        pdf.set_draw_color(*INK)
        pdf.set_line_width(0.25)
        pdf.line(LEFT, top - quiet - 1, RIGHT, top - quiet - 1)
    with tagged(pdf, "Figure", alt=_("Code that opens your days on a phone")):
        draw_qr(pdf, address, LEFT, top, CODE)
    x = LEFT + CODE + quiet + 3
    width = RIGHT - x
    pdf.face(10, 800)
    with tagged(pdf, "P"):
        y = draw_lines(pdf, fit_text(pdf, _("Your days, as they are now"), width, (10, 9), lines=2), x, top, width)
    pdf.face(8)
    for sentence in (
        _("Point a phone’s camera at the code. Whoever has this card can read your schedule."),
        _("Lost it? Get a new address on the page of your schedule: this code then opens nothing. Print a new card."),
        _("As of %(moment)s.", moment=moment(as_of, "short", zone)),
    ):
        with tagged(pdf, "P"):
            y = draw_lines(pdf, fit_text(pdf, sentence, width, (8, 7.5, 7), lines=4), x, y + 1.2, width)
