"""An invoice on A4, drawn from its frozen contents alone: address window of DIN 5008 (form B), lines, totals, GiroCode.

Millimetres from the upper left corner. Everything is laid out as blocks first, so that pages and their number are known
before the first is drawn; a block never breaks, and the totals never stand without a line.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from babel import Locale, numbers

from .. import epc
from ..i18n import _, _n, day, days, locale
from ..pdf import MM_PER_POINT, Document, Fitted, Weight, artifact, document, draw_lines, draw_qr, fit_text, tagged

LEFT, RIGHT, WIDTH = 25.0, 190.0, 165.0
WINDOW_TOP, RETURN_TOP, ADDRESS_TOP, ADDRESS_WIDTH = 45.0, 57.6, 62.7, 80.0
INFO_LEFT, INFO_TOP, INFO_WIDTH = 118.0, 46.0, 72.0
TITLE_TOP, NEXT_TOP, BOTTOM, FOOT = 99.0, 34.0, 258.0, 266.0
QR_SIZE = 32.0
INK, GREY, LINE = (0x1B, 0x16, 0x31), (0x56, 0x50, 0x70), (0xB9, 0xB7, 0xC6)

Align = Literal["L", "C", "R"]


class Column(NamedTuple):
    """A column of the table: its width, and where its text stands."""

    width: float
    align: Align


COLUMNS = (
    Column(7, "L"),
    Column(50, "L"),
    Column(12, "R"),
    Column(26, "R"),
    Column(21, "R"),
    Column(12, "R"),
    Column(18, "R"),
    Column(19, "R"),
)
GAP = 1.6


@dataclass(frozen=True)
class Block:
    """Something that stays together: its height, how it is drawn at a y, and whether it belongs to the next one."""

    height: float
    draw: Callable[[float], None]
    row: bool = False
    with_next: bool = False


def sheet(contents: Mapping[str, Any], made_at: datetime) -> bytes:
    """The document as a file, in the language in force. The same contents give the same bytes."""
    return bytes(_Sheet(contents, made_at).draw().output())


def title_of(contents: Mapping[str, Any]) -> str:
    """ "Invoice R27-00001"."""
    if contents["kind"] == "cancellation":
        return _("Cancellation invoice %(number)s", number=contents["number"])
    return _("Invoice %(number)s", number=contents["number"])


def amount(cents: int, currency: str) -> str:
    """An amount with its cents: "1.234,50 €" / "€1,234.50"."""
    text: str = numbers.format_currency(Decimal(cents).scaleb(-2), currency, locale=_babel())
    return text.replace("-", "−")


def percent(rate: int) -> str:
    """Basis points as people read them: "19 %", "25,5 %"."""
    text: str = numbers.format_decimal(Decimal(rate).scaleb(-2).normalize(), locale=_babel())
    return f"{text}\xa0%" if locale() == "de" else f"{text}%"


def _babel() -> str:
    return "de_DE" if locale() == "de" else "en_GB"


class _Sheet:
    """One invoice being drawn."""

    def __init__(self, contents: Mapping[str, Any], made_at: datetime) -> None:
        self.said = contents
        self.seller, self.buyer = contents["seller"], contents["buyer"]
        self.title = title_of(contents)
        self.pdf: Document = document(self.title, locale(), made_at, author=self.seller["name"])

    def draw(self) -> Document:
        """All pages."""
        pdf = self.pdf
        pdf.add_page()
        self._letter_head()
        self._address()
        self._facts()
        pages = self._paginate(self._title_end(), self._blocks())
        for number, blocks in enumerate(pages, start=1):
            if number > 1:
                pdf.add_page()
                self._next_head()
            y = self._title() if number == 1 else NEXT_TOP
            if any(block.row for block in blocks):
                y = self._table_head(y)
            for block in blocks:
                block.draw(y)
                y += block.height
            self._foot(number, len(pages))
        return pdf

    # -- pages

    def _paginate(self, start: float, blocks: Sequence[Block]) -> list[list[Block]]:
        pages: list[list[Block]] = [[]]
        y = start + self._head_height()
        for index, block in enumerate(blocks):
            need = block.height
            if block.with_next and index + 1 < len(blocks):
                need += blocks[index + 1].height
            if y + need > BOTTOM and pages[-1]:
                pages.append([])
                y = NEXT_TOP + (self._head_height() if block.row else 0)
            pages[-1].append(block)
            y += block.height
        return pages

    def _text(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        size: float,
        *,
        weight: Weight = 400,
        align: Align = "L",
        lines: int = 1,
        kind: Literal["H1", "H2", "P"] = "P",
        smaller: float = 0.8,
    ) -> float:
        """Write text, smaller or cut where it does not fit; gives the y below it."""
        self.pdf.face(size, weight)
        fitted = fit_text(self.pdf, text, width, (size, size * 0.9, size * smaller), lines)
        if not fitted.lines:
            return y
        with tagged(self.pdf, kind):
            return draw_lines(self.pdf, fitted, x, y, width, align=align, leading=1.25)

    def _height(self, fitted: Fitted) -> float:
        return len(fitted.lines) * fitted.size * MM_PER_POINT * 1.25

    def _rule(self, y: float, width: float = 0.25, left: float = LEFT, right: float = RIGHT) -> None:
        with artifact(self.pdf):
            self.pdf.set_draw_color(*LINE)
            self.pdf.set_line_width(width)
            self.pdf.line(left, y, right, y)

    def _ink(self, grey: bool = False) -> None:
        self.pdf.set_text_color(*(GREY if grey else INK))

    # -- first page

    def _letter_head(self) -> None:
        pdf = self.pdf
        with artifact(pdf):
            pdf.set_draw_color(*INK)
            pdf.set_fill_color(*INK)
            filled = (True, False, True, False, True, False, True, True, False)
            size = 10.0
            pdf.set_line_width(2 * size / 28)
            for index, full in enumerate(filled):
                x, y = (5 + 9 * (index % 3)) * size / 28, (5 + 9 * (index // 3)) * size / 28
                pdf.circle(LEFT + x, 18 + y, 3.2 * size / 28, style="DF" if full else "D")
            pdf.set_draw_color(*LINE)
            pdf.set_line_width(0.2)
            for mark, length in ((105.0, 4.0), (148.5, 6.0), (210.0, 4.0)):  # where it is folded and punched
                pdf.line(5, mark, 5 + length, mark)
        self._ink()
        below = self._text(self.said["event"], LEFT + 14, 17.6, WIDTH - 14, 15, weight=800, smaller=0.7)
        self._ink(grey=True)
        self._text(self.seller["name"], LEFT + 14, below, WIDTH - 14, 9.5)

    def _address(self) -> None:
        seller, buyer = self.seller, self.buyer
        self._ink(grey=True)
        back = " · ".join(part for part in (seller["name"], seller["street"], _town(seller)) if part)
        self._text(back, LEFT, RETURN_TOP, ADDRESS_WIDTH, 7, smaller=0.75)
        self._ink()
        abroad = buyer["country"] and buyer["country"] != seller["country"]
        country = _country(buyer["country"]).upper() if abroad else ""
        others = [line for line in (buyer["attention"], buyer["street"], _town(buyer), country) if line]
        self.pdf.face(10.5)
        size = fit_text(self.pdf, buyer["name"], ADDRESS_WIDTH, (10.5, 9.5, 8.5), 3 if len(others) < 4 else 2).size
        y = self._text(buyer["name"], LEFT, ADDRESS_TOP, ADDRESS_WIDTH, size, lines=3 if len(others) < 4 else 2)
        for line in others:
            y = self._text(line, LEFT, y, ADDRESS_WIDTH, size)

    def _facts(self) -> None:
        said, buyer = self.said, self.buyer
        cancels = said["cancels"]
        issued, due = date.fromisoformat(said["issued_on"]), date.fromisoformat(said["due_on"])
        first, last = (date.fromisoformat(said["supply"][end]) for end in ("from", "until"))
        number = _("Number") if cancels is None else _("Cancellation number")
        facts = [
            (number, said["number"]),
            (_("Date"), day(issued)),
            (_("Cancels"), _("%(number)s of %(day)s", number=cancels["number"], day=day(issued_on(cancels))))
            if cancels
            else None,
            (_n("Day of supply", "Days of supply", 1 + (last - first).days), days(first, last)),
            (_("Place of supply"), said["supply"]["place"]),
            (_("Payable by"), day(due)) if said["payment"] else None,
            (_("Your order number"), buyer["order_number"]),
            (_("Your Leitweg-ID"), buyer["leitweg_id"]),
            (_("Your VAT id"), buyer["vat_id"]),
        ]
        y = INFO_TOP
        for fact in facts:
            if fact is None or not fact[1]:
                continue
            self._ink(grey=True)
            self._text(fact[0], INFO_LEFT, y, 30, 8.5)
            self._ink()
            y = max(y + 4.4, self._text(fact[1], INFO_LEFT + 31, y, INFO_WIDTH - 31, 8.5, lines=2) + 0.6)

    def _opening(self) -> Fitted:
        said = self.said
        if said["cancels"]:
            cancels = said["cancels"]
            day_of = day(issued_on(cancels))
            text = _("This cancels invoice %(number)s of %(day)s.", number=cancels["number"], day=day_of)
            if cancels["reason"]:
                reason = _("Reason: %(reason)s", reason=cancels["reason"])
                text = f"{text} {reason}"
        else:
            text = _("For taking part in %(event)s we charge:", event=said["event"])
        self.pdf.face(10)
        return fit_text(self.pdf, text, WIDTH, (10, 9), 4)

    def _title_end(self) -> float:
        return TITLE_TOP + 10 + self._height(self._opening()) + 4

    def _title(self) -> float:
        self._ink()
        self._text(self.title, LEFT, TITLE_TOP, WIDTH, 17, weight=800, kind="H1")
        opening = self._opening()
        self.pdf.face(opening.size)
        with tagged(self.pdf, "P"):
            draw_lines(self.pdf, opening, LEFT, TITLE_TOP + 10, WIDTH, leading=1.25)
        return self._title_end()

    def _next_head(self) -> None:
        with artifact(self.pdf):
            self._plain(self.title, LEFT, 20, WIDTH, 10, 700)
            self._plain(self.said["event"], LEFT, 20, WIDTH, 9, 400, "R", grey=True)
        self._rule(26.5)

    # -- the table

    def _head_height(self) -> float:
        return 10.5

    def _table_head(self, y: float) -> float:
        heads = (
            "#",
            _("Description"),
            _("Quantity"),
            _("Unit price, gross"),
            _("Net"),
            _("VAT rate"),
            _("VAT"),
            _("Gross"),
        )
        self._ink(grey=True)
        x = LEFT
        for head, column in zip(heads, COLUMNS, strict=True):
            self.pdf.face(8, 700)
            fitted = fit_text(self.pdf, head, column.width - GAP, (8, 7.5, 7), 2)
            with tagged(self.pdf, "P"):
                top = y + 7.6 - len(fitted.lines) * fitted.size * MM_PER_POINT * 1.15
                shift = GAP if column.align == "R" else 0
                draw_lines(self.pdf, fitted, x + shift, top, column.width - GAP, align=column.align)
            x += column.width
        self._rule(y + 8.6, 0.5)
        return y + self._head_height()

    def _blocks(self) -> list[Block]:
        rows = [self._row(number, line) for number, line in enumerate(self.said["lines"], start=1)]
        rows[-1] = Block(rows[-1].height, rows[-1].draw, row=True, with_next=True)
        tail = [self._totals(), *self._notes(), *self._payment(), *self._closing()]
        return [*rows, *tail]

    def _row(self, number: int, line: Mapping[str, Any]) -> Block:
        currency = self.said["currency"]
        room = COLUMNS[1].width - GAP
        self.pdf.face(9.5, 700)
        name = fit_text(self.pdf, line["text"], room, (9.5, 9), 6)
        self.pdf.face(8.5)
        small = [line["detail"]]
        if line["list"] is not None:
            listed, code = _("List price %(amount)s", amount=amount(line["list"], currency)), line["code"]
            used = _("code %(code)s", code=code) if code else ""
            small.append(", ".join(part for part in (listed, used) if part))
        details = [fit_text(self.pdf, text, room, (8.5, 8), 2) for text in small if text]
        height = self._height(name) + sum(self._height(each) for each in details) + 3.0

        def draw(y: float) -> None:
            figures = (
                str(line["quantity"]).replace("-", "−"),
                amount(line["unit"], currency),
                amount(line["net"], currency),
                percent(line["rate"]) if line["rate"] else "–",
                amount(line["vat"], currency),
                amount(line["gross"], currency),
            )
            self._ink(grey=True)
            self._text(str(number), LEFT, y, COLUMNS[0].width - GAP, 9)
            self._ink()
            x = LEFT + COLUMNS[0].width
            self.pdf.face(name.size, 700)
            with tagged(self.pdf, "P"):
                below = draw_lines(self.pdf, name, x, y, room, leading=1.25)
            self._ink(grey=True)
            for each in details:
                self.pdf.face(each.size)
                with tagged(self.pdf, "P"):
                    below = draw_lines(self.pdf, each, x, below, room, leading=1.25)
            self._ink()
            x += COLUMNS[1].width
            for figure, column in zip(figures, COLUMNS[2:], strict=True):
                self._text(figure, x + GAP, y, column.width - GAP, 9, align="R", smaller=0.6)
                x += column.width
            self._rule(y + height - 1.6, 0.15)

        return Block(height, draw, row=True)

    # -- what follows it

    def _totals(self) -> Block:
        said, currency = self.said, self.said["currency"]
        rows: list[tuple[str, str, bool]] = [(_("Net total"), amount(said["net"], currency), False)]
        for total in said["totals"]:
            if total["rate"]:
                word = _("VAT %(rate)s on %(net)s", rate=percent(total["rate"]), net=amount(total["net"], currency))
                rows.append((word, amount(total["vat"], currency), False))
            else:
                word = _("Without VAT: %(net)s", net=amount(total["net"], currency))
                rows.append((word, amount(0, currency), False))
        rows.append((_("Total"), amount(said["gross"], currency), True))
        if said["paid"]:
            rows.append((_("Paid already"), amount(-said["paid"], currency), False))
            rows.append((_("Still to be paid"), amount(said["due"], currency), True))

        def draw(y: float) -> None:
            y += 2
            for word, figure, strong in rows:
                if strong:
                    self._rule(y + 0.4, 0.5, 100.0)
                    y += 1.8
                self._ink(grey=not strong)
                size: float = 11 if strong else 9.5
                weight: Weight = 800 if strong else 400
                self._text(word, 100.0, y, 58, size, weight=weight)
                self._ink()
                y = self._text(figure, 158.0, y, 32, size, weight=weight, align="R") + 0.6

        return Block(4 + sum(7.4 if strong else 4.8 for _word, _figure, strong in rows), draw)

    def _notes(self) -> list[Block]:
        return [self._sentence(note["text"]) for note in self.said["notes"]]

    def _sentence(self, text: str, lines: int = 6, grey: bool = False) -> Block:
        self.pdf.face(9.5)
        fitted = fit_text(self.pdf, text, WIDTH, (9.5, 9, 8.5), lines)

        def draw(y: float) -> None:
            self._ink(grey)
            self.pdf.face(fitted.size)
            with tagged(self.pdf, "P"):
                draw_lines(self.pdf, fitted, LEFT, y + 2, WIDTH, leading=1.25)

        return Block(self._height(fitted) + 4, draw)

    def _payment(self) -> list[Block]:
        said, payment = self.said, self.said["payment"]
        if payment is None:
            if said["kind"] == "invoice" and said["due"] == 0:
                return [self._sentence(_("This invoice is paid. There is nothing to transfer."))]
            return []
        due = date.fromisoformat(said["due_on"])
        rows = [
            (_("Amount"), amount(said["due"], said["currency"])),
            (_("Payable by"), day(due)),
            (_("Recipient"), payment["holder"]),
            (_("IBAN"), epc.in_fours(payment["iban"])),
            (_("BIC"), payment["bic"]),
            (_("Bank"), payment["bank"]),
            (_("Purpose"), payment["reference"]),
        ]
        rows = [row for row in rows if row[1]]
        code = payment["code"]
        height = max(9 + 5.4 * len(rows), QR_SIZE + 15 if code else 0) + 6

        def draw(y: float) -> None:
            y += 3
            with artifact(self.pdf):
                self.pdf.set_fill_color(0xF3, 0xF4, 0xF8)
                self.pdf.rect(LEFT, y, WIDTH, height - 4, style="F", round_corners=True, corner_radius=3)
            at, words = y + 4, WIDTH - 10 - (QR_SIZE + 14 if code else 0)
            self._ink()
            at = self._text(_("Please transfer"), LEFT + 5, at, words, 11, weight=800, kind="H2") + 1.2
            for word, value in rows:
                self._ink(grey=True)
                self._text(word, LEFT + 5, at, 30, 9)
                self._ink()
                at = max(at + 5.2, self._text(value, LEFT + 36, at, words - 31, 9.5, weight=700, lines=2, smaller=0.7))
            if code:
                x = RIGHT - 8 - QR_SIZE
                with tagged(self.pdf, "Figure", _("GiroCode: the data of this transfer as a QR code")):
                    draw_qr(self.pdf, code, x, y + 5.5, QR_SIZE)
                self._ink()
                below = y + 5.5 + QR_SIZE + 3.2
                below = self._text("GiroCode", x - 8, below, QR_SIZE + 16, 8, weight=700, align="C")
                self._ink(grey=True)
                self._text(_("Scan it with your banking app"), x - 7, below, QR_SIZE + 14, 7.5, align="C")

        return [Block(height, draw)]

    def _closing(self) -> list[Block]:
        return [self._sentence(self.said["footer"], 8, grey=True)] if self.said["footer"] else []

    # -- every page

    def _plain(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        size: float,
        weight: Weight,
        align: Align = "L",
        grey: bool = False,
    ) -> float:
        """Write what every page repeats, untagged."""
        self._ink(grey)
        self.pdf.face(size, weight)
        fitted = fit_text(self.pdf, text, width, (size, size * 0.85, size * 0.7))
        return draw_lines(self.pdf, fitted, x, y, width, align=align, leading=1.25)

    def _foot(self, number: int, pages: int) -> None:
        seller, payment = self.seller, self.said["payment"]
        bank = [payment["bank"] or payment["holder"], epc.in_fours(payment["iban"]), payment["bic"]] if payment else []
        columns = (
            (seller["name"], seller["street"], _town(seller)),
            (seller["email"], seller["phone"]),
            (
                _("VAT id %(id)s", id=seller["vat_id"]) if seller["vat_id"] else "",
                _("Tax number %(number)s", number=seller["tax_number"]) if seller["tax_number"] else "",
            ),
            tuple(bank),
        )
        self._rule(FOOT - 2)
        with artifact(self.pdf):
            shown = [[part for part in column if part] for column in columns]
            shown = [column for column in shown if column]
            width = WIDTH / max(1, len(shown))
            for index, column in enumerate(shown):
                y = FOOT
                for part in column:
                    y = self._plain(part, LEFT + index * width, y, width - 3, 7.5, 400, grey=True)
            said = _("Page %(number)s of %(pages)s", number=number, pages=pages)
            self._plain(said, LEFT, 281, WIDTH, 8, 400, "R", grey=True)


def issued_on(cancels: Mapping[str, str]) -> date:
    """The day of the invoice that is cancelled."""
    return date.fromisoformat(cancels["issued_on"])


def _town(who: Mapping[str, str]) -> str:
    return " ".join(part for part in (who["postcode"], who["city"]) if part)


def _country(code: str) -> str:
    """The name of a country in the language in force."""
    name: str = Locale(locale()).territories.get(code, code)
    return name
