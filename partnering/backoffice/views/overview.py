"""The overview: four numbers, what needs somebody, plots, the plate of tables, and what changed last."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel import dates
from flask import render_template, url_for
from werkzeug.routing import BuildError

from ... import clock
from ...checkin import conflicts as doors
from ...events.models import Event
from ...events.queries import is_over
from ...events.routing import current_event
from ...i18n import _, _n, bi, locale, time
from ...invoices import queries as invoices
from ...mail import queries as letters
from ...meetings import repair
from ...registration import approval, calling_off
from ...tickets import queries as ticket_queries
from .. import changes, informing, queries
from .blueprint import argument, bp

FEWEST = 8
"""A plot shows at least as many steps as this."""


@dataclass(frozen=True)
class Need:
    """Something that needs an organiser: how many, what, and where it is done."""

    number: int | None
    sentence: str
    action: str
    url: str


@bp.get("/")
def overview() -> str:
    """How the event stands."""
    event = current_event()
    registered, meetings = queries.registered(event), queries.meetings(event)
    told = letters.counts(event.public_id)
    arrived = queries.arrived(event)
    profiles, asked, meet = queries.funnel(event)
    return render_template(
        "backoffice/overview.html",
        greeting=greeting(event),
        registered=registered,
        arrived=arrived,
        meetings=meetings,
        booked=queries.booked(event),
        letters=told,
        needs=needs(event, meetings, told["dead"]),
        weeks=weeks(registered),
        steps=steps(arrived),
        funnel=[
            (_("Registered"), registered.number),
            (_("Profile filled in"), profiles),
            (_("A request at least"), asked),
            (_("A meeting at least"), meet),
        ],
        plate=drawn(queries.plate(event, argument("slot"))),
        changes=changes.latest(event),
        door=address("checkin_desk.live"),
        meetings_url=address("meetings_desk.meetings"),
    )


def greeting(event: Event) -> str:
    """What somebody is greeted with at this hour in the event's zone."""
    hour = clock.in_zone(clock.now(), event.zone).hour
    return _("Good morning") if hour < 11 else _("Good afternoon") if hour < 18 else _("Good evening")


def needs(event: Event, meetings: queries.Meetings, dead: int) -> list[Need]:
    """What needs an organiser, the most urgent first."""
    missing = queries.missing_texts(event)
    on_show, sold_out = queries.sold_out(event)
    unnamed = queries.unnamed_places(event)
    found = []
    if dead:
        sentence = _n("letter could not be delivered", "letters could not be delivered", dead)
        found.append(Need(dead, sentence, _("See letters"), url_for(".outbox", state="dead")))
    if missing:
        sentence = _n("legal text is missing", "legal texts are missing", len(missing))
        link = url_for("events_desk.legal", kind=missing[0])
        found.append(Need(len(missing), sentence, _("Write"), link))
    if not ticket_queries.products_of(event):
        found.append(Need(None, _("There is no ticket yet"), _("Make one"), url_for(".create_product")))
    elif queries.asks_money(event) and invoices.setup_of(event) is None:
        sentence = _("Tickets cost something, and nobody invoices yet")
        found.append(Need(None, sentence, _("Set up invoices"), url_for("invoices_desk.set_up")))
    if event.state == "draft":
        found.append(Need(None, _("The conference is not published"), _("Publish"), url_for("events_desk.state")))
    booked = calling_off.all_open(event).number if event.state == "cancelled" else 0
    if booked:
        sentence = _n(
            "booking stands, and the conference is cancelled", "bookings stand, and the conference is cancelled", booked
        )
        found.append(Need(booked, sentence, _("End them"), url_for(".called_off")))
    if event.state == "published" and not on_show and not is_over(event):
        found.append(Need(None, _("No ticket is on show"), _("Make one"), url_for(".tickets")))
    if sold_out and not is_over(event):
        names = ", ".join(bi(product.name) for product in sold_out)
        sentence = _n("ticket sold out: %(names)s", "tickets sold out: %(names)s", len(sold_out), names=names)
        found.append(Need(len(sold_out), sentence, _("Add places"), url_for(".tickets")))
    asking = approval.number_waiting(event)
    if asking:
        sentence = _n("request for a ticket waits for you", "requests for tickets wait for you", asking)
        found.append(Need(asking, sentence, _("Decide"), url_for(".approvals")))
    untold, until = informing.number_untold(event)
    if untold and until is not None:
        sentence = _n(
            "person was entered and must be told by %(day)s",
            "people were entered and must be told, the first by %(day)s",
            untold,
            day=short(clock.in_zone(until, event.zone).date()),
        )
        found.append(Need(untold, sentence, _("Tell them"), url_for(".untold")))
    scans = doors.number_open(event)
    if scans:
        sentence = _n("scan at the doors needs a look", "scans at the doors need a look", scans)
        link = address("checkin_desk.all_conflicts") or url_for(".overview")
        found.append(Need(scans, sentence, _("See scans"), link))
    late = invoices.totals(event).get("overdue")
    if late:
        sentence = _n("invoice is overdue", "invoices are overdue", late.number)
        found.append(Need(late.number, sentence, _("See invoices"), url_for("invoices_desk.index", state="overdue")))
    conflicts = len(repair.conflicts(event))
    if conflicts:
        sentence = _n("meeting cannot take place as booked", "meetings cannot take place as booked", conflicts)
        link = address("meetings_desk.conflicts") or url_for(".overview")
        found.append(Need(conflicts, sentence, _("See conflicts"), link))
    if meetings.waiting_long:
        sentence = _n("request waits long for an answer", "requests wait long for an answer", meetings.waiting_long)
        link = address("meetings_desk.meetings", state="open") or url_for(".overview")
        found.append(Need(meetings.waiting_long, sentence, _("See requests"), link))
    if unnamed and not is_over(event):
        sentence = _n("place has no name yet", "places have no name yet", unnamed)
        found.append(Need(unnamed, sentence, _("See guests"), url_for(".people", state="expected", sort="since")))
    return found


def steps(arrived: queries.Arrived) -> list[tuple[str, int]]:
    """The plot of arrivals: the start of each step as people read it, and how many came; never a single wide bar."""
    found = list(arrived.steps)
    while found and len(found) < FEWEST:
        found.insert(0, (found[0][0] - timedelta(seconds=queries.STEP), 0))
    return [(time(at, oclock=False), number) for at, number in found]


def weeks(registered: queries.Registered) -> dict[str, Any]:
    """The plot of registrations: labels, the sum so far, and how many came each week."""
    found = list(registered.weeks)
    while found and len(found) < FEWEST and found[0][1] == found[0][2]:  # nobody came before
        found.insert(0, (found[0][0] - timedelta(days=7), 0, 0))
    return {
        "labels": [short(week) for week, _new, _total in found],
        "totals": [total for _week, _new, total in found],
        "new": [new for _week, new, _total in found],
    }


def short(day: date) -> str:
    """ "3. Aug." / "3 Aug"."""
    german = locale() == "de"
    return dates.format_date(day, "d. MMM" if german else "d MMM", locale="de_DE" if german else "en_GB")


def drawn(plate: queries.Plate | None) -> dict[str, Any] | None:
    """The plate as its macro draws it, each table leading to the page on tables."""
    if plate is None:
        return None
    said = {"taken": _("in conversation"), "pending": _("reserved"), "free": _("available"), "off": _("closed")}
    rows = [
        (
            letter,
            [
                None
                if cell is None
                else {
                    "state": cell.state,
                    "label": _("Table %(table)s: %(state)s", table=bi(cell.location.name), state=said[cell.state]),
                    "href": address("meetings_desk.tables", slot=plate.slot.public_id, table=cell.location.public_id),
                }
                for cell in cells
            ],
        )
        for letter, cells in plate.rows
    ]
    legend = [(state, word, plate.numbers[state]) for state, word in said.items() if plate.numbers[state]]
    return {"slot": plate.slot, "previous": plate.previous, "next": plate.next, "rows": rows, "legend": legend}


def address(endpoint: str, **values: Any) -> str | None:
    """The address of another room's page, or None while the room is closed."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None
