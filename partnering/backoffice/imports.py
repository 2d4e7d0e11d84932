"""Lists of people from files: columns guessed, every row checked before anything happens, all brought in or none."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString

from .. import audit, clock
from ..accounts.addresses import canonical
from ..accounts.models import EmailAddress, Person
from ..db import db
from ..errors import DomainError
from ..events.models import Event, Participant
from ..i18n import _l
from ..questions import queries as questions
from ..questions.queries import QuestionShown
from ..registration import entering, workshops
from ..registration.models import Registration
from ..text import clean, fold
from ..tickets import codes
from ..tickets import queries as ticket_queries
from ..tickets import services as tickets
from ..tickets.models import Code, Pool, Product
from . import bills, reading, spreadsheet
from .models import PeopleImport
from .reading import Wrong

KEPT = timedelta(days=30)
"""How long a file is kept that was never brought in, and what a report says of people."""

SAMPLE = 5
"""How many rows are shown as they were understood."""

MOST_ERRORS = 1_000

ANSWER = "q:"
"""Fields that answer a question are named by this and the question's public id."""

FIELDS: dict[str, LazyString] = {
    "email": _l("Email address"),
    "given_name": _l("First name"),
    "family_name": _l("Last name"),
    "title": _l("Title"),
    "function": _l("Function"),
    "company": _l("Organisation"),
    "ticket": _l("Ticket"),
    "add_ons": _l("Extras"),
    "price": _l("Price"),
    "code": _l("Code"),
    "locale": _l("Language"),
    **bills.FIELDS,
}
NEEDED = ("email", "given_name", "family_name")
LENGTHS = {"title": 40, "given_name": 80, "family_name": 80, "function": 120, "company": 200}

HEADINGS = {
    "email": "email, e-mail, mail, e-mail-adresse, email-adresse, emailadresse, email address, e-mail address",
    "given_name": "first name, given name, firstname, forename, vorname, rufname",
    "family_name": "last name, family name, lastname, surname, name, nachname, familienname",
    "title": "title, titel, akademischer titel, academic title, anrede und titel",
    "function": "function, job title, position, role, funktion, rolle, stelle",
    "company": "organisation, organization, company, firma, unternehmen, institution, einrichtung, affiliation",
    "ticket": "ticket, ticket type, tickettyp, ticketart, ticketkategorie, kategorie, category",
    "add_ons": "extras, add-ons, addons, add-on, zusatzleistungen, zusätze, zusatz, workshops, workshop",
    "price": "price, preis, betrag, amount, gross",
    "code": "code, voucher, discount code, gutschein, gutscheincode, rabattcode",
    "locale": "language, sprache, lang, locale, briefsprache, letters in, briefe auf",
}
"""Headings by which a column is known, folded; the first are those of the template."""


class NotReady(DomainError):
    """The file was not checked, holds errors, or is under way or over already."""

    message = _l("This file cannot be brought in as it is. Please check it again.")


CELL = 60
"""How much of a wrong cell is shown."""


class Forgotten(DomainError):
    """The file is no longer kept."""

    message = _l("This file is no longer kept. Please upload it again.")
    status = 410


# -- columns


def answerable(event: Event) -> list[QuestionShown]:
    """The questions that a file may answer."""
    return reading.asked_in_files(questions.current_questions(event, internal=None))


def guessed(heads: Sequence[str], asked: Iterable[QuestionShown]) -> dict[str, str]:
    """The column of each field as far as its heading tells, by the heading; no column twice."""
    free = {fold(head): head for head in reversed(heads)}
    names = {key: [fold(word) for word in said.split(",")] for key, said in HEADINGS.items()}
    names |= {ANSWER + one.public_id: [fold(one.label.de), fold(one.label.en)] for one in asked}
    names |= {key: [fold(word) for word in said.split(",")] for key, said in bills.HEADINGS.items()}
    found = {}
    for key, words in names.items():
        word = next((word for word in words if word and word in free), None)
        if word is not None:
            found[key] = free.pop(word)
    return found


# -- what is known of the event


@dataclass
class Known:
    """What rows are compared with: asked once, plain where it is asked again and again."""

    event: Event
    tickets: dict[str, Product]
    add_ons: dict[str, Product]
    offered: dict[int, set[int]]
    questions: dict[str, QuestionShown]
    free: dict[int, int]
    draws: dict[int, dict[int, int]]
    pools: dict[int, Pool]
    codes: dict[str, Code | None] = field(default_factory=dict)
    uses: Counter[int] = field(default_factory=Counter)

    @classmethod
    def of(cls, event: Event) -> "Known":
        """The state of the event now."""
        products = [product for product in ticket_queries.products_of(event) if product.active]
        sold = [product for product in products if product.kind == "ticket"]
        pools = ticket_queries.pools_of(event)
        return cls(
            event,
            _by_name(sold),
            _by_name(product for product in products if product.kind == "add_on"),
            {product.id: {one.id for one in ticket_queries.add_ons_for(product)} for product in sold},
            {ANSWER + question.public_id: question for question in answerable(event)},
            dict(tickets.free_pools(pools)),
            {product.id: {draw.pool_id: draw.quantity for draw in product.draws} for product in products},
            {pool.id: pool for pool in pools},
        )

    def code(self, text: str) -> Code | None:
        """The code of this text, asked once."""
        key = fold(text)
        if key not in self.codes:
            self.codes[key] = codes.find(self.event, text)
        return self.codes[key]

    def take(self, products: Iterable[Product]) -> dict[str, Any] | None:
        """Count these as taken if they still fit, as claiming will; else the pool that is short, and by how much."""
        wanted: Counter[int] = Counter()
        for product in products:
            wanted.update(self.draws[product.id])
        short = next((pool for pool, number in sorted(wanted.items()) if self.free.get(pool, 0) < number), None)
        if short is not None:
            name = self.pools[short].name
            return {"pool": [name.de, name.en], "left": self.free.get(short, 0), "needed": wanted[short]}
        for pool, number in wanted.items():
            self.free[pool] -= number
        return None


def _by_name(products: Iterable[Product]) -> dict[str, Product]:
    """Products by folded name in either language and by public id; the first of a name counts."""
    known: dict[str, Product] = {}
    for product in products:
        for word in (product.name.de, product.name.en, product.public_id):
            if word:
                known.setdefault(fold(word), product)
    return known


# -- the dry run


@dataclass
class Row:
    """A row as it was understood, and what is wrong in it as (field, code, names)."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    billing: dict[str, str] = field(default_factory=dict)
    product: Product | None = None
    add_ons: list[Product] = field(default_factory=list)
    code: Code | None = None
    faults: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    """What stands in the cells that are wrong."""
    known: bool = False


def understood(
    event: Event,
    table: spreadsheet.Table,
    mapping: Mapping[str, str],
    options: Mapping[str, Any],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """Every row of a table with all that is wrong in it; nothing is changed."""
    known = Known.of(event)
    column = {key: table.heads.index(head) for key, head in mapping.items() if head in table.heads}
    taken = _registered(event, [cells[column["email"]] for _number, cells in table.rows] if "email" in column else [])
    first: dict[str, int] = {}
    rows, total = [], len(table.rows)
    for done, (number, cells) in enumerate(table.rows):
        if done % 50 == 0:
            progress(done, total)
        row = _read(known, number, {key: cells[place] for key, place in column.items()}, options)
        row.cells = {fault[0]: cells[column[fault[0]]][:CELL] for fault in row.faults if fault[0] in column}
        key = canonical(row.values.get("email", ""))
        if key and key in first:
            row.faults.append(("email", "doubled", {"row": first[key]}))
            row.cells["email"] = row.values["email"][:CELL]
        elif key and key in taken:
            row.known = True
            if not options.get("skip_known"):
                row.faults.append(("email", "registered", {}))
                row.cells["email"] = row.values["email"][:CELL]
        if key:
            first.setdefault(key, number)
        if row.product is not None and not row.faults and not row.known:
            _book(known, row)
            row.cells |= {fault[0]: cells[column[fault[0]]][:CELL] for fault in row.faults if fault[0] in column}
        rows.append(row)
    progress(total, total)
    return rows


def _read(known: Known, number: int, cells: Mapping[str, str], options: Mapping[str, Any]) -> Row:
    row = Row(number)

    def attempt(key: str, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except Wrong as wrong:
            row.faults.append((key, wrong.code, wrong.names))
            return None

    row.values["email"] = attempt("email", lambda: reading.address(cells.get("email", ""))) or ""
    for key, most in LENGTHS.items():
        row.values[key] = attempt(key, partial(reading.line, cells.get(key, ""), most, needed=key in NEEDED)) or ""
    row.values["locale"] = attempt(
        "locale", lambda: reading.language(cells.get("locale", ""), str(options.get("locale") or "de"))
    )
    row.billing = bills.read(
        cells,
        attempt,
        name=" ".join(part for part in (row.values["given_name"], row.values["family_name"]) if part),
        company=row.values["company"],
        country=known.event.host.country,
    )
    written = cells.get("price", "")
    row.values["gross"] = attempt("price", lambda: reading.price(written) if written else options.get("gross"))
    row.product = attempt("ticket", lambda: _ticket(known, cells.get("ticket", ""), str(options.get("product") or "")))
    if row.product is not None:
        row.add_ons = attempt("add_ons", lambda: _add_ons(known, row.product, cells.get("add_ons", ""))) or []
        row.code = attempt("code", lambda: _code(known, row, cells.get("code", "")))
    for key, question in known.questions.items():
        if cells.get(key):
            value = attempt(key, partial(reading.answer, question, cells[key]))
            if value is not None:
                row.answers[question.public_id] = value
    return row


def _ticket(known: Known, text: str, chosen: str) -> Product:
    if not clean(text):
        if not chosen:
            raise Wrong("missing")
        text = chosen
    product = known.tickets.get(fold(text))
    if product is None:
        raise Wrong("unknown_ticket")
    return product


def _add_ons(known: Known, product: Product | None, text: str) -> list[Product]:
    assert product is not None  # asked of rows with a ticket only
    if not clean(text):
        return []
    words = [clean(text)] if fold(text) in known.add_ons else reading.parts(text)
    if len(words) == 1 and fold(words[0]) not in known.add_ons:
        words = [word for word in (clean(one) for one in text.split(",")) if word]
    found: list[Product] = []
    for word in words:
        add_on = known.add_ons.get(fold(word))
        if add_on is None:
            raise Wrong("unknown_add_on", value=word[:60])
        if add_on.id not in known.offered[product.id]:
            raise Wrong("foreign_add_on", value=word[:60])
        if add_on not in found:
            found.append(add_on)
    if workshops.conflicts(found):
        raise Wrong("overlap")
    return found


def _code(known: Known, row: Row, text: str) -> Code | None:
    if not clean(text):
        return None
    assert row.product is not None  # asked of rows with a ticket only
    code = known.code(text)
    if code is None:
        raise Wrong("unknown_code")
    try:
        codes.check(code, row.product, row.values["email"] or None)
    except codes.CodeUsed:
        raise Wrong("code_used") from None
    except DomainError:
        raise Wrong("code_refused") from None
    return code


def _book(known: Known, row: Row) -> None:
    """Take the row's places from what is left in this reckoning. Vouchers bring places of their own."""
    assert row.product is not None  # asked of rows with a ticket only
    if row.code is not None:
        if row.code.uses_max is not None and row.code.uses + known.uses[row.code.id] >= row.code.uses_max:
            row.faults.append(("code", "code_used", {}))
            return
        known.uses[row.code.id] += 1
        if row.code.kind == "voucher":
            short = known.take(row.add_ons)
            if short is not None:
                row.faults.append(("add_ons", "short_of", short))
            return
    short = known.take([row.product, *row.add_ons])
    if short is None:
        return
    without = known.take([row.product]) if row.add_ons else short
    row.faults.append(("add_ons", "short_of", short) if without is None else ("ticket", "short_of", without))


def _registered(event: Event, addresses: Sequence[str]) -> set[str]:
    """Those of the addresses, in canonical form, whose person holds a registration at the event."""
    keys = sorted({canonical(clean(address)[:300]) for address in addresses if address})
    found: set[str] = set()
    for chunk in entering.chunks(keys):
        found |= set(
            db.session.scalars(
                sa.select(EmailAddress.canonical)
                .join(Person, Person.id == EmailAddress.person_id)
                .join(Participant, Participant.person_id == Person.id)
                .join(Registration, Registration.participant_id == Participant.id)
                .where(
                    EmailAddress.canonical.in_(chunk),
                    Participant.event_id == event.id,
                    Registration.state == "live",
                )
            )
        )
    return found


def report_of(rows: Sequence[Row]) -> dict[str, Any]:
    """What the dry run found, as it is kept; sentences are made when it is read, in the reader's language."""
    errors = [
        {"row": row.number, "field": key, "code": code, "names": names, "cell": row.cells.get(key, "")}
        for row in rows
        for key, code, names in row.faults
    ]
    good = [row for row in rows if not row.faults and not row.known]
    sold = Counter(row.product.public_id for row in good if row.product is not None)
    sample = [
        {
            "row": row.number,
            **row.values,
            "product": row.product.public_id if row.product else "",
            "add_ons": [one.public_id for one in row.add_ons],
            "code": row.code.text if row.code else "",
            "answers": row.answers,
        }
        for row in rows[:SAMPLE]
    ]
    return {
        "rows": len(rows),
        "good": len(good),
        "known": sum(row.known for row in rows),
        "wrong": sum(bool(row.faults) for row in rows),
        "errors": errors[:MOST_ERRORS],
        "more": max(0, len(errors) - MOST_ERRORS),
        "sold": dict(sold),
        "sample": sample,
    }


# -- what happens to a file


def keep(event: Event, person: Person, name: str, content: bytes) -> PeopleImport:
    """Keep a file whose headings could be read, with its columns guessed. Raises `Unreadable`."""
    table = spreadsheet.read(content)
    asked = answerable(event)
    kept = PeopleImport(
        event_id=event.id,
        file_name=clean(name)[-120:] or "list",
        content=content,
        mapping=guessed(table.heads, asked),
        options={"heads": list(table.heads), "rows": len(table.rows), "preview": [list(c) for _n, c in table.rows[:3]]},
        report={},
        person_id=person.id,
        created_at=clock.now(),
    )
    db.session.add(kept)
    db.session.flush()
    return kept


def checked(kept: PeopleImport, report: Mapping[str, Any]) -> None:
    """Keep what a dry run found."""
    kept.report, kept.state = dict(report), "checked"
    db.session.flush()


def bring_in(event: Event, kept: PeopleImport, rows: Sequence[Row], *, letters: bool) -> int:
    """Register everybody in `rows`, or nobody; the file is forgotten then. How many there were.

    Raises `NotReady` when a row is wrong, or as `entering.enter_all`.
    """
    if any(row.faults for row in rows):
        raise NotReady
    fresh = {product.id: product for product in ticket_queries.products_of(event)}
    read = {code.id: code for code in codes_of(rows)}
    entries = [
        entering.Entry(
            entering.Guest(
                row.values["email"],
                row.values["title"],
                row.values["given_name"],
                row.values["family_name"],
                row.values["function"],
            ),
            fresh[row.product.id],
            row.values["company"],
            row.values["locale"],
            row.values["gross"],
            read[row.code.id] if row.code else None,
            [fresh[one.id] for one in row.add_ons],
            row.answers,
            row.billing,
        )
        for row in rows
        if row.product is not None and not row.known
    ]
    actor = ("person", kept.person.public_id) if kept.person is not None else None
    entered = entering.enter_all(event, entries, letters=letters, actor=actor)
    number = len(entries)
    kept.report = {"rows": len(rows), "good": number, "known": len(rows) - number, "errors": [], "letters": letters}
    kept.state, kept.content = "done", None
    kept.done_at = entered[0].created_at if entered else clock.now()  # lists find these people by it
    kept.options = {}
    after = {"file": kept.file_name, "people": number, "letters": letters}
    audit.record("people.imported", kept, event=event, after=after, actor=actor)
    db.session.flush()
    return number


def codes_of(rows: Iterable[Row]) -> Sequence[Code]:
    """The codes that rows name, read anew."""
    ids = sorted({row.code.id for row in rows if row.code is not None})
    return db.session.scalars(sa.select(Code).where(Code.id.in_(ids)).order_by(Code.id)).all() if ids else []


def forget_old() -> int:
    """Forget files that were never brought in, and what reports say of people, thirty days later; how many."""
    old = db.session.scalars(
        sa.select(PeopleImport)
        .where(
            PeopleImport.created_at < clock.now() - KEPT,
            sa.or_(PeopleImport.content.is_not(None), PeopleImport.state != "done"),
        )
        .order_by(PeopleImport.id)
        .limit(100)
    ).all()
    for kept in old:
        db.session.delete(kept)
    db.session.flush()
    return len(old)
