"""The pages of meetings: requests, the inbox, one's free times, and the organisers' desk."""

from . import answering, asking, desk, free_times, inbox
from .blueprint import bp
from .desk import desk as desk_bp

blueprints = (bp, desk_bp)

__all__ = ["answering", "asking", "blueprints", "desk", "free_times", "inbox"]
