"""How organisers pick two people: two searches by name beside each other, and one of the found ones in each."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from ...delegates import queries as partnering
from ...delegates.models import Delegate
from ...events.models import Event
from ...headers import words_in
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
    words = words_in(request.args, f"{name}_q")
    found = desk_queries.people_named(event, words)
    chosen = partnering.delegate_by_ref(event, words_in(request.args, name))
    if chosen is not None and (chosen.left_at is not None or (words and chosen.id not in {each.id for each in found})):
        chosen = None
    if chosen is None and len(found) == 1:
        chosen = found[0]
    return Picked(name, words, found, chosen)
