"""A step of registering as a page: its form, beside what is held."""

from typing import Any

from ...events.routing import current_event
from .. import drafts
from ..forms import SureForm
from ..models import Party
from .blueprint import page
from .shown import order_of


def step_page(step: str, party: Party, status: int = 200, **context: Any) -> tuple[str, int]:
    """The page of a step, which its template is named for."""
    return page(
        step,
        current_event(),
        status=status,
        party=party,
        order=order_of(party),
        steps=drafts.steps(party),
        sure=SureForm(formdata=None),
        step=step,
        **context,
    )
