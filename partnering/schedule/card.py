"""A participant's days on a card for the pocket (A6), with a code that opens them on any phone."""

from datetime import datetime

from ..i18n import _, bi, day, locale, moment, time
from ..pdf import Document, Fitted, artifact, document, draw_lines, draw_qr, fit_text, quiet_mm, tagged
from .printing import GREY, INK, title_of
from .queries import Item, Plan, day_of

WIDTH, HEIGHT = 105.0, 148.0
LEFT, TOP, RIGHT, BOTTOM = 9.0, 9.0, 96.0, 139.0
CODE = 34.0
"""The width of the code, in millimetres."""

LIST_ENDS = BOTTOM - CODE - 9
CLOCK = 15.0


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
    """The days in short, as many lines as there is room for; what is too much is counted."""
    event, width = plan.participant.event, RIGHT - LEFT
    if not items:
        pdf.face(9)
        with tagged(pdf, "P"):
            draw_lines(pdf, Fitted(9, (_("There is nothing in your schedule yet."),)), LEFT, y, width)
        return
    today = None
    for number, item in enumerate(items):
        begins = day_of(item, event)
        needed = 4.2 if begins == today else 10.0
        if (y + needed > LIST_ENDS - 4.2 and number < len(items) - 1) or y + needed > LIST_ENDS:
            pdf.face(8, 700)
            with tagged(pdf, "P"):
                draw_lines(
                    pdf,
                    Fitted(8, (_("and %(count)s more in your online schedule", count=len(items) - number),)),
                    LEFT,
                    y,
                    width,
                )
            return
        if begins != today:
            today = begins
            pdf.face(9, 800)
            with tagged(pdf, "H2"):
                y = draw_lines(pdf, Fitted(9, (day(today, "weekday"),)), LEFT, y + 1.2, width) + 0.5
        pdf.face(8, 700)
        with tagged(pdf, "P"):
            draw_lines(pdf, Fitted(8, (time(item.starts_at, event.zone, oclock=False),)), LEFT, y, CLOCK)
            pdf.face(8, 700 if item.kind == "talk" else 400)
            said = " · ".join(part for part in (title_of(item), bi(item.place.name) if item.place else "") if part)
            y = draw_lines(pdf, fit_text(pdf, said, width - CLOCK, (8, 7.5)), LEFT + CLOCK, y, width - CLOCK) + 0.6


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
