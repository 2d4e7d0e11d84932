"""Badges on paper: pages with as many badges as a sheet holds, with cut marks where it has to be cut."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby

from ..pdf import document
from .content import Badge, Heading
from .layout import Layout
from .marks import Mark, Stroke
from .painting import Painter
from .papers import A4, Paper
from .placing import place
from .roles import CUT

Placed = tuple[Badge, Layout]


def sheets(
    found: Sequence[Placed],
    heading: Heading,
    language: str,
    now: datetime,
    progress: Callable[[int], None] | None = None,
) -> bytes:
    """The badges as a file in `language`, each in its layout; `progress` hears after each page how many are done.

    Badges on the same paper follow each other, whatever their layouts, so that no sheet is wasted.
    """
    pdf = document(heading.event, language, now, author=heading.event)
    painter = Painter(pdf)
    done = 0
    for (paper, width, height), group in _by_paper(found):
        places = list(paper.places())
        for start in range(0, len(group), paper.number):
            on_page = group[start : start + paper.number]
            pdf.add_page(format=paper.page(width, height))
            for (badge, layout), (x, y) in zip(on_page, places, strict=False):
                painter.paint(place(layout, badge, heading), x, y)
            if paper.cut_marks:
                painter.paint(cut_marks(paper), 0, 0)
            painter.end_page()
            done += len(on_page)
            if progress is not None:
                progress(done)
    return bytes(pdf.output())


def _by_paper(found: Sequence[Placed]) -> Iterator[tuple[tuple[Paper, float, float], list[Placed]]]:
    """Badges by what they are printed on; papers in the order in which they are first needed."""
    order: dict[tuple[str, float, float], int] = {}
    for _badge, layout in found:
        order.setdefault((layout.paper, layout.width, layout.height), len(order))

    def rank(each: Placed) -> int:
        return order[each[1].paper, each[1].width, each[1].height]

    for _rank, group in groupby(sorted(found, key=rank), key=rank):
        members = list(group)
        layout = members[0][1]
        yield (layout.sheet, layout.width, layout.height), members


def cut_marks(paper: Paper) -> Iterator[Mark]:
    """Dotted lines between the badges, and crosses where they end."""
    corners = list(paper.places())
    across = sorted({x for x, _y in corners} | {x + paper.width for x, _y in corners})
    down = sorted({y for _x, y in corners} | {y + paper.height for _x, y in corners})
    for x in across[1:-1]:
        yield Stroke(x, down[0], x, down[-1], CUT, 0.1, (0.4, 1.6))
    for y in down:
        yield Stroke(across[0], y, across[-1], y, CUT, 0.1, (0.4, 1.6))
    for y in down:
        for x in across:
            yield Stroke(max(0.0, x - 3), y, min(A4[0], x + 3), y, CUT, 0.25)
            yield Stroke(x, max(0.0, y - 3), x, min(A4[1], y + 3), CUT, 0.25)
