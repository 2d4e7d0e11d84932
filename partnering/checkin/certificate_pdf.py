"""Certificates of attendance on A4, one page each, in the language of their guest."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from .. import i18n
from ..i18n import _, speaking
from ..pdf import Document, Weight, artifact, document, draw_lines, fit_text, tagged
from .certificates import Attended, Subject

LEFT, RIGHT, TOP, BOTTOM = 30.0, 180.0, 32.0, 268.0
WIDTH = RIGHT - LEFT
INK, GREY, DYE = (0, 0, 0), (80, 80, 80), (48, 36, 110)
WELLS = 6


def pages(
    attended: Sequence[Attended],
    subjects: Mapping[str, Subject],
    language: str,
    as_of: datetime,
    progress: Callable[[int], None] | None = None,
) -> bytes:
    """A page for each; `subjects` by language. `language` is the file's own; `progress` hears how many are done."""
    subject = subjects[language]
    with speaking(language):
        title = ": ".join((_("Certificate of attendance"), subject.session or subject.event))
    pdf = document(title, language, as_of, author=subject.issuer)
    for done, one in enumerate(attended, start=1):
        with speaking(one.locale):
            _page(pdf, one, subjects[one.locale], as_of)
        if progress is not None:
            progress(done)
    return bytes(pdf.output())


def _page(pdf: Document, one: Attended, subject: Subject, as_of: datetime) -> None:
    pdf.add_page()
    _wells(pdf)
    pdf.set_text_color(*GREY)
    y = _text(pdf, subject.event, TOP, 12, 700, 2)
    pdf.set_text_color(*DYE)
    y = _text(pdf, _("Certificate of attendance"), y + 4, 30, 800, tag="H1")
    pdf.set_text_color(*INK)
    y = _text(pdf, one.name, y + 22, 24, 800, 2)
    if one.organisation:
        y = _text(pdf, one.organisation, y + 1, 13, 400, 2)
    y = _text(pdf, _("took part in the session") if subject.session else _("took part in the event"), y + 10, 13, 400)
    y = _text(pdf, f"„{subject.session}“" if _german(subject) else _what(subject), y + 3, 20, 700, 4)
    facts = [
        (_("Event"), subject.event if subject.session else ""),
        (_("When"), subject.when),
        (_("Present on"), i18n.some_days(one.days) if one.days and not subject.session else ""),
        (_("Where"), subject.where),
        (_("Duration"), subject.duration),
    ]
    y += 10
    for word, value in facts:
        if value:
            y = _fact(pdf, word, value, y) + 2.5
    _foot(pdf, subject, as_of)


def _german(subject: Subject) -> bool:
    return bool(subject.session) and i18n.locale() == "de"


def _what(subject: Subject) -> str:
    return f"“{subject.session}”" if subject.session else subject.event


def _fact(pdf: Document, word: str, value: str, y: float) -> float:
    """A word at the left, its value beside it; the y below both."""
    label, gap = 34.0, 4.0
    with tagged(pdf, "P"):
        pdf.set_text_color(*GREY)
        pdf.face(11)
        draw_lines(pdf, fit_text(pdf, word, label, (11, 10, 9)), LEFT, y, label)
        pdf.set_text_color(*INK)
        pdf.face(11, 700)
        width = WIDTH - label - gap
        return draw_lines(pdf, fit_text(pdf, value, width, (11, 10, 9), 3), LEFT + label + gap, y, width)


def _foot(pdf: Document, subject: Subject, as_of: datetime) -> None:
    with artifact(pdf):
        pdf.set_draw_color(*GREY)
        pdf.set_line_width(0.25)
        pdf.line(LEFT, BOTTOM - 22, RIGHT, BOTTOM - 22)
    pdf.set_text_color(*INK)
    y = _text(pdf, subject.issuer, BOTTOM - 18, 11, 700, 2)
    pdf.set_text_color(*GREY)
    said = _(
        "Issued on %(day)s. Made by machine from the scans at the door; valid without a signature.", day=i18n.day(as_of)
    )
    _text(pdf, said, y + 1, 9, 400, 2)


def _text(pdf: Document, text: str, y: float, size: float, weight: Weight, lines: int = 1, *, tag: str = "P") -> float:
    pdf.face(size, weight)
    sizes = tuple(size * part for part in (1, 0.9, 0.8, 0.7, 0.6))
    with tagged(pdf, "H1" if tag == "H1" else "P"):
        return draw_lines(pdf, fit_text(pdf, text, WIDTH, sizes, lines), LEFT, y, WIDTH)


def _wells(pdf: Document) -> None:
    """The wells of the house, filled: they were there."""
    with artifact(pdf):
        pdf.set_fill_color(*DYE)
        for number in range(WELLS):
            pdf.circle(LEFT + 2.2 + number * 6.4, TOP - 8, 2.2, style="F")
