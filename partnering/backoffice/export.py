"""Lists of the desk as files; the rules are those of `tables`."""

from ..tables import as_csv, pieces, safe

__all__ = ["as_csv", "pieces", "safe"]
