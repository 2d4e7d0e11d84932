"""What can happen to invoices: issued, cancelled, corrected, sent again, reminded of.

Lock order: the party first, then the series, which is the last thing that an issuing transaction takes: everybody who
issues waits for it until the commit, so nothing slow comes after.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa

from .. import audit, clock, faults, jobs
from ..db import db
from ..errors import DomainError, Stale
from ..events.models import Event
from ..i18n import _, _l, speaking
from ..registration import taxing
from ..registration.models import Item, Party
from . import checking, contents, ledger, mails, permissions, queries
from .checking import Missing
from .contents import Contents, Paper
from .errors import NothingOverdue, RemindedToday
from .models import Invoice, InvoiceLine, InvoiceReminder, InvoiceSeries, InvoiceSetup

DOCUMENT_TASK = "invoices.document"


class NotSetUp(DomainError):
    """The event does not invoice yet."""

    message = _l("Say first how this conference invoices: numbers, bank account, days to pay.")


class ContentsMissing(DomainError):
    """What the law asks of an invoice is not there; `missing` says what. Nothing was issued."""

    message = _l("The invoice cannot be issued yet: something that the law asks for is missing.")
    missing: Sequence[Missing] = ()


class BillingClosed(DomainError):
    """The day has passed until which buyers mend whom an invoice goes to."""

    message = _l("The billing address can no longer be changed here. Please write to the organiser.")


class AlreadyCancelled(DomainError):
    """The invoice was taken back before."""

    message = _l("This invoice is cancelled already.")


class Number(NamedTuple):
    """A number that was taken from a series."""

    number: int
    text: str
    issued_on: date


# -- issuing


def issue(party: Party, *, letter: bool = True, setup: InvoiceSetup | None = None) -> Invoice | None:
    """Invoice everything of a party that costs something and stands on no invoice yet; None when there is nothing.

    Number, contents, lines and the job for the PDF are one deed. With `letter` the PDF goes to the buyer once it is
    made. `setup` is how the event invoices, where the caller has asked. Raises `NotSetUp` or `ContentsMissing`; then
    nothing has changed.
    """
    lock(party)
    made = _issue(party, setup)
    if made is not None:
        _make_documents([made], letter)
    return made


def issue_when_possible(party: Party, *, letter: bool = True) -> Invoice | None:
    """The same, but a party whose invoice lacks something stays uninvoiced, and the desk shows why."""
    setup = queries.setup_in_deed(party.event)
    if setup is None:
        return None
    try:
        return issue(party, letter=letter, setup=setup)
    except ContentsMissing:
        return None


def lacking(party: Party) -> Sequence[Missing]:
    """What keeps the party's next invoice from being issued. Raises `NotSetUp`."""
    setup, items = _setup(party.event), queries.uninvoiced(party)
    return checking.missing(_composed(party, setup, items, _provisional(party.event, setup))) if items else []


def _issue(party: Party, setup: InvoiceSetup | None = None) -> Invoice | None:
    items = queries.uninvoiced(party)
    if not items:
        return None
    event = party.event
    setup = setup or _setup(event)
    if any((item.tax_kind == "small_business") != setup.small_business for item in items if item.kind != "fee"):
        taxing.settle(party, items)  # said otherwise since they were ordered
    problems = checking.missing(_composed(party, setup, items, _provisional(event, setup)))
    if problems:
        raise ContentsMissing(missing=problems)
    paid = queries.account(party).paid
    unspent = max(0, paid - sum(invoice.gross for invoice in queries.live_invoices(party))) if paid else 0
    taken = take_number(setup.series_id, queries.today_at(event))
    due_on = taken.issued_on + timedelta(days=setup.payment_days)
    said = _composed(party, setup, items, Paper(taken.text, taken.issued_on, due_on, unspent))
    invoice = _store(party, setup.series_id, taken, said, due_on)
    db.session.add_all(
        InvoiceLine(
            event_id=event.id,
            invoice_id=invoice.id,
            position=position,
            item_id=item.id,
            net=amounts.net,
            vat=amounts.vat,
            gross=amounts.gross,
            vat_rate=amounts.rate,
            tax_kind=amounts.kind,
        )
        for position, item in enumerate(items, start=1)
        for amounts in [contents.taxed(item, setup.small_business)]
    )
    db.session.flush()
    audit.record("invoice.issued", invoice, event=event, after={"number": invoice.text, "gross": invoice.gross})
    if paid or party.settled_at is not None:
        ledger.settle(party)
    return invoice


def take_number(series_id: int, today: date) -> Number:
    """The next number of a series, dated `today`, or later if the series was used on a later day already.

    The row stays locked until the transaction ends; when that is rolled back, the number is free again.
    """
    later = sa.case((InvoiceSeries.last_issued_on > today, InvoiceSeries.last_issued_on), else_=today)
    row = db.session.execute(
        sa.update(InvoiceSeries)
        .where(InvoiceSeries.id == series_id)
        .values(last_number=InvoiceSeries.last_number + 1, last_issued_on=later)
        .returning(InvoiceSeries.prefix, InvoiceSeries.last_number, InvoiceSeries.last_issued_on)
        .execution_options(synchronize_session=False)
    ).one()
    faults.point("invoices.numbered")
    assert row.last_issued_on is not None  # written above
    return Number(row.last_number, number_text(row.prefix, row.last_number), row.last_issued_on)


def number_text(prefix: str, number: int) -> str:
    """A number as it is printed: "R27-00001"."""
    return f"{prefix}{number:05d}"


def _store(party: Party, series_id: int, taken: Number, said: Contents, due_on: date, **values: Any) -> Invoice:
    invoice = Invoice(
        event_id=party.event_id,
        series_id=series_id,
        number=taken.number,
        previous=taken.number - 1 or None,
        text=taken.text,
        kind=said["kind"],
        party_id=party.id,
        issued_on=taken.issued_on,
        due_on=due_on,
        locale=said["locale"],
        currency=said["currency"],
        net=said["net"],
        vat=said["vat"],
        gross=said["gross"],
        contents=said,
        contents_hash=contents.hash_of(said),
        issued_at=clock.now(),
        **values,
    )
    db.session.add(invoice)
    db.session.flush()
    return invoice


def _composed(party: Party, setup: InvoiceSetup, items: Sequence[Item], paper: Paper) -> Contents:
    with speaking(party.locale):
        return contents.compose(party, setup, items, paper)


def _provisional(event: Event, setup: InvoiceSetup) -> Paper:
    """What number and days would be, to check contents before a number is taken."""
    today = queries.today_at(event)
    return Paper(number_text(setup.series.prefix, setup.series.last_number + 1), today, today, 0)


def _setup(event: Event) -> InvoiceSetup:
    setup = queries.setup_of(event)
    if setup is None:
        raise NotSetUp
    return setup


def lock(party: Party) -> None:
    """Keep a party from others until the transaction ends: whoever issues for it waits."""
    db.session.flush()
    db.session.execute(sa.select(Party.id).where(Party.id == party.id).with_for_update())


def _make_documents(invoices: Sequence[Invoice], letter: bool) -> None:
    """Let the worker make the PDFs, and send them together in one letter."""
    jobs.defer(
        DOCUMENT_TASK,
        event_ref=invoices[0].party.event.public_id,
        invoices=[invoice.public_id for invoice in invoices],
        letter=letter,
    )


# -- taking back


def cancel(invoice: Invoice, reason: str = "", *, letter: bool = True) -> Invoice:
    """Take an invoice back by another that names it. What it charged can be invoiced anew. Raises `AlreadyCancelled`.

    The cancellation has a number of the series that the event uses now.
    """
    lock(invoice.party)
    made = _cancel(invoice, reason)
    _make_documents([made], letter)
    return made


def _cancel(invoice: Invoice, reason: str) -> Invoice:
    if invoice.kind != "invoice" or queries.cancellation_of(invoice) is not None:
        raise AlreadyCancelled
    party = invoice.party
    event = party.event
    setup = queries.setup_of(event)
    series_id = setup.series_id if setup is not None else invoice.series_id
    taken = take_number(series_id, queries.today_at(event))
    said = contents.reversal(invoice, taken.text, taken.issued_on, reason)
    problems = checking.missing(said)
    if problems:  # cannot be: the original was complete
        raise ContentsMissing(missing=problems)
    storno = _store(party, series_id, taken, said, taken.issued_on, cancels_id=invoice.id)
    db.session.add_all(
        InvoiceLine(
            event_id=line.event_id,
            invoice_id=storno.id,
            position=line.position,
            item_id=line.item_id,
            net=-line.net,
            vat=-line.vat,
            gross=-line.gross,
            vat_rate=line.vat_rate,
            tax_kind=line.tax_kind,
        )
        for line in invoice.lines
    )
    db.session.flush()
    after = {"number": storno.text, "cancels": invoice.text, "reason": reason}
    audit.record("invoice.cancelled", invoice, event=event, after=after)
    return storno


def correct(party: Party, *, letter: bool = True, reason: str = "") -> list[Invoice]:
    """Make the party's invoices say what it owes now; gives what was issued for that, cancellations first.

    An invoice that charges what was given back, or at another price, is cancelled; what is left of it, and fees that
    are kept, stand on a new one. Where that cannot be issued, the party stays uninvoiced, and the desk shows why.
    """
    lock(party)
    return _replace(party, _stale(party), reason, letter)


def _stale(party: Party) -> list[Invoice]:
    """Invoices of a party that no longer say what it owes."""
    items = {item.id: item for item in db.session.scalars(sa.select(Item).where(Item.party_id == party.id)).all()}
    return [invoice for invoice in queries.live_invoices(party) if not _holds(invoice, items)]


def issue_anew(invoice: Invoice, reason: str = "", *, letter: bool = True) -> list[Invoice]:
    """Cancel an invoice and issue it once more, with the address and order number that are known now.

    Raises `AlreadyCancelled`.
    """
    lock(invoice.party)
    if invoice.kind != "invoice" or queries.cancellation_of(invoice) is not None:
        raise AlreadyCancelled
    return _replace(invoice.party, [invoice], reason, letter)


def _replace(party: Party, stale: Sequence[Invoice], reason: str, letter: bool) -> list[Invoice]:
    made = [_cancel(invoice, reason) for invoice in stale]
    try:
        anew = _issue(party)
    except (NotSetUp, ContentsMissing):
        anew = None
    if anew is not None:
        made.append(anew)
    ledger.settle(party)
    if made:
        _make_documents(made, letter)
    return made


def _holds(invoice: Invoice, items: Mapping[int, Item]) -> bool:
    small = bool(invoice.contents["small_business"])
    for line in invoice.lines:
        item = items[line.item_id]
        now = contents.taxed(item, small)
        if item.cancelled_at is not None or (line.gross, line.vat_rate, line.tax_kind) != (
            now.gross,
            now.rate,
            now.kind,
        ):
            return False
    return True


# -- letters


def send_again(invoice: Invoice, by: str) -> bool:
    """Send an invoice once more; at most once a minute. False when it was sent just now, or is not made yet."""
    if not queries.has_document(invoice):
        return False
    sent = mails.issued([invoice], again=f"{by}:{clock.now():%Y%m%d%H%M}")
    if sent:
        audit.record("invoice.sent_again", invoice, event=invoice.party.event)
    return sent


def due_reminders(event: Event) -> list[str]:
    """The public ids of invoices of which payment is to be reminded now, oldest first."""
    setup = queries.setup_of(event)
    if setup is None or not setup.reminder_days or event.state == "cancelled":
        return []
    today, said = queries.today_at(event), queries.reminder_levels(event)
    return [
        row.invoice.public_id
        for row in queries.overdue(event)
        if _level(setup, row.invoice, today) > said.get(row.invoice.id, 0)
    ]


def remind(invoice: Invoice) -> bool:
    """Remind of one overdue invoice, if the set-up says so now; whether a letter was decided on.

    A level is never reached twice; several that have passed at once are one letter.
    """
    event = invoice.party.event
    setup = queries.setup_of(event)
    lock(invoice.party)
    if setup is None or queries.standing(invoice).state != "overdue" or not queries.has_document(invoice):
        return False
    today = queries.today_at(event)
    level = _level(setup, invoice, today)
    if level <= max((reminder.level for reminder in queries.reminders_of(invoice)), default=0):
        return False
    return _remind(invoice, level, today)


def remind_now(invoice: Invoice) -> bool:
    """Remind of one overdue invoice because an organiser says so; False when there is nobody to write to.

    It counts as a reminder of the set-up, which does not repeat it. Raises `NothingOverdue`, or `RemindedToday`: one
    a day is enough.
    """
    event = invoice.party.event
    setup = queries.setup_of(event)
    lock(invoice.party)
    if setup is None or queries.standing(invoice).state != "overdue" or not queries.has_document(invoice):
        raise NothingOverdue
    today, said = queries.today_at(event), queries.reminders_of(invoice)
    if said and said[-1].sent_on >= today:
        raise RemindedToday
    if not mails.address_of(invoice.party):
        return False
    level = max(_level(setup, invoice, today), said[-1].level + 1 if said else 1)
    audit.record("invoice.reminded", invoice, event=event, after={"level": level})
    return _remind(invoice, level, today)


def _remind(invoice: Invoice, level: int, today: date) -> bool:
    again = bool(queries.reminders_of(invoice))  # who was passed over at first reads "another" of no letter
    db.session.add(InvoiceReminder(event_id=invoice.event_id, invoice_id=invoice.id, level=level, sent_on=today))
    db.session.flush()
    return mails.reminded(invoice, level, again=again)


def _level(setup: InvoiceSetup, invoice: Invoice, today: date) -> int:
    """How many times an invoice should have been reminded of by now."""
    late = (today - invoice.due_on).days
    return sum(late >= days for days in setup.reminder_days)


# -- set-up and billing


def set_up(event: Event, values: Mapping[str, Any], version: int | None = None) -> InvoiceSetup:
    """How the event invoices from now on; `prefix` names the series, made at its first use.

    Other values are columns of `InvoiceSetup`. Raises `Stale` when somebody changed it since `version`.
    """
    values = dict(values)
    series = _series(event, str(values.pop("prefix")))
    setup = queries.setup_of(event)
    if setup is None:
        setup = InvoiceSetup(event_id=event.id, series_id=series.id)
        db.session.add(setup)
        before: dict[str, Any] = {}
    else:
        if version is not None and setup.version != version:
            raise Stale
        before = {name: getattr(setup, name) for name in values} | {"prefix": setup.series.prefix}
        setup.series_id = series.id
    for name, value in values.items():
        setattr(setup, name, value)
    db.session.flush()
    db.session.expire(setup, ["series"])
    audit.record("invoice_setup.changed", setup, event=event, before=before, after={**values, "prefix": series.prefix})
    return setup


def _series(event: Event, prefix: str) -> InvoiceSeries:
    found = db.session.scalars(
        sa.select(InvoiceSeries).where(InvoiceSeries.host_id == event.host_id, InvoiceSeries.prefix == prefix)
    ).one_or_none()
    if found is None:
        found = InvoiceSeries(host_id=event.host_id, prefix=prefix)
        db.session.add(found)
        db.session.flush()
    return found


def set_seller(event: Event, values: Mapping[str, str]) -> None:
    """Who the event's host is to the tax office: columns of `Host`. All events of the host invoice so from now on."""
    host = event.host
    before = {name: getattr(host, name) for name in values}
    if before == dict(values):
        return
    for name, value in values.items():
        setattr(host, name, value)
    db.session.flush()
    audit.record("host.changed", host, event=event, before=before, after=dict(values))


def set_billing(party: Party, billing: Mapping[str, str], *, letter: bool = True) -> list[Invoice]:
    """Whom a party's invoices go to from now on, taxed as that asks for; gives what was issued for it.

    An invoice that was issued stays as it is, unless another VAT, or another sum, is owed now: then it is corrected.
    """
    lock(party)
    if not taxing.bill_to(party, billing):
        return []
    reason = _address_changed(party)
    return _replace(party, stale, reason, letter) if (stale := _stale(party)) else []


def correct_billing(party: Party, billing: Mapping[str, str]) -> list[Invoice]:
    """A buyer mends whom the invoices go to: those that hold are cancelled and issued anew, for the new address.

    What waited for an address is issued with it. Gives what was issued; nothing for what they said already. Raises
    `BillingClosed`.
    """
    lock(party)
    if not permissions.may_correct_billing(party):
        raise BillingClosed
    if not taxing.bill_to(party, billing):
        return []
    return _replace(party, queries.live_invoices(party), _address_changed(party), letter=True)


def _address_changed(party: Party) -> str:
    with speaking(party.locale):
        return _("The billing address was changed.")


def default_prefix(event: Event) -> str:
    """Numbers of a new set-up begin with the first letters of the event's address and its year."""
    letters = "".join(part[:1] for part in event.slug.split("-") if part.isalpha()).upper()[:3] or "R"
    return f"{letters}{event.first_day:%y}-"
