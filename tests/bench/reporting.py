"""What every case of the benchmark runs on, and how it says what it measured."""

import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from flask import Flask

from partnering.db import db

from .accounting import cpu_seconds

QUICK = "--quick" in sys.argv
REPEATS = 1 if QUICK else 3
PAGE, REGISTRATION, TICKET = 0.55, 1.5, 0.96
"""CPU milliseconds of the floors on the machine for which the figures were set."""


@dataclass(frozen=True)
class Most:
    """What something may take: `there`, where the floor took so much; `here`, as much longer as the floor takes here.

    A machine that is quicker excuses nothing and asks for no more.
    """

    there: float
    floor: float
    floor_there: float

    @property
    def here(self) -> float:
        return self.there * max(1.0, self.floor / self.floor_there)

    def __str__(self) -> str:
        slower = f", so {self.here:.3g} here" if self.here > self.there else ""
        return f"at most {self.there:g} with a floor of {self.floor_there:g}{slower}"


@dataclass
class Bench:
    """Two sites on one database: ours and the floor."""

    engine: str
    app: Flask
    ours: str
    floor: str
    roots: list[int]
    cluster: list[int]
    slug: str
    ticket: str
    missed: list[str] = field(default_factory=list)

    def cpu_ms(self, work: Callable[[], int], site: int) -> float:
        """CPU milliseconds per request of `work`, which says how many it sent, at our site (0) or the floor's (1)."""
        before = cpu_seconds(self.roots[site], *self.cluster)
        count = work()
        return 1000 * (cpu_seconds(self.roots[site], *self.cluster) - before) / count

    def report(
        self, name: str, ours: list[float], floors: list[float], there: float, floor_there: float = PAGE
    ) -> None:
        """Print a case, and remember it if it costs more than it may."""
        mine, base = statistics.median(ours), statistics.median(floors)
        most = Most(there, base, floor_there)
        fits = mine <= most.here
        cost = f"{mine:7.2f} ms   floor {base:5.2f}   x {mine / base:4.1f}"
        say(f"  {name:<40} {cost}   {most}  {verdict(fits)}")
        if not fits:
            self.missed.append(f"{self.engine}: {name}")

    def report_times(
        self, name: str, taken: list[float], most: float | Most, more: str = "", *, counts: bool = True
    ) -> None:
        """Print how long requests took, sorted; the last of several turns `counts`."""
        p50, p95 = taken[len(taken) // 2], taken[int(len(taken) * 0.95)]
        fits = p95 <= (most.here if isinstance(most, Most) else most)
        said = f"p50 {p50:6.1f} ms  p95 {p95:6.1f} ms  {more}"
        say(f"  {name:<40} {said}   {most if isinstance(most, Most) else f'at most {most:g}'}  {verdict(fits)}")
        if counts and not fits:
            self.missed.append(f"{self.engine}: {name} took {p95:.0f} ms")


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)  # noqa: T201 -- what the benchmark is for


def verdict(fits: bool) -> str:
    """How a line ends."""
    return "ok" if fits else "MISSED"


def url_of(app: Flask) -> str:
    """The address of the database."""
    with app.app_context():
        return db.engine.url.render_as_string(hide_password=False)
