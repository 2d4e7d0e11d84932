"""What must hold of the directory at every commit: nobody is found by what they do not show."""

from collections.abc import Iterator

import sqlalchemy as sa

from ..db import db
from ..events.models import Participant
from ..text import words
from ..verify import broken, invariant
from . import documents
from .models import Delegate, DirectoryDocument


@invariant("I11", "The directory knows nothing of whoever hides, has left, or was taken out of it")
def hidden_people_are_forgotten() -> Iterator[str]:
    """Documents of people whom nobody may find that are shown, or still say something."""
    yield from broken(
        """
        SELECT doc.delegate_id FROM directory_document doc
        JOIN delegate de ON de.id = doc.delegate_id JOIN organisation_profile p ON p.id = de.profile_id
        WHERE (de.visibility = 'hidden' OR de.left_at IS NOT NULL OR p.withheld_at IS NOT NULL)
          AND (doc.shown OR doc.text <> '' OR doc.sort_name <> '' OR doc.visible_at IS NOT NULL)
        """,
        "the directory still knows delegate {delegate_id}",
    )


@invariant("I11b", "Nobody who shows their organisation only is found by their name")
def kept_back_names_find_nobody() -> Iterator[str]:
    """Documents that hold words of a name which neither the organisation nor its texts say."""
    rows = db.session.execute(
        sa.select(
            Delegate.id,
            DirectoryDocument.text,
            DirectoryDocument.sort_name,
            Participant.sort_name.label("own"),
            Participant.given_name,
            Participant.family_name,
        )
        .join(DirectoryDocument, DirectoryDocument.delegate_id == Delegate.id)
        .join(Participant, Participant.id == Delegate.participant_id)
        .where(Delegate.visibility == "organisation", DirectoryDocument.shown)
        .order_by(Delegate.id)
    )
    said = {}
    for row in rows:
        both = set(words(f"{row.given_name} {row.family_name}").split()) & set(row.text.split())
        if both or row.sort_name == row.own:
            said[row.id] = (both, row.sort_name)
    right = documents.right(said)
    for number, (names, sort_name) in said.items():
        text, sorted_by = right.get(number, ("", ""))
        if sort_name != sorted_by or names - set(text.split()):
            yield f"delegate {number} is found by a name that they keep back"
