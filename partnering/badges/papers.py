"""Papers: what badges are printed on, and where each stands on its sheet. Millimetres."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..i18n import LazyText, _l

A4 = (210.0, 297.0)
OWN = "own"
"""Single pages in a size that the layout says."""

MOST_WIDE, MOST_HIGH = A4
LEAST_WIDE, LEAST_HIGH = 50.0, 40.0
"""What still has room for a name beside or above a code of 25 mm with its quiet zone."""


@dataclass(frozen=True)
class Paper:
    """Badges of `width` by `height` in columns and rows on an A4 sheet, `across` and `down` from one to the next.

    The sheet's margins are the same on both sides. A single badge is a page of its own.
    """

    key: str
    name: LazyText
    width: float
    height: float
    columns: int = 1
    rows: int = 1
    across: float = 0.0
    down: float = 0.0
    cut_marks: bool = False

    @property
    def is_single(self) -> bool:
        """Whether each badge is a page."""
        return self.columns == self.rows == 1

    @property
    def number(self) -> int:
        """How many badges stand on a page."""
        return self.columns * self.rows

    def page(self, width: float, height: float) -> tuple[float, float]:
        """Width and height of a page with badges of this size."""
        return (width, height) if self.is_single else A4

    def places(self) -> Iterator[tuple[float, float]]:
        """The upper left corners of the badges on a page, row by row."""
        if self.is_single:
            yield (0.0, 0.0)
            return
        left = (A4[0] - (self.columns - 1) * self.across - self.width) / 2
        top = (A4[1] - (self.rows - 1) * self.down - self.height) / 2
        for row in range(self.rows):
            for column in range(self.columns):
                yield (left + column * self.across, top + row * self.down)


PAPERS = {
    paper.key: paper
    for paper in (
        Paper("a6x4", _l("A4 sheets, four A6 badges each, with cut marks"), 105, 148, 2, 2, 105, 148, True),
        Paper("a6", _l("Single A6 badges"), 105, 148),
        Paper("a7", _l("Single A7 badges"), 74, 105),
        Paper("label-80x50", _l("Label sheets, ten of 80 × 50 mm"), 80, 50, 2, 5, 95, 55),
        Paper("label-99x68", _l("Label sheets, eight of 99 × 68 mm"), 99.1, 67.7, 2, 4, 101.6, 67.7),
        Paper("label-64x72", _l("Label sheets, twelve of 64 × 72 mm"), 63.5, 72, 3, 4, 66, 72),
        Paper(OWN, _l("Single badges of another size"), 90, 130),
    )
}
