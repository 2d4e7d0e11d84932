"""What places should do, in plain Python: pools, the claims on them, and the uses of a code."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

COUNTING = ("held", "offered", "pending", "confirmed")


@dataclass
class Place:
    """One unit: its state, its end, what it draws from each pool, and whether it was bought with the code."""

    state: str
    until: datetime | None
    draws: dict[int, int]
    coded: bool = False


@dataclass
class Model:
    """Capacity, what is used and what is allowed beyond, by pool; claims by id; the code's limit."""

    capacity: dict[int, int]
    uses_max: int
    used: Counter[int] = field(default_factory=Counter)
    over: Counter[int] = field(default_factory=Counter)
    claims: dict[int, Place] = field(default_factory=dict)

    @property
    def uses(self) -> int:
        """How many units count as uses of the code."""
        return sum(place.coded and place.state in COUNTING for place in self.claims.values())

    def copy(self) -> "Model":
        """A model to try something on."""
        claims = {number: Place(p.state, p.until, p.draws, p.coded) for number, p in self.claims.items()}
        return Model(dict(self.capacity), self.uses_max, self.used.copy(), self.over.copy(), claims)

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

    def fits(self, needs: list[dict[int, int]], now: datetime, coded: bool = False) -> bool:
        """Whether all of these units can be had now, what has run out given back where it must."""
        if coded and self.uses + len(needs) > self.uses_max:
            return False
        wanted = sum((Counter(need) for need in needs), Counter[int]())
        if all(self.used[pool] + n <= self.capacity[pool] + self.over[pool] for pool, n in wanted.items()):
            return True
        return all(n <= self.free(pool, now) for pool, n in wanted.items())

    def add(self, number: int, place: Place) -> None:
        """A new claim."""
        self.claims[number] = place
        self.used.update(place.draws)

    def take_again(self, number: int, state: str) -> None:
        """A claim that was given back counts again."""
        self.claims[number].state = state
        self.used.update(self.claims[number].draws)

    def end(self, number: int, state: str) -> None:
        """A claim counts no longer; what was allowed beyond the capacity shrinks with it."""
        place = self.claims[number]
        place.state = state
        for pool, quantity in place.draws.items():
            self.used[pool] -= quantity
            self.over[pool] = min(self.over[pool], max(0, self.used[pool] - self.capacity[pool]))

    def set_capacity(self, pool: int, capacity: int) -> None:
        """Another capacity; nobody is removed."""
        self.capacity[pool] = capacity
        self.over[pool] = max(0, self.used[pool] - capacity)
