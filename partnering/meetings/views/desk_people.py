"""How organisers pick two people: two searches by name beside each other, and one of the found ones in each."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from ...delegates import queries as partnering
from ...delegates.models import Delegate
from ...events.models import Event
from ...headers import single
from .. import desk_queries


@dataclass(frozen=True)
class Picked:
    """One of two searches: the words, who was found by them, and who was chosen, still here and partnering."""

    name: str
    words: str
    found: Sequence[Delegate]
    chosen: Delegate | None

    @property
    def nobody(self) -> bool:
        """Whether somebody was looked for and not found."""
        return bool(self.words) and not self.found and self.chosen is None


def picked(event: Event, name: str) -> Picked:
    """What the address says of the person called `name`: `<name>_q` are the words, `<name>` is who was chosen.

    Other words than the ones that found somebody begin anew; a single one who is found is chosen.
    """
    words = _argument(f"{name}_q")
    found = desk_queries.people_named(event, words)
    chosen = partnering.delegate_by_ref(event, _argument(name))
    if chosen is not None and (chosen.left_at is not None or (words and chosen.id not in {each.id for each in found})):
        chosen = None
    if chosen is None and len(found) == 1:
        chosen = found[0]
    return Picked(name, words, found, chosen)


def _argument(name: str) -> str:
    return (single(request.args, name) or "").replace("\x00", "")[:80]
