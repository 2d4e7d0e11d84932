"""A participant's plan on A4, black on white: the weight of a border tells what a block is.

All days stand on one page as long as that can be read; else each day has a page of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from .. import clock
from ..db import BilingualText
from ..events.models import Event
from ..i18n import _, bi, day, locale, moment, span, time
from ..meetings import calls
from ..pdf import MM_PER_POINT, Document, Fitted, artifact, document, draw_lines, fit_text, tagged
from .queries import Item, Plan, Waiting, day_of

LEFT, TOP, RIGHT, BOTTOM = 14.0, 14.0, 196.0, 283.0
GUTTER = 6.0
HEAD = 24.0
"""What the head of a page takes at most."""

LAYOUTS = ((1.0, 1), (0.92, 1), (0.85, 1), (0.85, 2), (0.75, 2), (0.66, 2), (0.6, 3), (0.52, 3), (0.46, 3))
"""Sizes of type and numbers of columns, tried in turn until everything fits."""

SMALLEST = 0.6
"""The smallest of these at which several days still share a page: type of 6 points."""

THICK, THIN = 0.7, 0.25
INK, GREY = (0, 0, 0), (70, 70, 70)


@dataclass(frozen=True)
class Line:
    """A heading of a day, or an item, set in lines that fit; `height` in millimetres."""

    height: float
    title: Fitted
    meta: Fitted | None = None
    at: str = ""
    kind: str = ""


def sheet(plan: Plan, as_of: datetime) -> bytes:
    """The page in the language in force, with what it shows as of a moment; at most one page for each day."""
    participant = plan.participant
    event = participant.event
    pdf = document(f"{bi(event.name)}: {participant.name}", locale(), as_of, author=bi(event.name))
    days = sorted({day_of(item, event) for item in plan.items if item.kind != "free"})
    if len(days) < 2 or _fits(pdf, plan):
        draw(pdf, plan, as_of)
    else:
        for number, each in enumerate(days):
            draw(pdf, replace(of_day(plan, each), waiting=plan.waiting if number == 0 else []), as_of)
    return bytes(pdf.output())


def of_day(plan: Plan, day: date) -> Plan:
    """What of a plan is on one day."""
    event = plan.participant.event
    return replace(plan, items=[item for item in plan.items if day_of(item, event) == day], waiting=[])


def _fits(pdf: Document, plan: Plan) -> bool:
    """Whether everything goes on one page in type that can be read."""
    items = [item for item in plan.items if item.kind != "free"]
    height = BOTTOM - _legend_height(items) - TOP - HEAD
    for scale, count in LAYOUTS:
        width = (RIGHT - LEFT - GUTTER * (count - 1)) / count
        if scale < SMALLEST:
            break
        lines = _lines(pdf, plan.participant.event, items, width, scale) + _waiting_lines(
            pdf, plan.waiting, width, scale
        )
        if _flow(lines, height, count) is not None:
            return True
    return False


def draw(pdf: Document, plan: Plan, as_of: datetime) -> None:
    """Add the page to a document, tagged for those who have it read to them."""
    pdf.add_page()
    top = _head(pdf, plan, as_of)
    items = [item for item in plan.items if item.kind != "free"]
    if not items and not plan.waiting:
        pdf.face(11)
        with tagged(pdf, "P"):
            draw_lines(pdf, Fitted(11, (_("There is nothing in your schedule yet."),)), LEFT, top, RIGHT - LEFT)
        return
    bottom = BOTTOM - _legend_height(items)
    _columns(pdf, plan.participant.event, items, plan.waiting, top, bottom)
    _legend(pdf, items, bottom)


def _head(pdf: Document, plan: Plan, as_of: datetime) -> float:
    participant, width = plan.participant, RIGHT - LEFT
    event = participant.event
    pdf.set_text_color(*INK)
    pdf.face(18, 800)
    with tagged(pdf, "H1"):
        y = draw_lines(pdf, fit_text(pdf, participant.name, width, (18, 16, 14, 12)), LEFT, TOP, width)
    pdf.face(10)
    company = f"{participant.company} · " if participant.company else ""
    where = f"{company}{bi(event.name)}, {event.city}" if event.city else f"{company}{bi(event.name)}"
    with tagged(pdf, "P"):
        y = draw_lines(pdf, fit_text(pdf, where, width, (10, 9, 8)), LEFT, y + 0.5, width)
    pdf.set_text_color(*GREY)
    said = _(
        "Times are local time at the venue (%(zone)s). As of %(moment)s.",
        zone=event.zone,
        moment=moment(as_of, "long", event.zone),
    )
    pdf.face(8.5)
    with tagged(pdf, "P"):
        y = draw_lines(pdf, fit_text(pdf, said, width, (8.5, 7.5)), LEFT, y + 0.5, width)
    pdf.set_text_color(*INK)
    return y + 3


# -- columns


def _columns(
    pdf: Document, event: Event, items: Sequence[Item], waiting: Sequence[Waiting], top: float, bottom: float
) -> None:
    """Draw the days in the first of the layouts into which they fit; at last what is too much is counted."""
    for scale, count in LAYOUTS:
        width = (RIGHT - LEFT - GUTTER * (count - 1)) / count
        lines = _lines(pdf, event, items, width, scale) + _waiting_lines(pdf, waiting, width, scale)
        columns = _flow(lines, bottom - top, count)
        if columns is not None:
            break
    else:
        while (columns := _flow(lines, bottom - top - 4, count)) is None:
            lines = lines[:-1]
        left = len(items) + len(waiting) - sum(1 for line in lines if line.at)
        columns[-1].append(_more(pdf, left, width, scale))
    for index, column in enumerate(columns):
        y, x = top, LEFT + index * (width + GUTTER)
        for line in column:
            _draw(pdf, line, x, y, width, scale)
            y += line.height


def _more(pdf: Document, left: int, width: float, scale: float) -> Line:
    pdf.face(9 * scale, 700)
    return Line(4, fit_text(pdf, _("and %(count)s more in your online schedule", count=left), width, (9 * scale,)))


def _flow(lines: Sequence[Line], height: float, count: int) -> list[list[Line]] | None:
    """The lines in columns of a height, no heading at the foot of one; None if they need more than `count`."""
    columns: list[list[Line]] = [[]]
    used = 0.0
    for index, line in enumerate(lines):
        needed = line.height
        if not line.at and index + 1 < len(lines):
            needed += lines[index + 1].height
        if used + needed > height:
            if len(columns) == count or not columns[-1]:
                return None
            columns.append([])
            used = 0.0
        columns[-1].append(line)
        used += line.height
    return columns


def _lines(pdf: Document, event: Event, items: Sequence[Item], width: float, scale: float) -> list[Line]:
    lines: list[Line] = []
    current: date | None = None
    body = width - _clock_width(scale) - 6 * scale
    for item in items:
        today = day_of(item, event)
        if today != current:
            current = today
            pdf.face(12 * scale, 800)
            title = fit_text(pdf, day(today, "weekday"), width, (12 * scale, 10 * scale))
            lines.append(Line(title.size * MM_PER_POINT * 1.15 + 4 * scale, title))
        pdf.face(10 * scale, 400 if item.kind in ("own", "break") else 700)
        title = fit_text(pdf, title_of(item), body, (10 * scale,), lines=2)
        pdf.face(8.5 * scale)
        meta = fit_text(pdf, meta_of(item, event), body, (8.5 * scale,), lines=3 if item.zones or item.link else 1)
        height = _text_height(title) + _text_height(meta) + 5.6 * scale
        lines.append(Line(height, title, meta, span(item.starts_at, item.ends_at, event.zone), item.kind))
    return lines


def _waiting_lines(pdf: Document, waiting: Sequence[Waiting], width: float, scale: float) -> list[Line]:
    """What is agreed and has no time yet, behind the days."""
    if not waiting:
        return []
    pdf.face(12 * scale, 800)
    title = fit_text(pdf, _("Agreed, without a time yet"), width, (12 * scale, 10 * scale))
    lines = [Line(title.size * MM_PER_POINT * 1.15 + 4 * scale, title)]
    body = width - _clock_width(scale) - 6 * scale
    for each in waiting:
        pdf.face(10 * scale, 700)
        name = fit_text(pdf, each.name, body, (10 * scale,), lines=2)
        pdf.face(8.5 * scale)
        words = _("as soon as a time is free") if each.reserve else _("time follows")
        meta = fit_text(pdf, " · ".join(part for part in (each.organisation, words) if part), body, (8.5 * scale,))
        lines.append(Line(_text_height(name) + _text_height(meta) + 5.6 * scale, name, meta, "–", "ask"))
    return lines


def _text_height(fitted: Fitted) -> float:
    return len(fitted.lines) * fitted.size * MM_PER_POINT * 1.15


def _clock_width(scale: float) -> float:
    return 30 * scale


def _draw(pdf: Document, line: Line, x: float, y: float, width: float, scale: float) -> None:
    if not line.at:
        pdf.face(line.title.size, 800)
        with tagged(pdf, "H2"):
            draw_lines(pdf, line.title, x, y + 2.5 * scale, width)
        return
    left, box = x + _clock_width(scale), line.height - 1.5 * scale
    with artifact(pdf):
        border(pdf, line.kind, left, y, width - _clock_width(scale), box, inset=0.8 * scale)
    inner = width - _clock_width(scale) - 6 * scale
    with tagged(pdf, "P"):
        pdf.face(8.5 * scale, 700)
        draw_lines(pdf, Fitted(8.5 * scale, (line.at,)), x, y + 2.2 * scale, _clock_width(scale))
        pdf.face(line.title.size, 400 if line.kind in ("own", "break") else 700)
        below = draw_lines(pdf, line.title, left + 3 * scale, y + 1.9 * scale, inner)
        if line.meta is not None:
            pdf.face(line.meta.size)
            draw_lines(pdf, line.meta, left + 3 * scale, below, inner)


def border(pdf: Document, kind: str, x: float, y: float, width: float, height: float, *, inset: float = 0.8) -> None:
    """The border that says what a block is: thick for a meeting, double for an own talk, dashed for a request."""
    pdf.set_draw_color(*INK)
    pdf.set_line_width(THICK if kind == "met" else THIN)
    if kind == "ask":
        pdf.set_dash_pattern(dash=1.4, gap=1.0)
    elif kind == "own":
        pdf.set_dash_pattern(dash=0.3, gap=0.9)
    if kind == "break":
        pdf.line(x, y + height, x + width, y + height)
    else:
        pdf.rect(x, y, width, height)
    pdf.set_dash_pattern()
    if kind == "talk":
        pdf.rect(x + inset, y + inset, width - 2 * inset, height - 2 * inset)


# -- words


def title_of(item: Item) -> str:
    """What a block is called, in the language in force."""
    if item.kind == "own":
        return _("Kept free")
    title = item.title
    text = bi(title) if isinstance(title, BilingualText) else title
    if item.kind == "met":
        return text or _("Meeting")
    if item.kind == "ask":
        return _("%(name)s?", name=text)
    return text


def meta_of(item: Item, event: Event) -> str:
    """Where it is, with whom, and what else is to be known of it: one line of words."""
    place = bi(item.place.name) if item.place else ""
    if item.place and item.place.kind == "table":
        place = _("Table %(name)s", name=place)
    if item.by_video:
        place = place or _("Video call")
    words = [place, item.organisation]
    if item.proposal is not None:
        words.append(_("another time, waits for you") if item.my_turn else _("another time, waits for an answer"))
    elif item.kind == "ask":
        words.append(_("waits for you") if item.my_turn else _("waits for an answer"))
    if item.kind == "talk":
        words.append(_("your own part"))
        if item.set_up_at is not None:
            words.append(_("set-up from %(time)s", time=time(item.set_up_at, event.zone)))
    elif item.session is not None:
        words.append(", ".join(part.participant.name for part in item.session.people))
    words += [calls.elsewhere(item.starts_at, item.ends_at, zone, event.zone) for zone in item.zones]
    words.append(item.link)
    return " · ".join(word for word in words if word)


WORDS: dict[str, Callable[[], str]] = {
    "met": lambda: _("Meeting"),
    "talk": lambda: _("Own talk"),
    "session": lambda: _("Session"),
    "ask": lambda: _("Open request"),
    "own": lambda: _("Kept free"),
}


def _legend_height(items: Sequence[Item]) -> float:
    return 7.0 if len({item.kind for item in items} & WORDS.keys()) > 1 else 0.0


def _legend(pdf: Document, items: Sequence[Item], y: float) -> None:
    """What the borders mean, for the kinds that the page shows."""
    if not _legend_height(items):
        return
    kinds = {item.kind for item in items}
    x = LEFT
    pdf.face(8)
    for kind in (kind for kind in WORDS if kind in kinds):
        with artifact(pdf):
            border(pdf, kind, x, y + 2.4, 7, 3.6)
        word = WORDS[kind]()
        with tagged(pdf, "P"):
            draw_lines(pdf, Fitted(8, (word,)), x + 8.5, y + 2.5, 40)
        x += 8.5 + pdf.get_string_width(word) + 6


def file_name(event: Event, as_of: datetime) -> str:
    """What the file is called."""
    return f"{event.slug}-{clock.in_zone(as_of, event.zone):%Y-%m-%d}.pdf"
