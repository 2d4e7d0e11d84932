"""What is counted and compared in what people hand in: characters, groups that resemble each other, names in texts."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ..text import fold
from .models import Submission

ALIKE = 0.6
"""From this share of common trigrams on, two groups are shown to organisers as perhaps the same one."""

_WORD = re.compile(r"[^\W_]+")


def characters(text: str) -> int:
    """How many characters with spaces a text has: as typed, each line end counts as one, and so does an emoji."""
    return len(unicodedata.normalize("NFC", text.replace("\r\n", "\n")))


def _trigrams(text: str) -> set[str]:
    return {word[n : n + 3] for word in (f"  {word} " for word in fold(text).split()) for n in range(len(word) - 2)}


def resemblance(one: str, other: str) -> float:
    """How much two names share, from 0 to 1: common trigrams of all."""
    mine, theirs = _trigrams(one), _trigrams(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def alike(submission: Submission, others: Iterable[Submission]) -> list[Submission]:
    """Other contributions to the same topic whose group is called almost alike: perhaps one group's second one."""
    return [
        other
        for other in others
        if other.id != submission.id
        and other.topic_id == submission.topic_id
        and other.state in ("submitted", "accepted", "reserve")
        and resemblance(submission.group, other.group) >= ALIKE
    ]


def names_in(text: str, submission: Submission) -> list[str]:
    """What a text gives away of who wrote it: family names of authors, the research group, their institutions."""
    words = fold(text)
    known = set(_WORD.findall(words))
    found = []
    for author in submission.authors:
        family = author.name.rpartition(" ")[2]
        if len(family) > 2 and set(_WORD.findall(fold(family))) <= known:
            found.append(family)
    for whole in (submission.group, *(author.affiliation for author in submission.authors)):
        if len(whole) > 4 and fold(whole) in words:
            found.append(whole)
    return list(dict.fromkeys(found))


def blind_text(submission: Submission) -> str:
    """What the committee reads: the version without names where there is one."""
    return submission.blind_text or submission.text


def gives_away(submission: Submission) -> list[str]:
    """What the committee could read of the authors as things stand."""
    return names_in(f"{submission.title}\n{blind_text(submission)}", submission)


def speaker_of(submission: Submission) -> int:
    """The place of whoever speaks among the authors; the first where nobody is named."""
    return next((n for n, author in enumerate(submission.authors) if author.speaks), 0)


def names_of(submission: Submission) -> Sequence[str]:
    """The authors as they are printed, with their institutions."""
    return [f"{one.name} ({one.affiliation})" if one.affiliation else one.name for one in submission.authors]
