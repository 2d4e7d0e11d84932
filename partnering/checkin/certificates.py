"""Certificates of attendance: who was let in at a list that gives them, and what is certified, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from .. import i18n
from ..db import db
from ..events.models import Event, Host, Participant
from ..i18n import _, bi, number
from ..programme.models import ProgrammeSession
from ..programme.queries import current_row
from ..registration.models import Registration
from .models import Admission, CheckinList, Scan

TASK = "checkin.certificates"


@dataclass(frozen=True)
class Attended:
    """Somebody who came: public id of their registration, name, organisation, language; days (ISO) of a daily list."""

    guest: str
    name: str
    organisation: str
    locale: str
    days: tuple[str, ...] = ()


@dataclass(frozen=True)
class Subject:
    """What is certified, in the language in force: an event, or one of its sessions, with its facts in words."""

    event: str
    session: str
    when: str
    where: str
    duration: str
    issuer: str


def attended(event: Event, checkin_list: CheckinList, guest: str | None = None) -> list[Attended]:
    """Who was let in, by name, in one query; of one registration (public id) alone where it is named.

    Whoever was erased is left out: nobody knows any more whom to certify it to.
    """
    statement = (
        sa.select(
            *(Registration.public_id, Admission.window_key, Participant.title, Participant.given_name),
            *(Participant.family_name, Participant.company, Participant.locale),
        )
        .select_from(Admission)
        .join(Scan, Scan.id == Admission.scan_row_id)
        .join(Registration, Registration.id == Scan.registration_id)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(Admission.list_id == checkin_list.id, Participant.erased_at.is_(None))
        .order_by(Participant.sort_name, Registration.id, Admission.window_key)
    )
    if guest is not None:
        statement = statement.where(Registration.public_id == guest)
    languages = event.languages.split(",")
    found: dict[str, Attended] = {}
    for row in db.session.execute(statement):
        name = " ".join(filter(None, (row.title, row.given_name, row.family_name)))
        before = found[row.public_id].days if row.public_id in found else ()
        days = before if row.window_key in ("", "event") else (*before, row.window_key)
        locale = row.locale if row.locale in languages else languages[0]
        found[row.public_id] = Attended(row.public_id, name, row.company, locale, days)
    return list(found.values())


def subject_of(event: Event, checkin_list: CheckinList) -> Subject:
    """What a list certifies, in the language in force: its session as it was released, else the whole event."""
    host = db.session.get_one(Host, event.host_id)
    issuer = ", ".join(filter(None, (host.legal_name or host.name, host.city)))
    place = event.place(i18n.locale())
    session = checkin_list.session
    if session is None:
        return Subject(bi(event.name), "", i18n.days(event.first_day, event.last_day), place, "", issuer)
    row = current_row(session)
    title = bi(row.title) if row is not None else bi(session.title)
    begins, ends = time_of(session)
    when = duration = ""
    if begins is not None and ends is not None:
        when = f"{i18n.day(begins, in_zone=event.zone)}, {i18n.span(begins, ends, event.zone)}"
        duration = _hours(begins, ends)
    room = row.location if row is not None else session.room
    where = ", ".join(filter(None, (bi(room.name) if room is not None else "", place)))
    return Subject(bi(event.name), title, when, where, duration, issuer)


def time_of(session: ProgrammeSession) -> tuple[datetime | None, datetime | None]:
    """When a session was: as it was released, else as it is planned."""
    row = current_row(session)
    return (row.starts_at, row.ends_at) if row is not None else (session.starts_at, session.ends_at)


def _hours(begins: datetime, ends: datetime) -> str:
    minutes = int((ends - begins).total_seconds()) // 60
    if minutes < 60:
        return _("%(number)s minutes", number=minutes)
    if minutes == 60:
        return _("1 hour")
    return _("%(number)s hours", number=number(round(minutes / 60, 2)))


# -- on a guest's own page


def lists_of_guest(event: Event, registration: Registration, now: datetime) -> Sequence[CheckinList]:
    """The lists whose certificate this guest can have by now: they were let in, and it is over."""
    came = sa.exists().where(
        Admission.list_id == CheckinList.id,
        Admission.scan_row_id == Scan.id,
        Scan.registration_id == registration.id,
    )
    found = db.session.scalars(
        sa.select(CheckinList)
        .where(CheckinList.event_id == event.id, CheckinList.certificate, came)
        .order_by(CheckinList.position, CheckinList.id)
    )
    return [each for each in found if ends_at(event, each) <= now]


def ends_at(event: Event, checkin_list: CheckinList) -> datetime:
    """When what a list certifies is over: its session, else the list itself, or the event."""
    ends = time_of(checkin_list.session)[1] if checkin_list.session is not None else None
    return ends or checkin_list.closes_at or event.closes_at


def name_of(checkin_list: CheckinList, event: Event) -> str:
    """What a certificate is called in a list of them: its session, or the event."""
    if checkin_list.session is None:
        return bi(event.name)
    row = current_row(checkin_list.session)
    return bi(row.title if row is not None else checkin_list.session.title)
