"""The data files of the sample events, and what their days and moments mean on the day the sample is made."""

import json
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from .. import clock
from ..db import BilingualText

FOLDER = Path(__file__).parent / "data"
EVENTS = ("bionection-2018", "deutsche-biotechnologietage-2026", "bionection-next")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read(name: str) -> dict[str, Any]:
    """One data file."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


def both(pair: dict[str, str] | None) -> BilingualText:
    """A bilingual text; a missing language falls back to the other when it is shown."""
    return BilingualText((pair or {}).get("de", ""), (pair or {}).get("en", ""))


@dataclass(frozen=True)
class Sheet:
    """One sample event's files, with the day on which the sample is made."""

    slug: str
    today: date

    @cached_property
    def event(self) -> dict[str, Any]:
        """Texts, days, tickets, rooms, team."""
        return read(f"{self.slug}-event")

    @cached_property
    def extras(self) -> dict[str, Any]:
        """Workshops, codes, refund rules and questions; empty for an event without such a file."""
        return read(f"{self.slug}-extras") if (FOLDER / f"{self.slug}-extras.json").exists() else {}

    @cached_property
    def people(self) -> dict[str, Any]:
        """Who comes, and who registered together."""
        return read(f"{self.slug}-people")

    @cached_property
    def profiles(self) -> list[dict[str, Any]]:
        """What organisations offer and seek."""
        return list(read(f"{self.slug}-profiles")["profiles"])

    @cached_property
    def programme(self) -> dict[str, Any]:
        """Tracks and sessions."""
        return read(f"{self.slug}-programme")

    @cached_property
    def requests(self) -> list[dict[str, Any]]:
        """Who asked whom for a meeting, and what became of it."""
        return list(read(f"{self.slug}-requests")["requests"])

    @cached_property
    def partnering(self) -> dict[str, Any]:
        """What makes its partnering live; empty for an event without such a file."""
        return read(f"{self.slug}-partnering") if (FOLDER / f"{self.slug}-partnering.json").exists() else {}

    @cached_property
    def call(self) -> dict[str, Any]:
        """Its call for contributions; empty for an event without such a file."""
        return read(f"{self.slug}-call") if (FOLDER / f"{self.slug}-call.json").exists() else {}

    @cached_property
    def first_day(self) -> date:
        """The event's first day."""
        given = self.event["first_day"]
        if isinstance(given, str):
            return date.fromisoformat(given)
        month = self.today.month - 1 + given["months_ahead"]
        year, month = self.today.year + month // 12, month % 12 + 1
        day = date(year, month, min(self.today.day, monthrange(year, month)[1]))
        return day + timedelta(days=(WEEKDAYS.index(given["then_weekday"]) - day.weekday()) % 7)

    @property
    def last_day(self) -> date:
        """The event's last day."""
        return self.first_day + timedelta(days=self.event["days"] - 1)

    def at(self, day: int, wall: str) -> datetime:
        """A wall-clock time on a day of the event (1 is the first), as an instant."""
        return self._instant(self.first_day + timedelta(days=day - 1), wall)

    def moment(self, given: dict[str, Any] | None) -> datetime | None:
        """An instant given as days before the event or days ago; None stays None."""
        if given is None:
            return None
        if "days_before" in given:
            return self._instant(self.first_day - timedelta(days=given["days_before"]), given["at"])
        return self._instant(self.today - timedelta(days=given["days_ago"]), given["at"])

    def _instant(self, day: date, wall: str) -> datetime:
        return clock.from_zone(datetime.combine(day, time.fromisoformat(wall)), self.event["zone"])

    def named(self, pair: dict[str, str]) -> BilingualText:
        """A name, with the year of the event in it."""
        year = str(self.first_day.year)
        return BilingualText(pair["de"].replace("{year}", year), pair["en"].replace("{year}", year))


def organisations() -> dict[str, dict[str, Any]]:
    """All organisations of the sample, by key."""
    return {entry["key"]: entry for entry in read("organisations")["organisations"]}
