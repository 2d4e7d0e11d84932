"""One world for each kind of thing that stands in calendars, and everything that happens in it, in its order.

What must come of it is written down by hand in `scenarios/<world>-<recipient>/expected.json`.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from partnering.db import BilingualText

from . import deeds
from .stage import BREAKS, Stage

BERLIN = ZoneInfo("Europe/Berlin")
WORLDS: dict[str, Callable[[Stage], None]] = {}


def world(play: Callable[[Stage], None]) -> Callable[[Stage], None]:
    """Enter a world under the name of its function."""
    WORLDS[play.__name__] = play
    return play


def at(day: int, hour: int, minute: int = 0, *, month: int = 10, fold: int = 0) -> datetime:
    """A wall-clock time of 2027 in Berlin, in UTC; by default in October, and the first of two."""
    return datetime(2027, month, day, hour, minute, tzinfo=BERLIN, fold=fold).astimezone(UTC)


def conference(stage: Stage) -> int:
    """13 and 14 October 2027, nine to six."""
    return stage.do(deeds.event, "herbst", at(13, 9), at(14, 18))


@world
def attendance(stage: Stage) -> None:
    """Somebody's registration, while the event moves under them."""
    event = conference(stage)
    ada = stage.do(deeds.register, event, "ada@people.example", "Ada Krüger")
    stage.pass_(days=1)
    stage.do(deeds.send_ticket_again, ada)
    stage.do(deeds.edit_event, event, closes_at=at(14, 20))
    begins, ends = at(20, 9), at(21, 18)
    stage.do(deeds.edit_event, event, first_day=begins.date(), last_day=ends.date(), opens_at=begins, closes_at=ends)
    stage.do(deeds.edit_event, event, venue=BilingualText("Kulturpalast", "Palace of Culture"))
    stage.do(deeds.edit_event, event, name=BilingualText("Herbsttagung", "Autumn Conference"))
    stage.pass_(days=1)
    stage.do(deeds.send_ticket_again, ada)
    stage.do(deeds.substitute, ada, "ben@people.example", "Ben Adeyemi")
    ada = stage.do(deeds.register, event, "ada@people.example", "Ada Krüger")
    stage.do(deeds.cancel_registration, ada)
    stage.do(deeds.register, event, "ada@people.example", "Ada Krüger")
    cleo = stage.do(deeds.register, event, "cleo@people.example", "Cleo Marten", send=False)
    stage.do(deeds.cancel_registration, cleo)
    stage.answers = [BREAKS]
    dora = stage.do(deeds.register, event, "dora@people.example", "Dora Lindner", "en")
    stage.do(deeds.cancel_registration, dora)
    stage.pass_(minutes=20)
    stage.send()
    stage.do(deeds.edit_event, event, closes_at=at(21, 19), send=False)
    stage.do(deeds.edit_event, event, city="01069 Dresden", address="Neuer Weg 5")
    stage.do(deeds.call_event_off, event)


@world
def workshop(stage: Stage) -> None:
    """What people have booked beside their ticket."""
    event = conference(stage)
    ada = stage.do(deeds.register, event, "ada@people.example", "Ada Krüger", letters=False)
    ben = stage.do(deeds.register, event, "ben@people.example", "Ben Adeyemi", "en", letters=False)
    product = stage.do(deeds.workshop, event, "Fermentation", at(13, 14), 90)
    laboratory = stage.do(deeds.room, event, "Labor 3")
    stage.do(deeds.book, ada, product)
    stage.do(deeds.book, ben, product)
    stage.do(deeds.set_workshop, event, product, at(13, 15), 60)
    stage.do(deeds.set_workshop, event, product, at(13, 15), 60, laboratory)
    stage.look(stage.do(deeds.participant_of, ada))
    stage.do(deeds.give_up, ben, product)
    stage.do(deeds.book, ben, product)
    stage.do(deeds.set_workshop, event, product, at(14, 9), 60, laboratory, send=False)
    stage.do(deeds.set_workshop, event, product, at(13, 15), 60, laboratory)
    stage.do(deeds.set_workshop, event, product, None)
    stage.look(stage.do(deeds.participant_of, ada))
    stage.do(deeds.set_workshop, event, product, at(14, 11), 60)
    stage.do(deeds.cancel_registration, ben)
    cleo = stage.do(deeds.register, event, "cleo@people.example", "Cleo Marten", letters=False)
    stage.do(deeds.book, cleo, product, send=False)
    stage.do(deeds.give_up, cleo, product)
    stage.answers = [BREAKS]
    stage.do(deeds.book, cleo, product)
    stage.do(deeds.give_up, cleo, product)
    stage.pass_(minutes=20)
    stage.send()
    stage.do(deeds.call_event_off, event)


@world
def talk(stage: Stage) -> None:
    """Who stands on a stage, while the programme changes."""
    event = conference(stage)
    vera = stage.do(deeds.participant, event, "vera@people.example", "Vera Sommer")
    tom = stage.do(deeds.participant, event, "tom@people.example", "Tom Ashby", "en")
    nina = stage.do(deeds.participant, event, "nina@people.example", "Nina Brandt")
    first, second = stage.do(deeds.room, event, "Saal 1"), stage.do(deeds.room, event, "Saal 2")
    people = [(vera, "speaker"), (tom, "chair")]
    enzymes = stage.do(deeds.session, event, "Enzyme", at(13, 10), 45, first, people)
    stage.look(vera)
    stage.do(deeds.move_session, enzymes, at(13, 11), 45, first)
    stage.do(deeds.move_session, enzymes, at(13, 11), 45, second)
    stage.do(deeds.rename_session, enzymes, "Enzyme, neu; erklärt")
    stage.look(vera)
    stage.do(deeds.set_people, enzymes, [(nina, "speaker"), (tom, "chair")])
    stage.look(vera)
    stage.do(deeds.call_session_off, enzymes)
    stage.do(deeds.bring_session_back, enzymes)
    stage.do(deeds.set_people, enzymes, [(nina, "speaker"), (vera, "speaker"), (tom, "chair")])
    cells = stage.do(deeds.session, event, "Zellen", at(13, 14), 45, first, [(tom, "speaker")])
    stage.do(deeds.move_session, enzymes, at(13, 14), 45, first)
    stage.do(deeds.move_session, cells, at(13, 11), 45, second)
    stage.do(deeds.move_session, cells, at(14, 9), 45, second, send=False)
    stage.do(deeds.move_session, cells, at(13, 11), 45, second)
    short = stage.do(deeds.session, event, "Kurz", at(14, 14), 15, first, [(nina, "speaker")])
    stage.do(deeds.move_session, short, at(14, 15), 15, first, send=False)
    stage.do(deeds.call_session_off, short)
    otto = stage.do(deeds.participant, event, "otto@people.example", "Otto Reimann")
    lost = stage.do(deeds.session, event, "Verloren", at(14, 14), 30, second, [(otto, "speaker")])
    stage.answers = [BREAKS]
    stage.do(deeds.move_session, lost, at(14, 16), 30, second)
    stage.do(deeds.call_session_off, lost)
    stage.pass_(minutes=20)
    stage.send()
    stage.do(deeds.call_event_off, event)
    stage.look(tom)


@world
def nights(stage: Stage) -> None:
    """Both nights on which clocks change, begun before, in and after the hour that is missing or there twice."""
    stage.now = at(1, 9, month=2)
    event = stage.do(deeds.event, "nachts", at(27, 18, month=3), at(28, 6, month=3))
    otto = stage.do(deeds.participant, event, "otto@people.example", "Otto Reimann", "en")
    observatory = stage.do(deeds.room, event, "Sternwarte")
    night = stage.do(deeds.session, event, "Night watch", at(27, 22, month=3), 60, observatory, [(otto, "speaker")])
    stage.do(deeds.move_session, night, at(28, 1, 30, month=3), 60, observatory)
    stage.do(deeds.move_session, night, at(28, 3, 30, month=3), 60, observatory)
    stage.do(deeds.move_session, night, at(27, 23, month=3), 300, observatory)
    autumn = stage.do(deeds.event, "herbstnacht", at(30, 18), at(31, 6))
    otto = stage.do(deeds.participant, autumn, "otto@people.example", "Otto Reimann", "en")
    dome = stage.do(deeds.room, autumn, "Kuppel")
    late = stage.do(deeds.session, autumn, "Late watch", at(30, 22), 60, dome, [(otto, "speaker")])
    stage.do(deeds.move_session, late, at(31, 1, 30), 60, dome)
    stage.do(deeds.move_session, late, at(31, 2, 30), 60, dome)
    stage.do(deeds.move_session, late, at(31, 2, 30, fold=1), 60, dome)
    stage.do(deeds.move_session, late, at(31, 3), 60, dome)
    stage.look(otto)
    stage.do(deeds.call_session_off, late)


@world
def night_people(stage: Stage) -> None:
    """The night of 28 March 2027 for a guest, for what they have booked, and for two who meet."""
    stage.now = at(1, 9, month=2)
    event = stage.do(deeds.event, "nachts", at(27, 18, month=3), at(28, 6, month=3))
    ada = stage.do(deeds.register, event, "ada@people.example", "Ada Krüger")
    product = stage.do(deeds.workshop, event, "Sternbilder", at(28, 1, month=3), 150)
    stage.do(deeds.book, ada, product)
    stage.do(deeds.set_workshop, event, product, at(28, 3, month=3), 60)
    slots = stage.do(deeds.tables_and_times, event, 1, 3, at(28, 1, 30, month=3))
    jana = stage.do(deeds.delegate, event, "jana@people.example", "Jana Wittkowski", "Lumenfold GmbH")
    tomas = stage.do(deeds.delegate, event, "tomas@vltava.example", "Tomáš Novák", "Vltava Biologics")
    met = stage.do(deeds.meet, event, jana, tomas, slots[0])
    stage.do(deeds.move_meeting, met, slots[1])
    stage.do(deeds.move_meeting, met, slots[2])
    stage.look(stage.do(deeds.participant_of_delegate, jana))


@world
def house(stage: Stage) -> None:
    """The event moves to another house: everything that takes place there moves along, for those who were told."""
    event = conference(stage)
    slots = stage.do(deeds.tables_and_times, event, 2, 3, at(14, 10))
    ada = stage.do(deeds.register, event, "ada@people.example", "Ada Krüger")
    product = stage.do(deeds.workshop, event, "Fermentation", at(13, 14), 60)
    stage.do(deeds.book, ada, product)
    vera = stage.do(deeds.participant, event, "vera@people.example", "Vera Sommer", "en")
    room = stage.do(deeds.room, event, "Saal 1")
    talk = stage.do(deeds.session, event, "Enzymes", at(13, 10), 45, room, [(vera, "speaker")])
    stage.do(deeds.move_session, talk, at(13, 11), 45, room)
    stage.do(deeds.session, event, "Untold", at(13, 12), 45, room, [(vera, "speaker")])
    jana = stage.do(deeds.delegate, event, "jana@people.example", "Jana Wittkowski", "Lumenfold GmbH")
    tomas = stage.do(deeds.delegate, event, "tomas@vltava.example", "Tomáš Novák", "Vltava Biologics")
    stage.do(deeds.meet, event, jana, tomas, slots[0])
    stage.do(deeds.edit_event, event, venue=BilingualText("Kulturpalast", "Palace of Culture"))
    for participant in (vera, stage.do(deeds.participant_of_delegate, jana)):
        stage.look(participant)
    stage.do(deeds.call_session_off, talk)


@world
def month(stage: Stage) -> None:
    """What comes back thirty-one days after it ended is another thing: calendars have forgotten the first."""
    event = conference(stage)
    ada = stage.do(deeds.register, event, "ada@people.example", "Ada Krüger")
    product = stage.do(deeds.workshop, event, "Fermentation", at(13, 14), 90)
    vera = stage.do(deeds.participant, event, "vera@people.example", "Vera Sommer", "en")
    room = stage.do(deeds.room, event, "Saal 1")
    talk = stage.do(deeds.session, event, "Enzymes", at(13, 10), 45, room, [(vera, "speaker")])
    stage.do(deeds.book, ada, product)
    stage.do(deeds.move_session, talk, at(13, 11), 45, room)
    stage.do(deeds.call_session_off, talk)
    stage.do(deeds.cancel_registration, ada)
    stage.pass_(days=31)
    stage.look(vera)
    ada = stage.do(deeds.register, event, "ada@people.example", "Ada Krüger")
    stage.do(deeds.book, ada, product)
    stage.do(deeds.bring_session_back, talk)
    stage.do(deeds.set_workshop, event, product, at(13, 15), 90)
    stage.do(deeds.call_session_off, talk)


@world
def meeting(stage: Stage) -> None:
    """Two companies that meet."""
    event = conference(stage)
    slots = stage.do(deeds.tables_and_times, event, 3, 6, at(13, 10))
    jana = stage.do(deeds.delegate, event, "jana@people.example", "Jana Wittkowski", "Lumenfold GmbH")
    ben = stage.do(deeds.delegate, event, "ben@people.example", "Ben Adeyemi", "", colleague_of=jana)
    tomas = stage.do(deeds.delegate, event, "tomas@people.example", "Tomáš Novák", "Vltava Biologics", "de")
    mia = stage.do(deeds.delegate, event, "mia@people.example", "Mia Olsen", "Fjord Labs")
    first = stage.do(deeds.meet, event, jana, tomas, slots[0])
    stage.do(deeds.move_meeting, first, slots[1])
    stage.do(deeds.reseat_meeting, first, "A3")
    stage.look(stage.do(deeds.participant_of_delegate, jana))
    stage.do(deeds.replace_in_meeting, first, jana, ben)
    second = stage.do(deeds.meet, event, jana, mia, slots[1])
    stage.do(deeds.swap_tables, first, second)
    stage.do(deeds.move_meeting, first, slots[3], send=False)
    stage.do(deeds.move_meeting, first, slots[1])
    stage.do(deeds.call_meeting_off, first, tomas)
    stage.do(deeds.revive_meeting, first, tomas)
    stage.do(deeds.accept_meeting, first, slots[1])
    stage.do(deeds.move_meeting, first, slots[2])
    third = stage.do(deeds.meet, event, ben, mia, slots[4], send=False)
    stage.do(deeds.call_meeting_off, third)
    stage.answers = [BREAKS, BREAKS]
    fourth = stage.do(deeds.meet, event, ben, mia, slots[5])
    stage.do(deeds.call_meeting_off, fourth, ben)
    stage.pass_(minutes=20)
    stage.send()
    stage.do(deeds.leave_partnering, ben)
    stage.pass_(hours=1)
    stage.send()
    stage.look(stage.do(deeds.participant_of_delegate, tomas))
    stage.do(deeds.take_over, ben, jana)
    stage.do(deeds.call_event_off, event)


@world
def bookmark(stage: Stage) -> None:
    """A session that somebody only chose: it stands in their subscription, and no letter comes."""
    event = conference(stage)
    jana = stage.do(deeds.participant, event, "jana@people.example", "Jana Wittkowski")
    first, second = stage.do(deeds.room, event, "Saal 1"), stage.do(deeds.room, event, "Saal 2")
    talk = stage.do(deeds.session, event, "Enzyme", at(13, 10), 45, first, [])
    stage.do(deeds.choose, talk, jana)
    stage.look(jana)
    stage.do(deeds.move_session, talk, at(13, 11), 30, second)
    stage.look(jana)
    stage.do(deeds.call_session_off, talk)
    stage.look(jana)
    stage.do(deeds.bring_session_back, talk)
    stage.look(jana)
    stage.do(deeds.forget, talk, jana)
    stage.look(jana)
    stage.do(deeds.choose, talk, jana)
    stage.look(jana)
    stage.do(deeds.forget, talk, jana)
    stage.pass_(days=31)
    stage.look(jana)


@world
def release(stage: Stage) -> None:
    """Drafts and releases: in parts, without letters, with letters that wait, and one that came back to what was."""
    event = conference(stage)
    vera = stage.do(deeds.participant, event, "vera@people.example", "Vera Sommer", "en")
    jana = stage.do(deeds.participant, event, "jana@people.example", "Jana Wittkowski", "en")
    first, second = stage.do(deeds.room, event, "Saal 1"), stage.do(deeds.room, event, "Saal 2")
    enzymes = stage.do(deeds.session, event, "Enzymes", at(13, 10), 45, first, [(vera, "speaker")])
    cells = stage.do(deeds.session, event, "Cells", at(13, 13), 45, second, [(vera, "speaker")])
    stage.do(deeds.choose, enzymes, jana)
    stage.do(deeds.draft_session, enzymes, at(13, 11), 45, first)
    stage.do(deeds.draft_session, cells, at(13, 15), 45, second)
    stage.do(deeds.send_release, event, stage.do(deeds.release, event, enzymes))
    stage.do(deeds.release, event, letters=False)
    stage.look(vera)
    stage.do(deeds.draft_session, cells, at(13, 16), 45, second)
    stage.do(deeds.send_release, event, stage.do(deeds.release, event))
    stage.do(deeds.draft_session, enzymes, at(13, 16), 45, second)
    stage.do(deeds.draft_session, cells, at(13, 11), 45, first)
    stage.do(deeds.send_release, event, stage.do(deeds.release, event))
    stage.do(deeds.draft_session, enzymes, at(13, 17), 45, second)
    stage.do(deeds.release, event)
    stage.do(deeds.draft_session, enzymes, at(13, 9), 45, second)
    stage.do(deeds.send_release, event, stage.do(deeds.release, event))
    stage.do(deeds.draft_session, enzymes, at(13, 17), 45, second)
    stage.do(deeds.release, event)
    stage.do(deeds.draft_session, enzymes, at(13, 9), 45, second)
    stage.do(deeds.send_release, event, stage.do(deeds.release, event))
    stage.do(deeds.call_session_off, enzymes)


def begins() -> datetime:
    """When worlds begin, unless they say otherwise."""
    return at(1, 9, month=9)
