"""Keeping what the directory finds people by complete: after a new version or a restored backup it may lack rows."""

from datetime import timedelta

from ..db import transaction
from ..jobs import periodic
from . import documents

MOST = 500


@periodic("delegates.documents", every=timedelta(minutes=5))
def complete_documents() -> bool:
    """Write what is missing or says what people do not show, so many at a time."""
    with transaction():
        ids = documents.lacking(MOST)
        documents.write_ids(ids)
    return len(ids) >= MOST
