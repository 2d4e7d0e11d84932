"""What happens to meetings by itself, each topic in a file of its own."""

from .day_tasks import ask_for_feedback, settle_due
from .state_tasks import call_off, close_blocks, end_one, expire_one, expire_overdue, offer

__all__ = [
    "ask_for_feedback",
    "call_off",
    "close_blocks",
    "end_one",
    "expire_one",
    "expire_overdue",
    "offer",
    "settle_due",
]
