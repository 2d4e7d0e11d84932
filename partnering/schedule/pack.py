"""The papers of an event as one tagged PDF: everybody's days A to Z, a sign for each table, and who comes to it.

Signs stand in the open, so they name organisations only; the lists lie at the desk and name people.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from ..agenda.models import Location
from ..events.models import Event
from ..i18n import _, bi, day, days, moment, span, speaking
from ..meetings import queries as meetings
from ..meetings.models import Meeting, MeetingSide
from ..pdf import MM_PER_POINT, Document, Weight, artifact, document, draw_lines, draw_qr, fit_text, tagged
from . import printing
from .pack_queries import Seating
from .printing import BOTTOM, GREY, INK, LEFT, RIGHT, TOP
from .queries import Plan

QR = 42.0
BOX = 4.2
WIDTH = RIGHT - LEFT

Report = Callable[[int], None]


class Papers:
    """The file as it grows; `languages` are those of the event, the first one is the file's."""

    def __init__(self, event: Event, as_of: datetime, languages: Sequence[str]) -> None:
        self.event, self.as_of, self.languages = event, as_of, list(languages)
        self.pdf: Document = document(bi(event.name), self.languages[0], as_of, author=bi(event.name))

    def bytes(self) -> bytes:
        """The file."""
        return bytes(self.pdf.output())

    # -- everybody's days

    def schedules(self, plans: Sequence[Plan], report: Report) -> None:
        """A page for each plan, in its reader's language where the event has it."""
        for number, plan in enumerate(plans, start=1):
            wanted = plan.participant.locale
            with speaking(wanted if wanted in self.languages else self.languages[0]):
                printing.draw(self.pdf, plan, self.as_of)
            report(number)

    # -- signs

    def signs(self, seatings: Sequence[Seating], address: Callable[[Location], str], report: Report) -> None:
        """A sign for each table, with its times, the organisations that meet, and a code that opens its page."""
        for number, seating in enumerate(seatings, start=1):
            for first, part in enumerate(_parts(seating.meetings, 24)):
                self._sign(seating.place, part, address(seating.place), again=first > 0)
            report(number)

    def _sign(self, place: Location, held: Sequence[Meeting], address: str, *, again: bool) -> None:
        pdf = self.pdf
        pdf.add_page()
        pdf.set_text_color(*INK)
        room = WIDTH - QR - 12
        with tagged(pdf, "H1"):
            y = self._text(self._in_each(lambda: _called(place)), TOP + 4, 54, 800, (54, 44, 34, 26), room, 2)
        if place.zone is not None:
            with tagged(pdf, "P"):
                y = self._text(bi(place.zone.name), y + 2, 20, 700, (20, 16), room)
        with tagged(pdf, "P"):
            y = self._text(f"{bi(self.event.name)}, {days(self.event.first_day, self.event.last_day)}", y + 2, 12, 400)
        with tagged(pdf, "Figure", self._in_each(lambda: _("Code that opens the page of this table"))):
            draw_qr(pdf, address, RIGHT - QR - 4, TOP + 6, QR)
        y = max(y + 6, TOP + QR + 16)
        hint = self._in_each(lambda: _("Scan the code when you are here: “I am here”."))
        with tagged(pdf, "P"):
            y = self._text(hint, y, 13, 700, (13, 11.5), lines=2) + 3
        if again:
            y = self._continued(y)
        last = ""
        for meeting in held:
            at = meeting.appointment
            assert at is not None  # only placed ones are printed
            today = day(at.starts_at, "weekday", self.event.zone)
            if today != last:
                with tagged(pdf, "H2"):
                    y = self._text(today, y + 2, 13, 800) + 1
                last = today
            with tagged(pdf, "P"):
                pdf.face(12, 700)
                draw_lines(pdf, fit_text(pdf, span(at.starts_at, at.ends_at, self.event.zone), 38, (12,)), LEFT, y, 38)
                pdf.face(12)
                firms = " – ".join(side.profile.organisation.name for side in _sides(meeting))
                draw_lines(pdf, fit_text(pdf, firms, WIDTH - 40, (12, 11, 10, 9)), LEFT + 40, y, WIDTH - 40)
            y += 6.2
        if not held:
            with tagged(pdf, "P"):
                self._text(self._in_each(lambda: _("Nothing is booked here yet.")), y + 2, 12, 400)
        self._foot()

    # -- lists

    def lists(self, seatings: Sequence[Seating], report: Report) -> None:
        """For each table who comes when, with a box to tick for each person."""
        for number, seating in enumerate(seatings, start=1):
            self._list(seating)
            report(number)

    def _list(self, seating: Seating) -> None:
        pdf, y = self.pdf, BOTTOM
        last = ""
        for meeting in seating.meetings:
            at = meeting.appointment
            assert at is not None  # only placed ones are printed
            seats = [(side, name) for side in _sides(meeting) for name in _names(meeting, side)]
            today = day(at.starts_at, "weekday", self.event.zone)
            fresh = y + 14 + 5.4 * len(seats) > BOTTOM
            if fresh:
                y = self._list_head(seating.place, again=bool(last))
            if fresh or today != last:
                with tagged(pdf, "H2"):
                    y = self._text(today, y + 2, 12, 800) + 1
            last = today
            with artifact(pdf):
                pdf.set_draw_color(*INK)
                pdf.set_line_width(0.2)
                pdf.line(LEFT, y, RIGHT, y)
            with tagged(pdf, "P"):
                pdf.face(10.5, 700)
                draw_lines(
                    pdf, fit_text(pdf, span(at.starts_at, at.ends_at, self.event.zone), 34, (10.5,)), LEFT, y + 1.2, 34
                )
            for side, name in seats:
                with artifact(pdf):
                    pdf.set_line_width(0.3)
                    pdf.rect(LEFT + 36, y + 1.2, BOX, BOX)
                with tagged(pdf, "P"):
                    pdf.face(10.5)
                    words = f"{name}, {side.profile.organisation.name}"
                    draw_lines(pdf, fit_text(pdf, words, WIDTH - 46, (10.5, 9.5, 8.5)), LEFT + 43, y + 1.2, WIDTH - 46)
                y += 5.4
            y += 1.6

    def _list_head(self, place: Location, *, again: bool) -> float:
        pdf = self.pdf
        pdf.add_page()
        pdf.set_text_color(*INK)
        said = _called(place) if place.zone is None else f"{_called(place)}, {bi(place.zone.name)}"
        with tagged(pdf, "H1"):
            y = self._text(said, TOP, 20, 800, (20, 16, 13))
        with tagged(pdf, "P"):
            y = self._text(_("Who comes to this table. Tick everybody who is there."), y + 1, 10, 400)
        if again:
            y = self._continued(y)
        self._foot()
        return y + 3

    # -- what pages share

    def _text(
        self,
        text: str,
        y: float,
        size: float,
        weight: Weight,
        sizes: Sequence[float] = (),
        width: float = WIDTH,
        lines: int = 1,
    ) -> float:
        """Text from the left margin in the largest size that fits; the y below it."""
        self.pdf.face(size, weight)
        return draw_lines(self.pdf, fit_text(self.pdf, text, width, sizes or (size, size * 0.8), lines), LEFT, y, width)

    def _continued(self, y: float) -> float:
        with tagged(self.pdf, "P"):
            return self._text(_("Continued"), y, 10, 400)

    def _foot(self) -> None:
        pdf = self.pdf
        pdf.set_text_color(*GREY)
        with tagged(pdf, "P"):
            said = _("As of %(moment)s.", moment=moment(self.as_of, "long", self.event.zone))
            self._text(said, BOTTOM - 8.5 * MM_PER_POINT, 8.5, 400)
        pdf.set_text_color(*INK)

    def _in_each(self, say: Callable[[], str]) -> str:
        """The same in each of the event's languages, once where they agree."""
        found = []
        for language in self.languages:
            with speaking(language):
                found.append(say())
        return " / ".join(dict.fromkeys(found))


def _parts(held: Sequence[Meeting], most: int) -> list[Sequence[Meeting]]:
    return [held[start : start + most] for start in range(0, len(held), most)] or [[]]


def _called(place: Location) -> str:
    return _("Table %(name)s", name=bi(place.name)) if place.kind == "table" else bi(place.name)


def _sides(meeting: Meeting) -> list[MeetingSide]:
    return sorted(meeting.sides, key=lambda side: side.side != "requester")


def _names(meeting: Meeting, side: MeetingSide) -> list[str]:
    """Who sits on a side, without those who have left."""
    vacant = {seat.delegate_id for seat in meeting.delegates if seat.vacant_since is not None}
    seats = [each for each in meetings.seats_of(meeting, side.side) if each.id not in vacant]
    return [each.participant.name or _("Former participant") for each in seats] or [_("not named yet")]
