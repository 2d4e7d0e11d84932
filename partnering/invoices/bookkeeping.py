"""Invoices for bookkeeping: one row for each line as issued, cancellations with negative amounts."""

from collections.abc import Iterable, Iterator

from ..i18n import _, locale
from ..tables import Figure, as_csv
from .queries import Row


def file_of(rows: Iterable[Row]) -> bytes:
    """The file, in the language in force, oldest invoice first; amounts as spreadsheets of that language read them."""
    heads = [
        _("Invoice number"),
        _("Kind"),
        _("Date"),
        _("Payable by"),
        _("Cancels"),
        _("State"),
        _("Reference"),
        _("Name"),
        _("Street and number"),
        _("Postcode"),
        _("Town"),
        _("Country"),
        _("VAT number"),
        _("Order number of the buyer"),
        _("Description"),
        _("Quantity"),
        _("VAT in percent"),
        _("Tax rule"),
        _("Net"),
        _("VAT"),
        _("Gross"),
        _("Currency"),
    ]
    return as_csv(heads, (cells for row in sorted(rows, key=lambda row: row.invoice.id) for cells in _cells(row)))


def _cells(row: Row) -> Iterator[list[object]]:
    invoice, said = row.invoice, row.invoice.contents
    buyer, cancels = said["buyer"], said["cancels"]
    for line in said["lines"]:
        yield [
            invoice.text,
            _("Cancellation invoice") if invoice.kind == "cancellation" else _("Invoice"),
            invoice.issued_on.isoformat(),
            invoice.due_on.isoformat(),
            cancels["number"] if cancels else "",
            row.state,
            invoice.party.reference,
            buyer["name"],
            buyer["street"],
            buyer["postcode"],
            buyer["city"],
            buyer["country"],
            buyer["vat_id"],
            buyer["order_number"],
            " – ".join(part for part in (line["text"], line["detail"]) if part),
            Figure(line["quantity"]),
            Figure(decimal(line["rate"])),
            line["tax"],
            Figure(decimal(line["net"])),
            Figure(decimal(line["vat"])),
            Figure(decimal(line["gross"])),
            invoice.currency,
        ]


def decimal(hundredths: int) -> str:
    """Cents, or hundredths of a percent, as spreadsheets of the language in force read them."""
    sign, whole = "-" if hundredths < 0 else "", abs(hundredths)
    return f"{sign}{whole // 100}{',' if locale() == 'de' else '.'}{whole % 100:02d}"
