"""The news about sessions for those whom they concern; each letter brings one calendar entry at most."""

from . import describing, news, rendering

__all__ = ["describing", "news", "rendering"]
