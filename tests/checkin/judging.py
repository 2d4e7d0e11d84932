"""What may happen at a door, and what it answers: one table for the judge, its twin in the browser, and both ways in.

Times are Berlin's, "13 08:30" is 13 October 2027; "+" behind it is the second of a doubled hour, "M28 …" is in March.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from partnering.checkin import zones
from partnering.checkin.deciding import Attempt, Decision, decide
from partnering.checkin.rules import Door, Question, Ticket
from partnering.checkin.story import Passage, told

ZONE = zones.table("Europe/Berlin", date(2027, 10, 13), date(2027, 10, 15))

ASKED = (Question("adult", "yes_no", required=True), Question("shirt", "choice", options=("s", "m")))


def at(text: str) -> int:
    """Such a time in milliseconds."""
    day, _, hour = text.removeprefix("M").partition(" ")
    month = 3 if text.startswith("M") else 10 if day != "01" else 11
    wall = datetime.fromisoformat(f"2027-{month:02}-{day}T{hour.rstrip('+')}:00")
    return zones.to_ms(wall.replace(tzinfo=ZoneInfo("Europe/Berlin"), fold=int(hour.endswith("+"))))


@dataclass(frozen=True)
class Step:
    """Something that happened before: an entry, an exit, or that the one before it was undone; at "here" or "main"."""

    time: str
    type: str = "entry"
    where: str = "here"
    force: bool = False
    device: int = 1


@dataclass(frozen=True)
class Situation:
    """A door, a ticket, what was before, what somebody shows, and the answer.

    `door` and `ticket` are fields of `Door` and `Ticket`, hours as "HH:MM". `shows` is "ticket", "old code" (passed on
    or printed anew), "given back", "foreign", "foreign old code", or else the text itself. `changed` of the ticket and
    the steps `unsynced` came after a device last heard of the server: `offline` is what it then answers instead.
    """

    answer: str
    door: Mapping[str, Any] = field(default_factory=dict)
    ticket: Mapping[str, Any] = field(default_factory=dict)
    before: tuple[Step, ...] = ()
    time: str = "13 08:30"
    type: str = "entry"
    force: bool = False
    answers: Mapping[str, object] = field(default_factory=dict)
    shows: str = "ticket"
    forced: bool = False
    changed: Mapping[str, Any] = field(default_factory=dict)
    unsynced: tuple[Step, ...] = ()
    offline: str | None = None

    def made_door(self) -> Door:
        """The list itself."""
        given: dict[str, Any] = {
            name: zones.minute_of(value)
            if name in ("daily_from", "daily_until", "exit_all")
            else at(value)
            if name in ("opens", "closes")
            else value
            for name, value in self.door.items()
        }
        return Door("here", ZONE, **given)

    def made_ticket(self) -> Ticket | None:
        """What the code that is shown is known to be."""
        own = Ticket(**{"product": "standard", **self.ticket, **self.changed})
        known = {
            "ticket": own,
            "old code": replace(own, revoked=True),
            "given back": replace(own, revoked=True, cancelled=True),
            "foreign": Ticket(here=False),
            "foreign old code": Ticket(here=False, revoked=True),
        }
        return known.get(self.shows)


MAIN = Door("main", ZONE)


def judged(situation: Situation) -> Decision:
    """The decision of the judge, after what was before has gone through it too."""
    door, ticket = situation.made_door(), situation.made_ticket()
    held = Ticket(**{"product": "standard", **situation.ticket})
    passages: dict[str, list[Passage]] = {"here": [], "main": []}
    for number, step in enumerate((*situation.before, *situation.unsynced)):
        list_, own = (door if step.where == "here" else MAIN), passages[step.where]
        if step.type == "undo":
            own.pop()
            continue
        answers = {"adult": True}
        story = told(list_, own).windows
        given = decide(
            list_, held, story, _elsewhere(passages["main"]), Attempt(at(step.time), step.type, step.force, answers)
        )
        if given.answer == "ok":
            own.append(Passage(at(step.time), step.device, f"before-{number:02}", step.type, given.forced))
    attempt = Attempt(at(situation.time), situation.type, situation.force, situation.answers)
    return decide(door, ticket, told(door, passages["here"]).windows, _elsewhere(passages["main"]), attempt)


def _elsewhere(passages: list[Passage]) -> dict[str, list[str]]:
    return {"main": list(told(MAIN, passages).windows)}


def plain(thing: Any) -> Any:
    """A door, ticket, window or passage as the browser gets it."""
    return asdict(thing) if thing is not None else None


IN = (Step("13 08:00"),)
OUT = (Step("13 08:00"), Step("13 08:10", "exit"))
DAILY = {"window": "day"}
NIGHT = {"window": "day", "daily_from": "18:00", "daily_until": "02:00"}
HOURS = {"daily_from": "08:00", "daily_until": "10:00"}
STRICT = {"unpaid": "refuse"}
ONCE = {"entries": "single"}
ALWAYS = {"entries": "multiple"}
ASKING = {"questions": ASKED}

SITUATIONS = {
    # -- which ticket
    "a guest": Situation("ok"),
    "scribble": Situation("unknown", shows="hello"),
    "nothing at all": Situation("unknown", shows=""),
    "a number": Situation("unknown", shows="1"),
    "the id of the registration": Situation("unknown", shows="{registration.id}"),
    "the public id of the registration": Situation("unknown", shows="{registration.public_id}"),
    "the public id of the code": Situation("unknown", shows="{code.public_id}"),
    "the bare id of the code": Situation("unknown", shows="{code.code_id}"),
    "the order code": Situation("unknown", shows="{party.reference}"),
    "the e-mail address": Situation("unknown", shows="{email}"),
    "an address on the web": Situation("unknown", shows="https://example.org/{code.code_id}"),
    "the ticket in small letters": Situation("unknown", shows="{lower}"),
    "the ticket with a space": Situation("unknown", shows="{text} "),
    "the ticket with another end": Situation("unknown", shows="{other end}"),
    "the short code where a camera reads": Situation("unknown", shows="{printed}"),
    "a right id under a forged signature": Situation("unknown", shows="{forged}"),
    "a code that was printed anew": Situation("revoked", shows="old code"),
    "a code that was given back": Situation("cancelled", shows="given back"),
    "a ticket of another event": Situation("wrong_event", shows="foreign", offline="unknown"),
    "an old code of another event": Situation("revoked", shows="foreign old code", offline="unknown"),
    "an old code whatever crew say": Situation("revoked", shows="old code", force=True),
    "scribble whatever crew say": Situation("unknown", shows="hello", force=True),
    "a ticket of another event whatever crew say": Situation(
        "wrong_event", shows="foreign", force=True, offline="unknown"
    ),
    # -- whom the list lets in
    "the ticket that the list lets in": Situation("ok", {"products": ["standard"]}),
    "a ticket that the list does not let in": Situation("wrong_ticket_type", {"products": ["student"]}),
    "a ticket with the add-on": Situation("ok", {"addons": ["dinner"]}, {"addons": ["dinner"]}),
    "a ticket without the add-on": Situation("wrong_ticket_type", {"addons": ["dinner"]}),
    "a ticket with another add-on": Situation("wrong_ticket_type", {"addons": ["dinner"]}, {"addons": ["workshop"]}),
    "either the ticket or the add-on: ticket": Situation("ok", {"products": ["standard"], "addons": ["dinner"]}),
    "either the ticket or the add-on: add-on": Situation(
        "ok", {"products": ["student"], "addons": ["dinner"]}, {"addons": ["dinner"]}
    ),
    "either the ticket or the add-on: neither": Situation(
        "wrong_ticket_type", {"products": ["student"], "addons": ["dinner"]}
    ),
    "the wrong ticket by force": Situation("ok", {"products": ["student"]}, force=True, forced=True),
    # -- days
    "the day of the list": Situation("ok", {"days": ["2027-10-13"]}),
    "another day than the list's": Situation("wrong_day", {"days": ["2027-10-14"]}),
    "a ticket for today": Situation("ok", ticket={"days": ["2027-10-13"]}),
    "a ticket for tomorrow": Situation("wrong_day", ticket={"days": ["2027-10-14"]}),
    "a ticket for tomorrow by force": Situation("ok", ticket={"days": ["2027-10-14"]}, force=True, forced=True),
    "a minute before midnight in Berlin": Situation("ok", {"days": ["2027-10-13"]}, time="13 23:59"),
    "a minute after midnight in Berlin": Situation("wrong_day", {"days": ["2027-10-13"]}, time="14 00:01"),
    "after midnight at a dinner of the evening": Situation("ok", {**NIGHT, "days": ["2027-10-13"]}, time="14 00:40"),
    "after midnight with a ticket for the evening": Situation("ok", NIGHT, {"days": ["2027-10-13"]}, time="14 01:59"),
    "the next evening with a ticket for the first": Situation(
        "wrong_day", NIGHT, {"days": ["2027-10-13"]}, time="14 18:00"
    ),
    "after midnight with a ticket for the new day": Situation(
        "wrong_day", NIGHT, {"days": ["2027-10-14"]}, time="14 00:40"
    ),
    # -- how it stands
    "cancelled after the sync": Situation("cancelled", changed={"cancelled": True}, shows="given back", offline="ok"),
    "cancelled whatever crew say": Situation("cancelled", shows="given back", force=True),
    "not approved yet": Situation("not_approved", ticket={"approved": False}),
    "not approved by force": Situation("ok", ticket={"approved": False}, force=True, forced=True),
    "approved since": Situation("ok", ticket={"approved": False}, changed={"approved": True}, offline="not_approved"),
    "an invoice is open": Situation("ok", ticket={"owes": True}),
    "an invoice is open and nobody minds": Situation("ok", {"unpaid": "admit"}, {"owes": True}),
    "an invoice is open and has to be paid": Situation("unpaid", STRICT, {"owes": True}),
    "paid since": Situation("ok", STRICT, {"owes": True}, changed={"owes": False}, offline="unpaid"),
    "nothing to pay where it has to be": Situation("ok", STRICT),
    "an invoice is open by force": Situation("ok", STRICT, {"owes": True}, force=True, forced=True),
    "blocked": Situation("blocked", ticket={"blocked": True}),
    "blocked whatever crew say": Situation("blocked", ticket={"blocked": True}, force=True),
    "blocked after the sync": Situation("blocked", changed={"blocked": True}, offline="ok"),
    # -- hours
    "before the list opens": Situation("not_yet_valid", {"opens": "13 09:00"}),
    "the minute it opens": Situation("ok", {"opens": "13 08:30"}),
    "the minute it closes": Situation("no_longer_valid", {"closes": "13 08:30"}),
    "while it is open": Situation("ok", {"opens": "13 08:00", "closes": "13 09:00"}),
    "too early by force": Situation("ok", {"opens": "13 09:00"}, force=True, forced=True),
    "a list that was closed": Situation("no_longer_valid", {"closed": True}),
    "before the hours of the day": Situation("not_yet_valid", HOURS, time="14 07:59"),
    "in the hours of the day": Situation("ok", HOURS, time="14 09:59"),
    "after the hours of the day": Situation("no_longer_valid", HOURS, time="14 10:00"),
    "in the afternoon before an evening": Situation("not_yet_valid", NIGHT, time="13 17:59"),
    "in the evening": Situation("ok", NIGHT, time="13 18:00"),
    "when the night is over": Situation("not_yet_valid", NIGHT, time="14 02:00"),
    "from an hour on": Situation("not_yet_valid", {"daily_from": "09:00"}),
    "until an hour": Situation("no_longer_valid", {"daily_until": "08:30"}),
    "in the hour that a night doubles": Situation("ok", {**DAILY, "daily_until": "03:00"}, time="31 02:30+"),
    "in the night that skips an hour": Situation("no_longer_valid", {"daily_until": "02:30"}, time="M28 03:00"),
    # -- coming again
    "somebody who is in": Situation("already_in", before=IN),
    "somebody who is in by force": Situation("ok", before=IN, force=True, forced=True),
    "somebody who went out": Situation("ok", before=OUT),
    "somebody who went out and came back": Situation("already_in", before=(*OUT, Step("13 08:20"))),
    "somebody who was undone": Situation("ok", before=(*IN, Step("13 08:01", "undo"))),
    "somebody whose exit was undone": Situation("already_in", before=(*OUT, Step("13 08:11", "undo"))),
    "let in elsewhere since the sync": Situation("already_in", unsynced=IN, offline="ok"),
    "gone out since the sync": Situation("ok", before=IN, unsynced=(Step("13 08:10", "exit"),), offline="already_in"),
    "once, and in": Situation("already_in", ONCE, before=IN),
    "once, and out again": Situation("already_in", ONCE, before=OUT),
    "once, by force": Situation("ok", ONCE, before=OUT, force=True, forced=True),
    "as often as they come": Situation("ok", ALWAYS, before=(*IN, Step("13 08:20"))),
    "the third time of two": Situation("rules", {**ALWAYS, "most": 2}, before=(*IN, Step("13 08:20"))),
    "the second time of two": Situation("ok", {**ALWAYS, "most": 2}, before=IN),
    "the third time of two by force": Situation(
        "ok", {**ALWAYS, "most": 2}, before=(*IN, Step("13 08:20")), force=True, forced=True
    ),
    "two a day, the next morning": Situation(
        "ok", {**ALWAYS, **DAILY, "most": 2}, before=(*IN, Step("13 08:20")), time="14 08:00"
    ),
    "too soon again": Situation("rules", {**ALWAYS, "least": 31}, before=IN),
    "late enough again": Situation("ok", {**ALWAYS, "least": 30}, before=IN),
    "in, whatever the least time is": Situation("already_in", {"least": 60}, before=IN),
    "out and back too soon": Situation("rules", {"least": 60}, before=OUT),
    # -- days and nights
    "the next day at a daily list": Situation("ok", DAILY, before=IN, time="14 08:30"),
    "the same day at a daily list": Situation("already_in", DAILY, before=IN, time="13 23:59"),
    "after midnight at a daily list": Situation("ok", DAILY, before=IN, time="14 00:01"),
    "after midnight in the same night": Situation("already_in", NIGHT, before=(Step("13 18:30"),), time="14 00:30"),
    "the evening after": Situation("ok", NIGHT, before=(Step("13 18:30"),), time="14 18:30"),
    "in the day that lasts 25 hours": Situation("already_in", DAILY, before=(Step("31 00:30"),), time="31 23:30"),
    "the second 2:30 of the same day": Situation("already_in", DAILY, before=(Step("31 02:30"),), time="31 02:30+"),
    "the day after the long one": Situation("ok", DAILY, before=(Step("31 00:30"),), time="01 00:30"),
    "in the day that lasts 23 hours": Situation("already_in", DAILY, before=(Step("M28 00:30"),), time="M28 23:30"),
    # -- everybody out
    "everybody went out at two": Situation("ok", {"exit_all": "02:00"}, before=IN, time="14 08:30"),
    "nobody has gone out yet": Situation("already_in", {"exit_all": "02:00"}, before=IN, time="14 01:59"),
    "out once at 2:30, in before the second": Situation(
        "already_in", {"exit_all": "02:30"}, before=(Step("31 02:40"),), time="31 02:35+"
    ),
    "out at the first 2:30": Situation("ok", {"exit_all": "02:30"}, before=(Step("31 01:00"),), time="31 02:35"),
    "out in the night that skips 2:30": Situation(
        "ok", {"exit_all": "02:30"}, before=(Step("M28 01:00"),), time="M28 03:30"
    ),
    "not out yet in that night": Situation(
        "already_in", {"exit_all": "02:30"}, before=(Step("M28 01:00"),), time="M28 03:29"
    ),
    "once, though everybody went out": Situation(
        "already_in", {**ONCE, "exit_all": "02:00"}, before=IN, time="14 08:30"
    ),
    # -- going out
    "somebody goes out": Situation("ok", before=IN, type="exit"),
    "somebody goes out who is not in": Situation("rules", type="exit"),
    "somebody goes out twice": Situation("rules", before=OUT, type="exit"),
    "somebody goes out whom nobody let in, by force": Situation("rules", type="exit", force=True),
    "somebody goes out after midnight": Situation("ok", DAILY, before=IN, type="exit", time="14 00:40"),
    "somebody goes out after the list closed": Situation("ok", {"closes": "13 08:20"}, before=IN, type="exit"),
    "somebody who owes goes out": Situation("ok", {"unpaid": "admit"}, {"owes": True}, before=IN, type="exit"),
    "somebody goes out with an old code": Situation("revoked", type="exit", shows="old code"),
    "somebody goes out with scribble": Situation("unknown", type="exit", shows="hello"),
    "gone already with everybody": Situation("rules", {"exit_all": "02:00"}, before=IN, type="exit", time="14 08:00"),
    # -- rules
    "not at the entrance before": Situation("rules", {"after": ["main"]}),
    "at the entrance before": Situation("ok", {"after": ["main"]}, before=(Step("13 08:00", where="main"),)),
    "at the entrance since the sync": Situation(
        "ok", {"after": ["main"]}, unsynced=(Step("13 08:00", where="main"),), offline="rules"
    ),
    "not at the entrance, by force": Situation("ok", {"after": ["main"]}, force=True, forced=True),
    # -- questions
    "a question is not answered": Situation("incomplete", ASKING),
    "a question is not answered whatever crew say": Situation("incomplete", ASKING, force=True),
    "a question is answered": Situation("ok", ASKING, answers={"adult": False}),
    "a question is answered with something else": Situation("incomplete", ASKING, answers={"adult": "yes"}),
    "a question that need not be": Situation("ok", ASKING, answers={"adult": True, "shirt": "m"}),
    "who came back is not asked again": Situation("ok", ASKING, before=OUT),
    "who is in is not asked": Situation("already_in", ASKING, before=IN),
    "an unpaid one is not asked": Situation("unpaid", {**ASKING, **STRICT}, {"owes": True}),
    "an unpaid one is asked by force": Situation("incomplete", {**ASKING, **STRICT}, {"owes": True}, force=True),
    "an unpaid one by force, with answers": Situation(
        "ok", {**ASKING, **STRICT}, {"owes": True}, force=True, answers={"adult": True}, forced=True
    ),
    # -- the first refusal wins
    "type before day": Situation("wrong_ticket_type", {"products": ["student"], "days": ["2027-10-14"]}),
    "day before approval": Situation("wrong_day", {"days": ["2027-10-14"]}, {"approved": False}),
    "approval before payment": Situation("not_approved", STRICT, {"approved": False, "owes": True}),
    "payment before blocking": Situation("unpaid", STRICT, {"owes": True, "blocked": True}),
    "blocking before hours": Situation("blocked", {"opens": "13 09:00"}, {"blocked": True}),
    "hours before rules": Situation("not_yet_valid", {"opens": "13 09:00", "after": ["main"]}),
    "rules before questions": Situation("rules", {**ASKING, "after": ["main"]}),
    "hours before being in": Situation("no_longer_valid", {"closes": "13 08:20"}, before=IN),
}
"""By what happens: the answer, online and offline."""

OF_ANOTHER_EVENT = {
    "a ticket of another event",
    "an old code of another event",
    "a ticket of another event whatever crew say",
}
"""A device knows one event: without network it says "unknown" to tickets of all others."""

SINCE_THE_SYNC = {
    "cancelled after the sync",
    "approved since",
    "paid since",
    "blocked after the sync",
    "let in elsewhere since the sync",
    "gone out since the sync",
    "at the entrance since the sync",
}
"""What changed after a device last heard of the server it cannot know. Nothing else is answered otherwise offline."""
