"""The call of an event that is made from another one: its days move, and nothing was handed in yet."""

from ..events.cloning import Copies, taken_along
from .models import Call, CallTopic, Criterion


@taken_along("programme", floor=8)
def call(copies: Copies) -> None:
    """The call with its topics and criteria, those that are still asked for. Its committee is another one."""
    copies.copy(copies.rows(Call))
    copies.copy(copies.rows(CallTopic, CallTopic.retired_at.is_(None)))
    copies.copy(copies.rows(Criterion, Criterion.retired_at.is_(None)))
