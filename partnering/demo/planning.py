"""What the organisers of a sample event are planning: hours of the days, and a draft that nobody else sees yet."""

from datetime import time, timedelta

from ..db import BilingualText, db
from ..events.models import Event
from ..programme import days, drafting, queries, releasing
from ..programme.days import Hours
from ..programme.facts import Time
from ..programme.models import ProgrammeSession
from .reading import Sheet

NEW = BilingualText(de="Offene Runde: Was wir nächstes Jahr brauchen", en="Open round: what we need next year")
MOVED, LARGER = "bn-29", "Weißer Saal"
NOTE = BilingualText(de="Eine Werkstatt braucht mehr Platz.", en="A workshop needs more space.")
GREETING = BilingualText(
    de="Der Weiße Saal liegt im ersten Stock, neben dem Aufzug.",
    en="The White Hall is upstairs, by the lift.",
)
WAITING = BilingualText(de="Kaminabend mit Gründerinnen", en="Fireside evening with founders")


def set_days(event: Event, sheet: Sheet) -> None:
    """The first day goes on into the evening, the second ends early."""
    if sheet.partnering:
        second = event.first_day + timedelta(days=1)
        days.set_all(
            event,
            [
                Hours(event.first_day, time(8), time(22, 30), BilingualText(de="Auftakt", en="First day")),
                Hours(second, time(8), time(16, 30)),
            ],
        )


def change_draft(event: Event, sheet: Sheet) -> None:
    """Four sessions that differ from what is public, with something of each kind that does not fit; one has no time."""
    if not sheet.partnering:
        return
    known = {each.external_ref: each for each in queries.sessions_of(event) if each.external_ref}
    cow_free, investor, outlook, small = (known[ref] for ref in ("bn-36", "bn-10", "bn-45", "bn-37"))
    _place(sheet, cow_free, 2, "11:30", small)  # into a room that is taken
    _place(sheet, investor, 1, "17:05", known["bn-22"])  # no time to make the room ready; its investor is on the panel
    _place(sheet, outlook, 2, "16:10", outlook)  # beyond the end of the day
    drafting.edit(outlook, {"capacity": 450})  # more than the hall has seats
    begins, ends = sheet.at(2, "15:20"), sheet.at(2, "16:00")
    drafting.draft(event, title=NEW, time=Time(begins, ends))
    drafting.draft(event, title=WAITING, kind="social", capacity=40)


def release_a_move(event: Event, sheet: Sheet) -> None:
    """A booked workshop that has moved to a larger room, publicly; the letters about it wait to be looked at."""
    if not sheet.partnering:
        return
    db.session.expire_all()
    sessions = queries.sessions_of(event)
    workshop = next(each for each in sessions if each.external_ref == MOVED)
    larger = next(room for room in queries.rooms_of(event) if room.name.de == LARGER)
    assert workshop.starts_at is not None  # it is in the programme
    drafting.place(workshop, workshop.starts_at, larger)
    releasing.release(event, only={workshop.id}, note=NOTE, greeting=GREETING)


def _place(sheet: Sheet, session: ProgrammeSession, day: int, begins: str, beside: ProgrammeSession) -> None:
    """Move a session into the room in which another one is."""
    drafting.place(session, sheet.at(day, begins), beside.room)
