"""Who is found by words: FTS5 on SQLite, tsvector on PostgreSQL, both over the same folded words."""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from ..db import db
from ..text import word_forms
from .index import Index
from .models import DirectoryDocument

MOST_WORDS = 8

MOST_KEPT = 500
"""So many words are remembered with whom they find."""

MOST_WITHIN = 100
"""So many words that hold what is looked for are asked for by name; for more, all texts are read."""


def found(index: Index, event_id: int, words: str) -> int:
    """The set of those in whose documents every word begins one, in any of its folded forms.

    A word that begins nothing at the event is looked for within words: German joins them ("synthese" finds
    "Peptidsynthese"). Who types signs only finds nobody.
    """
    each = word_forms(words)[:MOST_WORDS]
    left = index.everybody if each else 0
    for forms in each:
        left &= _saying(index, event_id, tuple(forms))
    return left


def _saying(index: Index, event_id: int, forms: tuple[str, ...]) -> int:
    """Whom one word finds: what was found is true as long as the index is."""
    known = index.said.get(forms)
    if known is None:
        known = index.of_documents(_saying_one(event_id, forms, begun=True))
        known = known or index.of_documents(_within(index, event_id, forms))
        if len(index.said) < MOST_KEPT:
            index.said[forms] = known
    return known


def _within(index: Index, event_id: int, forms: Sequence[str]) -> Iterable[int]:
    """Documents in which one of these forms stands within a word.

    Reading 12,000 texts takes longer than a page may; which words there are at all is known.
    """
    holding = index.words_with(forms, MOST_WITHIN)
    if len(holding) < MOST_WITHIN:
        return _saying_one(event_id, holding) if holding else ()
    return db.session.scalars(
        sa.select(DirectoryDocument.id).where(
            DirectoryDocument.event_id == event_id,
            DirectoryDocument.shown,
            sa.or_(*(DirectoryDocument.text.contains(form, autoescape=True) for form in forms)),
        )
    ).all()


def _saying_one(event_id: int, words: Iterable[str], *, begun: bool = False) -> Sequence[int]:
    """Documents that hold one of these words, or one that it begins; on SQLite those of all events: a join takes far
    longer.
    """
    if db.session.get_bind().dialect.name == "sqlite":
        sign = "*" if begun else ""
        return db.session.scalars(_MATCH, {"forms": " OR ".join(f'"{word}"{sign}' for word in words)}).all()
    sign = ":*" if begun else ""
    return db.session.scalars(
        _TSQUERY, {"event": event_id, "forms": " | ".join(f"'{word}'{sign}" for word in words)}
    ).all()


_MATCH = sa.text("SELECT rowid FROM directory_document_words WHERE directory_document_words MATCH :forms")
_TSQUERY = sa.text(
    "SELECT id FROM directory_document WHERE event_id = :event"
    " AND to_tsvector('simple', text) @@ to_tsquery('simple', :forms)"
)
