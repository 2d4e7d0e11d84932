"""What happens to meetings by itself, each topic in a file of its own."""

from .state_tasks import call_off, close_blocks, end_one, expire_one, expire_overdue, offer

__all__ = ["call_off", "close_blocks", "end_one", "expire_one", "expire_overdue", "offer"]
