"""Groups of guests at an event that is made from another one, and who may ask whom; its guests are its own."""

from ..events.cloning import Copies, taken_along
from .models import ForbiddenPair, PartnerGroup, PartnerGroupProduct


@taken_along("blocks", floor=8)
def groups(copies: Copies) -> None:
    """Groups with the matrix, and with those of their tickets that came along."""
    copies.copy(copies.rows(PartnerGroup))
    copies.copy(copies.rows(PartnerGroupProduct))
    copies.copy(copies.rows(ForbiddenPair))
