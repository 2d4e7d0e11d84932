"""Which letters tell a person what a release means for them.

One change is one letter with its calendar object. Several are a summary without any, and a short letter for each with
the object of its own: no mail program reads two from one letter.
"""

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from ..agenda import calendars
from ..agenda.models import AgendaEntry
from ..agenda.rearranging import chunks
from ..db import db
from ..events.mails import to_participant
from ..events.models import Participant
from ..registration import workshop_mails, workshop_times
from ..registration.workshop_mails import News
from ..registration.workshop_times import Booked
from . import changes
from .models import LetterChange, ReleasedSession, ReleaseLetter

MOVES = frozenset({"moved", "room", "restored"})


def send(letters: Sequence[ReleaseLetter]) -> None:
    """Post what these letters of a release have to say, each to its reader, in a constant number of questions."""
    for letter, news in posts(letters):
        post(letter.participant, news)


def post(participant: Participant, news: News) -> bool:
    """Put a letter to a participant into the outbox; False if nothing new is to be sent, see `to_participant`."""
    return to_participant(
        news.kind,
        participant,
        key=news.key,
        payload=news.payload,
        topic=news.topic,
        topic_version=news.topic_version,
    )


def posts(letters: Sequence[ReleaseLetter]) -> list[tuple[ReleaseLetter, News]]:
    """What these letters of a release become in the outbox, in the order in which it leaves."""
    entries = _entries(letters)
    booked = _booked(entries.values())
    found = []
    for letter in letters:
        alone = len(letter.changes) == 1
        if not alone:
            key = f"release:{letter.public_id}:to:{letter.participant.public_id}"
            found.append((letter, News("programme.release_news", key, "", 0, {"letter": letter.public_id})))
        for each in letter.changes:
            entry = entries.get((each.after.session.appointment_id or 0, letter.participant_id))
            if entry is not None:
                found.append((letter, _of_session(letter, each, entry, booked.get(entry.id), alone=alone)))
    return found


def _entries(letters: Iterable[ReleaseLetter]) -> dict[tuple[int, int], AgendaEntry]:
    wanted = {
        (each.after.session.appointment_id, letter.participant_id) for letter in letters for each in letter.changes
    }
    found = {}
    for ids in chunks(sorted({participant_id for _appointment, participant_id in wanted})):
        for entry in db.session.scalars(
            sa.select(AgendaEntry).where(
                AgendaEntry.participant_id.in_(ids),
                AgendaEntry.appointment_id.in_({appointment_id for appointment_id, _participant in wanted}),
            )
        ):
            found[entry.appointment_id, entry.participant_id] = entry
    return found


def _booked(entries: Iterable[AgendaEntry]) -> dict[int, Booked]:
    found = {}
    for ids in chunks(sorted(entry.id for entry in entries if entry.role == workshop_times.ATTENDEE)):
        found.update({one.entry.id: one for one in workshop_times.booked(AgendaEntry.id.in_(ids))})
    return found


def _of_session(
    letter: ReleaseLetter, each: LetterChange, entry: AgendaEntry, one: Booked | None, *, alone: bool
) -> News:
    """What is told of a session: to those who booked it in words of what they booked, to others in the programme's."""
    change = changes.between(each.after.session, each.before, changes.as_released(each.after))
    if one is not None and each.part == "booked":
        words = letter.release.greeting if alone else workshop_mails.NOTHING
        if each.after.state != "live":
            reason = workshop_mails.CALLED_OFF if each.after.state == "cancelled" else workshop_mails.NO_TIME
            return workshop_mails.of_end(one.registration, one.product_ref, entry, reason, words)
        if MOVES & set(change.codes):
            was = _shown(each.before) if each.before is not None and "restored" not in change.codes else {}
            return workshop_mails.of_move(one.registration, one.product_ref, entry, was, words)
    return News(
        _kind(each, change.codes),
        f"release:{letter.public_id}:session:{each.after.session.public_id}:to:{letter.participant.public_id}",
        calendars.topic(entry),
        entry.sequence,
        {
            "session": each.after.session.public_id,
            "entry": entry.public_id,
            "before": each.before_id,
            "letter": letter.public_id if alone else "",
        },
    )


def _kind(each: LetterChange, codes: Iterable[str]) -> str:
    if not each.part or each.after.state != "live":
        return "programme.session_cancelled"
    if "restored" in codes:
        return "programme.session_restored"
    return "programme.session_changed" if each.before_id is not None and each.was_part else "programme.session_told"


def _shown(row: ReleasedSession) -> dict[str, str]:
    """When and where it was, as letters about workshops read it."""
    return {
        "starts_at": row.starts_at.isoformat(),
        "ends_at": row.ends_at.isoformat(),
        "room_de": row.location.name.de if row.location is not None else "",
        "room_en": row.location.name.en if row.location is not None else "",
    }
