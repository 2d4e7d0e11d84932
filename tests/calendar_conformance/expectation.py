"""What a person wrote down beforehand: after each file, what the recipient's calendar must hold, see README.md."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from . import applier
from .applier import Applied, Calendar, Event, Ignored, Reader
from .letters import Letter, letter
from .rules import Fault

KEYS = {"about", "recipient", "steps"}
STEP_KEYS = {"deed", "letter", "feed", "calendar"}
LETTER_KEYS = {"thing", "method", "sequence"}
SHOWN_KEYS = {"start", "end", "summary", "location", "status"}


class Malformed(ValueError):
    """An expectation that says what cannot be said. The text says where."""


@dataclass(frozen=True)
class Told:
    """What a letter must tell: about which thing, by which METHOD, and with which SEQUENCE if that was written down."""

    thing: str
    method: str
    sequence: int | None = None


@dataclass(frozen=True)
class Step:
    """One file: a letter (`told`, None for one without a calendar part), or what a subscription shows then (`feed`).

    `calendar` is what the letters must have left by then. Letters without a calendar part need no step.
    """

    deed: str
    told: Told | None
    feed: Mapping[str, Mapping[str, str]] | None
    calendar: Mapping[str, Mapping[str, str]]

    @property
    def is_plain(self) -> bool:
        """Whether a letter without a calendar part was written down."""
        return self.told is None and self.feed is None


@dataclass(frozen=True)
class Expectation:
    """What must become of the letters to one recipient."""

    about: str
    recipient: str
    steps: Sequence[Step]


@dataclass(frozen=True)
class Subscription:
    """What a subscribed calendar showed: the name of its file, and what it held."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Scenario:
    """A folder: its name, what came in which order (letters and subscriptions), secrets, and what was expected."""

    name: str
    files: Sequence["Letter | Subscription"]
    secrets: Sequence[str]
    expected: Expectation

    @property
    def subscriptions(self) -> list["Subscription"]:
        """The subscriptions among them."""
        return [file for file in self.files if isinstance(file, Subscription)]

    @property
    def letters(self) -> list[Letter]:
        """The letters among the files."""
        return [file for file in self.files if isinstance(file, Letter)]


def scenario(folder: Path) -> Scenario:
    """The scenario in a folder. Raises `Malformed`."""
    files: list[Letter | Subscription] = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".eml":
            files.append(letter(path))
        elif path.suffix == ".ics":
            files.append(Subscription(path.name, path.read_bytes()))
    secrets = folder / "secrets.txt"
    kept = secrets.read_text().split("\n") if secrets.is_file() else []
    return Scenario(folder.name, files, [each for each in kept if each], expectation(folder / "expected.json"))


def expectation(path: Path) -> Expectation:
    """The expectation in a file. A step without `calendar` leaves it as it was. Raises `Malformed`."""
    try:
        said = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise Malformed(f"{path}: {error}") from None
    _only(said, KEYS, str(path))
    steps: list[Step] = []
    calendar: Mapping[str, Mapping[str, str]] = {}
    for number, each in enumerate(said["steps"], 1):
        where = f"{path}, step {number}"
        _only(each, STEP_KEYS, where)
        if ("letter" in each) == ("feed" in each):
            raise Malformed(f"{where}: either a letter or a feed")
        calendar = each.get("calendar", calendar)
        for shown in (calendar, each.get("feed") or {}):
            for thing in shown.values():
                _only(thing, SHOWN_KEYS, where)
        told = each.get("letter")
        if told is not None:
            _only(told, LETTER_KEYS, where)
        steps.append(Step(each.get("deed", ""), Told(**told) if told is not None else None, each.get("feed"), calendar))
    return Expectation(said.get("about", ""), said["recipient"].lower(), steps)


def _only(said: Mapping[str, Any], keys: set[str], where: str) -> None:
    if not isinstance(said, dict) or set(said) - keys:
        raise Malformed(f"{where}: only {sorted(keys)} can stand here")


# -- comparing


def faults(of: Scenario) -> Iterator[Fault]:
    """Where the calendar that the letters leave is not the one that was expected."""
    steps = list(of.expected.steps)
    names: dict[str, str] = {}
    calendars = [Calendar(of.expected.recipient, reader) for reader in applier.READERS]
    for file in of.files:
        where = f"{of.name}/{file.name}"
        if isinstance(file, Letter) and file.object is None and not (steps and steps[0].is_plain):
            continue  # news that is no calendar's business
        if not steps:
            yield Fault("E1", where, "nothing more was expected")
            return
        step = steps.pop(0)
        if isinstance(file, Letter) != (step.feed is None):
            yield Fault("E1", where, f"a letter came where a subscription was expected, or the reverse ({step.deed})")
            return
        if isinstance(file, Letter):
            yield from _told(file, step, where, names)
            for calendar in calendars:
                calendar.apply(file)
        else:
            shown = applier.subscribed(file.content)
            yield from _alike(shown, step.feed or {}, names, f"{where} (subscribed)", "E4")
            yield from _agree(shown, calendars[0].events, where)
        for calendar in calendars:
            yield from _alike(calendar.events, step.calendar, names, f"{where} ({calendar.reader}, {step.deed})", "E3")
    if steps:
        yield Fault("E1", of.name, f"{len(steps)} steps were expected and never came: {steps[0].deed}")


def _told(file: Letter, step: Step, where: str, names: dict[str, str]) -> Iterator[Fault]:
    """E2: METHOD, SEQUENCE and thing of one letter; a UID that comes first stands for the thing that comes first."""
    if (file.object is None) != (step.told is None):
        yield Fault("E2", where, "a calendar part came" if step.told is None else "no calendar part came")
    if file.object is None or step.told is None:
        return
    part = file.object.inside("VEVENT")[0]
    uid, sequence = part.text("UID"), int(part.text("SEQUENCE") or 0)
    if step.told.thing not in names.values():
        names.setdefault(uid, step.told.thing)
    found = Told(names.get(uid, "something new"), file.object.text("METHOD"), sequence)
    wanted = step.told if step.told.sequence is not None else Told(step.told.thing, step.told.method, sequence)
    if found != wanted:
        yield Fault("E2", where, f"{_words(found)}, expected {_words(wanted)}")


def _words(told: Told) -> str:
    return f"METHOD:{told.method} SEQUENCE:{told.sequence} about {told.thing}"


def _alike(
    shown: Mapping[str, Event], wanted: Mapping[str, Mapping[str, str]], names: Mapping[str, str], where: str, rule: str
) -> Iterator[Fault]:
    """E3 and E4: what is shown is what was expected; what no letter has named yet is known by its summary."""
    found = {names.get(event.uid, event.summary): event for event in shown.values()}
    for thing in sorted(set(found) | set(wanted)):
        if thing not in wanted:
            yield Fault(rule, where, f"{thing} is there")
        elif thing not in found:
            yield Fault(rule, where, f"{thing} is not there")
        else:
            for key, value in {"status": "CONFIRMED", **wanted[thing]}.items():
                is_ = _value(found[thing], key)
                if not (is_.startswith(value) if key == "location" else is_ == _plain(value, key)):
                    yield Fault(rule, where, f"{key} of {thing} is {is_!r}, not {value!r}")


def _agree(shown: Mapping[str, Event], held: Mapping[str, Event], where: str) -> Iterator[Fault]:
    """E5: a subscription is never behind the letters, and under one SEQUENCE both say the same time and place."""
    for uid in sorted(set(shown) & set(held)):
        one, other = shown[uid], held[uid]
        same = [(each.start.at, each.end.at, each.location) for each in (one, other)]
        if one.sequence < other.sequence or (one.sequence == other.sequence and same[0] != same[1]):
            yield Fault("E5", where, f"{one.summary} is another in the subscription than by letter")


def _value(event: Event, key: str) -> str:
    if key in ("start", "end"):
        at = (event.start if key == "start" else event.end).at
        return at.astimezone(UTC).isoformat() if isinstance(at, datetime) else at.isoformat()
    return str(getattr(event, key))


def _plain(value: str, key: str) -> str:
    """An instant is written with any distance from UTC, a day as a day."""
    if key not in ("start", "end"):
        return value
    if "T" not in value:
        return date.fromisoformat(value).isoformat()
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise Malformed(f"{value} has no distance from UTC")
    return moment.astimezone(UTC).isoformat()


# -- what a mail server may do to letters


def upheavals(of: Scenario) -> Iterator[Fault]:
    """E6: letters that come twice, in another order or late leave the calendar as it is."""
    letters = of.letters
    whole: dict[Reader, dict[str, Event]] = {}
    for reader in applier.READERS:
        whole[reader] = _after(of, letters, reader).events
        if _after(of, [each for each in letters for _twice in range(2)], reader).events != whole[reader]:
            yield Fault("E6", of.name, f"each letter twice leaves something else ({reader})")
    for number in range(len(letters) - 1):
        first, second = letters[number : number + 2]
        if _uid(first) != _uid(second):
            swapped = [*letters[:number], second, first, *letters[number + 2 :]]
            for reader in applier.READERS:
                if _after(of, swapped, reader).events != whole[reader]:
                    yield Fault("E6", f"{of.name}/{second.name}", f"before {first.name}: something else ({reader})")
    for late in letters[:-1]:
        calendar = _after(of, letters, "rfc")
        done = calendar.apply(late)
        if calendar.events != whole["rfc"]:
            yield Fault("E6", f"{of.name}/{late.name}", f"come last, it changes the calendar ({_done(done)})")


def _after(of: Scenario, letters: Sequence[Letter], reader: Reader) -> Calendar:
    calendar = Calendar(of.expected.recipient, reader)
    for each in letters:
        calendar.apply(each)
    return calendar


def _uid(of: Letter) -> str:
    return of.object.inside("VEVENT")[0].text("UID") if of.object is not None else ""


def _done(done: Applied | Ignored) -> str:
    return done.why if isinstance(done, Ignored) else "applied"
