"""Lists of people for tests: right ones, and the same with faults planted in known rows and fields."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

from partnering.backoffice.imports import ANSWER
from partnering.db import BilingualText
from partnering.events.models import Event
from tests.factories import make_code, make_event, make_pool, make_product, make_registration, make_workshop
from tests.factories.questions import make_question

HEADS = [
    "E-Mail",
    "Vorname",
    "Nachname",
    "Titel",
    "Funktion",
    "Firma",
    "Ticket",
    "Extras",
    "Preis",
    "Code",
    "Sprache",
    "Land",
    "Alter",
    "Ankunft",
    "Kost",
]
COLUMN = {head: number for number, head in enumerate(HEADS)}


def conference(capacity: int = 995, **values: Any) -> tuple[Event, dict[str, str]]:
    """A conference with tickets, a dinner, workshops, a code and questions; fields of its questions by heading."""
    event = make_event(**values)
    start = event.opens_at
    hall = make_pool(event, capacity, "Saal")
    make_product(event, pools=[hall], name=BilingualText("Standard", "Regular"), gross=22_000)
    make_product(event, pools=[hall], name=BilingualText("Studierende", "Student"), gross=4_900)
    make_product(event, kind="add_on", capacity=1000, name=BilingualText("Abendessen", "Dinner"), gross=5_000)
    make_workshop(event, "GMP", start)
    make_workshop(event, "Patente", start)
    make_code(event, "FREUNDE", discount="percent", value=1000)
    questions = {
        "Land": make_question(event, "country", "Land"),
        "Alter": make_question(event, "number", "Alter", settings={"least": 16, "most": 120}),
        "Ankunft": make_question(event, "date", "Ankunft", internal=True),
        "Kost": make_question(event, "single_choice", "Kost", choices={"v": "Vegetarisch", "m": "Mit Fleisch"}),
    }
    return event, {head: ANSWER + question.public_id for head, question in questions.items()}


def right_rows(count: int) -> list[list[str]]:
    """So many people whom nothing is wrong with."""
    return [
        [
            f"gast{number}@firma{number % 50}.example",
            f"Jana{number}",
            f"Müller{number}",
            "Dr." if number % 7 == 0 else "",
            "Forschung",
            f"Firma {number % 50} GmbH",
            "Studierende" if number % 5 == 0 else "standard",
            "Abendessen; GMP" if number % 10 == 0 else "",
            {0: "", 1: "kostenlos", 2: "99,50", 3: "1.200,00 €"}[number % 4],
            "freunde" if number % 4 == 0 else "",
            "en" if number % 3 == 0 else "Deutsch",
            "Tschechien" if number % 2 else "DE",
            str(20 + number % 50),
            "13.10.2027",
            "vegetarisch" if number % 2 else "m",
        ]
        for number in range(count)
    ]


Fault = tuple[int, str, str]
"""Row in the spreadsheet, field, and the code of the sentence."""


def plant(rows: list[list[str]], fields: dict[str, str], registered: str) -> set[Fault]:
    """Thirty-seven faults in as many rows, the last five being those for which the hall has no places left."""
    faults: set[Fault] = set()

    def spoil(row: int, head: str, text: str, field: str, code: str) -> None:
        rows[row - 2][COLUMN[head]] = text
        faults.add((row, field, code))

    spoil(3, "E-Mail", "", "email", "missing")
    spoil(9, "E-Mail", "jana(at)firma.de", "email", "bad_address")
    spoil(15, "E-Mail", "jana@firma", "email", "bad_address")
    spoil(21, "E-Mail", "x" * 250 + "@firma.example", "email", "too_long")
    spoil(27, "E-Mail", "GAST4@Firma4.example ", "email", "doubled")
    spoil(33, "E-Mail", registered.upper(), "email", "registered")
    spoil(39, "Vorname", "", "given_name", "missing")
    spoil(45, "Vorname", "J" * 81, "given_name", "too_long")
    spoil(51, "Nachname", "   ", "family_name", "missing")
    spoil(57, "Titel", "Dr. " * 20, "title", "too_long")
    spoil(63, "Funktion", "f" * 121, "function", "too_long")
    spoil(69, "Firma", "g" * 201, "company", "too_long")
    spoil(75, "Ticket", "VIP", "ticket", "unknown_ticket")
    spoil(81, "Ticket", "", "ticket", "missing")
    spoil(87, "Extras", "Ballonfahrt", "add_ons", "unknown_add_on")
    spoil(93, "Extras", "GMP; Patente", "add_ons", "overlap")
    spoil(99, "Preis", "viel", "price", "bad_price")
    spoil(105, "Preis", "-5", "price", "bad_price")
    spoil(111, "Preis", "٢٢٠", "price", "bad_price")
    spoil(117, "Code", "GEHEIM", "code", "unknown_code")
    spoil(123, "Sprache", "Klingonisch", "locale", "unknown_language")
    spoil(129, "Land", "Atlantis", fields["Land"], "unknown_country")
    spoil(135, "Land", "ZZ", fields["Land"], "unknown_country")
    spoil(141, "Alter", "zwölf", fields["Alter"], "bad_number")
    spoil(147, "Alter", "12", fields["Alter"], "too_small")
    spoil(153, "Alter", "999", fields["Alter"], "too_large")
    spoil(159, "Alter", "3.5", fields["Alter"], "bad_number")
    spoil(165, "Ankunft", "bald", fields["Ankunft"], "bad_date")
    spoil(171, "Ankunft", "31.02.2027", fields["Ankunft"], "bad_date")
    spoil(177, "Kost", "Austern", fields["Kost"], "unknown_choice")
    spoil(183, "E-Mail", "gast4@firma4.example", "email", "doubled")
    spoil(189, "Code", "x" * 41, "code", "unknown_code")
    for row in range(997, 1002):
        faults.add((row, "ticket", "short_of"))
    return faults


def as_csv(rows: Sequence[Sequence[str]], delimiter: str = ";", encoding: str = "utf-8") -> bytes:
    """The rows below the headings, as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([HEADS, *rows])
    return out.getvalue().encode(encoding)


def as_workbook(rows: Sequence[Sequence[Any]], change: Callable[[Workbook], None] | None = None) -> bytes:
    """The rows below the headings, as XLSX."""
    book = Workbook()
    for row in [HEADS, *rows]:
        book.active.append(list(row))
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def registered_guest(event: Event) -> str:
    """The address of somebody who holds a ticket of a pool of its own."""
    make_registration(event, email="schon.da@firma.example", product=make_product(event, name=BilingualText("Presse")))
    return "schon.da@firma.example"
