"""Random histories of talks, a workshop and meetings: whatever happened, every calendar holds what is so in the end.

Mail servers refuse letters or hang up in the middle, letters wait, deeds overtake them. The model is a dictionary.
"""

import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from partnering.errors import DomainError
from tests.calendar_conformance import applier, expectation, rules
from tests.calendar_conformance.applier import Calendar, Event
from tests.calendar_conformance.expectation import Expectation, Scenario
from tests.calendar_conformance.letters import Letter, letter
from tests.support import databases

from . import deeds
from .stage import BREAKS, Stage
from .worlds import at, begins, conference

pytestmark = pytest.mark.engine("sqlite")

WALKS = int(os.environ.get("WALKS", "5"))
STEPS = 30
Shown = tuple[datetime, datetime, str]
"""What a calendar shows of a thing: when, until when, how its place begins."""


class Walk:
    """One history: the deeds, and what must be so after them.

    `things` are time, length and place by name; `people` who has each in their agenda; `off` what was called off;
    `told` what has been told at all, for a public talk tells nobody at first.
    """

    def __init__(self, app: Flask, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.stage = stage = Stage(app, folder, "walk", begins())
        self.event = conference(stage)
        self.rooms = {name: stage.do(deeds.room, self.event, name) for name in ("Saal 1", "Saal 2", "Labor 3")}
        self.speakers = {
            name: stage.do(deeds.participant, self.event, f"{name}@people.example", f"{name.title()} Sommer", "en")
            for name in ("vera", "tom", "nina")
        }
        self.guests = {
            name: stage.do(
                deeds.register, self.event, f"{name}@people.example", f"{name.title()} Krüger", "en", letters=False
            )
            for name in ("ada", "ben")
        }
        self.slots = stage.do(deeds.tables_and_times, self.event, 2, 5, at(14, 10))
        firms = {"jana": "Lumenfold GmbH", "mia": "Fjord Labs", "otto": "Vltava Biologics"}
        self.delegates = {
            name: stage.do(deeds.delegate, self.event, f"{name}@people.example", f"{name.title()} Olsen", firm)
            for name, firm in firms.items()
        }
        self.things: dict[str, Shown] = {}
        self.people: dict[str, set[str]] = {}
        self.off: set[str] = set()
        self.told: set[tuple[str, str]] = set()
        self.meetings: dict[str, int] = {}
        self.talks = {
            name: self._add_talk(name, hour) for name, hour in (("Enzyme", 9), ("Zellen", 11), ("Peptide", 14))
        }
        start = at(13, 16)
        self.workshop = stage.do(deeds.workshop, self.event, "Fermentation", start, 60)
        self.things["Fermentation"] = (start, start + timedelta(minutes=60), "House of Samples")
        self.people["Fermentation"] = set()

    def _add_talk(self, name: str, hour: int) -> int:
        start = at(13, hour)
        self.things[name] = (start, start + timedelta(minutes=45), "Saal 1, ")
        first = self.chance.choice(list(self.speakers))
        self.people[name] = {first}
        people = [(self.speakers[first], "speaker")]
        return self.stage.do(deeds.session, self.event, name, start, 45, self.rooms["Saal 1"], people)

    # -- deeds

    def step(self) -> None:
        """One deed, whose letters leave at once, later, or not as they should."""
        self.stage.answers = self.chance.choices([None, BREAKS, "451 not now"], [8, 1, 1], k=3)
        usual = [self._move_talk, self._move_talk, self._cast, self._call_off, self._book, self._move_workshop]
        self.chance.choice([*usual, self._meet, self._move_meeting, self._call_meeting_off, self._wait])()

    def _do(self, deed: Callable[..., object], *values: object, **more: object) -> bool:
        try:
            self.stage.do(deed, *values, send=self.chance.random() < 0.6, **more)
        except DomainError:
            return False
        return True

    def _move_talk(self) -> None:
        name, room = self.chance.choice(list(self.talks)), self.chance.choice(list(self.rooms))
        start = at(13, self.chance.randrange(8, 17), self.chance.choice((0, 30)))
        new = (start, start + timedelta(minutes=45), f"{room}, ")
        if self._do(deeds.move_session, self.talks[name], start, 45, self.rooms[room]) and new != self.things[name]:
            self.things[name] = new
            self.told |= {(name, one) for one in self.people[name]}

    def _cast(self) -> None:
        name = self.chance.choice(list(self.talks))
        people = set(self.chance.sample(list(self.speakers), self.chance.randrange(1, 3)))
        cast = [(self.speakers[one], "speaker") for one in sorted(people)]
        if self._do(deeds.set_people, self.talks[name], cast) and people != self.people[name]:
            self.people[name] = people
            self.told |= {(name, one) for one in people}

    def _call_off(self) -> None:
        name = self.chance.choice(list(self.talks))
        if name in self.off:
            if self._do(deeds.bring_session_back, self.talks[name]):
                self.off.discard(name)
                self.told |= {(name, one) for one in self.people[name]}
        elif self._do(deeds.call_session_off, self.talks[name]):
            self.off.add(name)

    def _book(self) -> None:
        who, held = self.chance.choice(list(self.guests)), self.people["Fermentation"]
        deed = deeds.give_up if who in held else deeds.book
        if self._do(deed, self.guests[who], self.workshop):
            held.symmetric_difference_update({who})
            self.told.add(("Fermentation", who))

    def _move_workshop(self) -> None:
        start, minutes = at(13, self.chance.randrange(9, 17)), self.chance.choice((60, 90))
        if self._do(deeds.set_workshop, self.event, self.workshop, start, minutes):
            self.things["Fermentation"] = (start, start + timedelta(minutes=minutes), "House of Samples")

    def _meet(self) -> None:
        pair = self.chance.sample(list(self.delegates), 2)
        name, slot = " & ".join(sorted(pair)), self.chance.randrange(5)
        if name in self.meetings:
            return
        one, other = (self.delegates[each] for each in pair)
        self.stage.pass_(minutes=1)
        try:
            self.meetings[name] = self.stage.do(deeds.meet, self.event, one, other, self.slots[slot])
        except DomainError:
            return
        self.things[name], self.people[name] = self._at_slot(slot), set(pair)
        self.told |= {(name, each) for each in pair}

    def _move_meeting(self) -> None:
        if not self.meetings:
            return
        name, slot = self.chance.choice(list(self.meetings)), self.chance.randrange(5)
        if self._do(deeds.move_meeting, self.meetings[name], self.slots[slot]):
            self.things[name] = self._at_slot(slot)

    def _call_meeting_off(self) -> None:
        if self.meetings:
            name = self.chance.choice(list(self.meetings))
            if self._do(deeds.call_meeting_off, self.meetings[name]):
                del self.meetings[name]
                self.people[name] = set()

    def _wait(self) -> None:
        self.stage.pass_(minutes=self.chance.choice((1, 7, 30)))
        self.stage.send()

    def _at_slot(self, slot: int) -> Shown:
        start = at(14, 10) + timedelta(minutes=25 * slot)
        return start, start + timedelta(minutes=20), "Table A"

    # -- the end

    def settle(self) -> None:
        """Servers behave, and everything that waited leaves; then everybody looks at their subscription."""
        self.stage.answers = []
        for _again in range(8):
            self.stage.pass_(hours=2)
            self.stage.send()
        for participant in [*self.speakers.values(), *self._participants()]:
            self.stage.look(participant)
        self.stage.finish()

    def _participants(self) -> list[int]:
        guests = [self.stage.do(deeds.participant_of, one) for one in self.guests.values()]
        return guests + [self.stage.do(deeds.participant_of_delegate, one) for one in self.delegates.values()]

    def check(self) -> None:
        """Every calendar holds what is so, and no letter breaks a rule."""
        for who in (*self.speakers, *self.guests, *self.delegates):
            folder = self.stage.folder / f"walk-{who}"
            files = sorted(folder.iterdir())
            letters: list[Letter] = [letter(path) for path in files if path.suffix == ".eml"]
            by_letter = self.expected(who, subscribed=False)
            for reader in applier.READERS:
                calendar = Calendar(f"{who}@people.example", reader)
                for each in letters:
                    calendar.apply(each)
                assert shown(list(calendar.events.values()), by_letter) == by_letter, f"{who}, {reader}"
            [subscription] = [path for path in files if path.suffix == ".ics"]
            live = [one for one in applier.subscribed(subscription.read_bytes()).values() if one.status == "CONFIRMED"]
            by_feed = self.expected(who, subscribed=True)
            assert shown(live, by_feed) == by_feed, f"the subscription of {who}"
            scenario = Scenario(folder.name, letters, [], Expectation("", f"{who}@people.example", []))
            assert [str(fault) for fault in rules.faults(letters)] == []
            assert [str(fault) for fault in expectation.upheavals(scenario)] == []

    def expected(self, who: str, *, subscribed: bool) -> list[Shown]:
        """What somebody's calendar shows in the end, by letter or by subscription."""
        mine = [name for name, people in self.people.items() if who in people and name not in self.off]
        return sorted(self.things[name] for name in mine if subscribed or (name, who) in self.told)


def shown(events: list[Event], wanted: list[Shown]) -> list[Shown]:
    """What is shown, each place cut to the length of what was expected at its time."""
    lengths = {(start, end): place for start, end, place in wanted}
    found = []
    for event in events:
        assert isinstance(event.start.at, datetime)
        assert isinstance(event.end.at, datetime)
        place = lengths.get((event.start.at, event.end.at), "")
        alike = event.location.startswith(place) if place else False
        found.append((event.start.at, event.end.at, place if alike else event.location))
    return sorted(found)


@pytest.mark.parametrize("seed", range(WALKS))
def test_whatever_happened_every_calendar_holds_what_is_so(app: Flask, tmp_path: Path, seed: int):
    databases.empty(app)
    walk = Walk(app, tmp_path, seed)
    for _step in range(STEPS):
        walk.step()
    walk.settle()
    walk.check()
