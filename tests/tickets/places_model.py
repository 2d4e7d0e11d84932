"""What places should do, in plain Python: pools, the claims on them, the uses of codes, what is kept for a voucher."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

COUNTING = ("held", "offered", "pending", "confirmed")


@dataclass
class Place:
    """One unit: its state, its end, what it draws from each pool, and the id of the code it was bought with."""

    state: str
    until: datetime | None
    draws: dict[int, int]
    code: int | None = None


@dataclass
class Terms:
    """How often a code may be used; how many places a voucher keeps, and what each of them draws."""

    uses_max: int
    blocked: int = 0
    draws: dict[int, int] = field(default_factory=dict)


@dataclass
class Model:
    """Capacity, what is used and what is allowed beyond, by pool; claims and codes by id.

    What a voucher keeps counts as used and is no claim here: so many as are blocked and not used yet.
    """

    capacity: dict[int, int]
    codes: dict[int, Terms] = field(default_factory=dict)
    used: Counter[int] = field(default_factory=Counter)
    over: Counter[int] = field(default_factory=Counter)
    claims: dict[int, Place] = field(default_factory=dict)

    def uses(self, code: int) -> int:
        """How many units count as uses of a code."""
        return sum(place.code == code and place.state in COUNTING for place in self.claims.values())

    def kept(self, code: int) -> int:
        """How many places are kept for a voucher now."""
        return max(0, self.codes[code].blocked - self.uses(code))

    def keep(self, code: int, terms: Terms) -> None:
        """A new code; a voucher's places are taken at once."""
        self.codes[code] = terms
        for _unit in range(terms.blocked):
            self.used.update(terms.draws)

    def copy(self) -> "Model":
        """A model to try something on."""
        claims = {number: Place(p.state, p.until, p.draws, p.code) for number, p in self.claims.items()}
        return Model(dict(self.capacity), dict(self.codes), self.used.copy(), self.over.copy(), claims)

    def runs_out(self, now: datetime) -> list[int]:
        """The claims whose time is over and that were not given back yet."""
        return [
            number
            for number, place in self.claims.items()
            if place.state in ("held", "offered") and place.until is not None and place.until < now
        ]

    def free(self, pool: int, now: datetime) -> int:
        """What is left of a pool, never below 0."""
        tried = self.copy()
        for number in self.runs_out(now):
            if pool in tried.claims[number].draws:
                tried.end(number, "expired")
        return max(0, tried.capacity[pool] + tried.over[pool] - tried.used[pool])

    def fits(self, needs: list[dict[int, int]], now: datetime, code: int | None = None) -> bool:
        """Whether all of these units can be had now, what has run out given back where it must."""
        wanted = sum((Counter(need) for need in needs), Counter[int]())
        model = self
        if code is not None:
            if self.codes[code].blocked:
                model = self.copy()  # what ran out of a voucher is kept for it again
                for number in self.runs_out(now):
                    if set(wanted) & set(self.claims[number].draws):
                        model.end(number, "expired")
            if model.uses(code) + len(needs) > model.codes[code].uses_max:
                return False
            for _unit in range(min(len(needs), model.kept(code))):
                wanted.subtract(model.codes[code].draws)
        if all(model.used[pool] + n <= model.capacity[pool] + model.over[pool] for pool, n in wanted.items()):
            return True
        return all(n <= model.free(pool, now) for pool, n in wanted.items())

    def fits_instead(self, number: int, need: dict[int, int], now: datetime) -> bool:
        """Whether a unit can be had by giving a claim back for it: asked only of pools that it adds to."""
        tried = self.copy()
        tried.end(number, "cancelled", instead=need)
        wanted = {pool: n for pool, n in need.items() if tried.used[pool] + n > self.used[pool]}
        return all(n <= tried.free(pool, now) for pool, n in wanted.items())

    def add(self, number: int, place: Place) -> None:
        """A new claim; one of a voucher takes what was kept for it."""
        kept = place.code is not None and self.kept(place.code) > 0
        self.claims[number] = place
        self.used.update(place.draws)
        if kept and place.code is not None:
            self.used.subtract(self.codes[place.code].draws)

    def take_again(self, number: int, state: str) -> None:
        """A claim that was given back counts again."""
        place = self.claims.pop(number)
        place.state = state
        self.add(number, place)

    def end(self, number: int, state: str, *, instead: Collection[int] = ()) -> None:
        """A claim counts no longer, or is kept for its voucher again; what was allowed beyond the capacity shrinks.

        In the pools of what is taken `instead` it does not: nothing comes back there.
        """
        place = self.claims[number]
        before = self.kept(place.code) if place.code is not None else 0
        place.state = state
        self.used.subtract(place.draws)
        if place.code is not None and self.kept(place.code) > before:
            self.used.update(self.codes[place.code].draws)
        for pool in set(place.draws) - set(instead):
            self.over[pool] = min(self.over[pool], max(0, self.used[pool] - self.capacity[pool]))

    def set_capacity(self, pool: int, capacity: int) -> None:
        """Another capacity; nobody is removed."""
        self.capacity[pool] = capacity
        self.over[pool] = max(0, self.used[pool] - capacity)
