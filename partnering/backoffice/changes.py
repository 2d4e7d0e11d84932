"""What happened at an event, in sentences made from the log."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import joinedload, selectinload

from ..accounts.models import Person
from ..agenda.models import Location
from ..audit import AuditDetail, AuditEntry
from ..checkin.models import CheckinList, CheckinQuestion
from ..consents.models import ConsentRecipient
from ..contributions.models import CallTopic, Criterion
from ..db import BilingualText, db
from ..delegates.models import Delegate
from ..events.models import Event, Host, Participant
from ..i18n import _, _l, bi
from ..invoices.models import Invoice
from ..organisations.models import Organisation
from ..questions.models import Question, QuestionSection, QuestionVersion
from ..registration.models import Party, Registration, WaitingEntry
from ..tickets.models import Code, MemberList, Pool, Product

SENTENCES: dict[str, LazyString] = {
    "event.created": _l("%(who)s made the draft of this conference."),
    "event.changed": _l("%(who)s changed the settings."),
    "event.legal_text": _l("%(who)s published a legal text."),
    "event.state": _l("%(who)s changed the state of the conference."),
    "team.joined": _l("%(who)s let %(thing)s into the team."),
    "team.left": _l("%(who)s ended a role of %(thing)s."),
    "pool.created": _l("%(who)s made the pool “%(thing)s”."),
    "pool.changed": _l("%(who)s changed the pool “%(thing)s”."),
    "pool.removed": _l("%(who)s removed the pool “%(thing)s”."),
    "pool.overridden": _l("%(who)s let more be sold than the pool “%(thing)s” holds."),
    "product.created": _l("%(who)s made the ticket “%(thing)s”."),
    "product.changed": _l("%(who)s changed the ticket “%(thing)s”."),
    "product.removed": _l("%(who)s removed “%(thing)s”."),
    "product.moved": _l("%(who)s put “%(thing)s” elsewhere in the list."),
    "product.time_set": _l("%(who)s changed when or where “%(thing)s” takes place."),
    "code.created": _l("%(who)s made the code “%(thing)s”."),
    "code.changed": _l("%(who)s changed the code “%(thing)s”."),
    "code.removed": _l("%(who)s removed the code “%(thing)s”."),
    "code.switched": _l("%(who)s switched the code “%(thing)s” on or off."),
    "code.blocked_set": _l("%(who)s changed how many places “%(thing)s” keeps."),
    "member_list.made": _l("%(who)s made the member list “%(thing)s”."),
    "member_list.changed": _l("%(who)s changed the member list “%(thing)s”."),
    "member_list.removed": _l("%(who)s removed the member list “%(thing)s”."),
    "refund_rules.changed": _l("%(who)s changed what is paid back."),
    "event.cloned": _l("%(who)s made this conference from another one."),
    "form.section_added": _l("%(who)s added the section “%(thing)s” to the form."),
    "form.section_changed": _l("%(who)s changed the section “%(thing)s” of the form."),
    "form.section_removed": _l("%(who)s removed the section “%(thing)s” of the form."),
    "form.question_added": _l("%(who)s added the question “%(thing)s” to the form."),
    "form.question_changed": _l("%(who)s changed the question “%(thing)s” of the form."),
    "form.question_retired": _l("%(who)s took the question “%(thing)s” out of the form."),
    "form.question_brought_back": _l("%(who)s brought the question “%(thing)s” back into the form."),
    "form.copied": _l("%(who)s copied the form of another event."),
    "catering.names_seen": _l("%(who)s looked at who eats what."),
    "people.informed": _l("%(who)s told people who were entered where their data come from."),
    "consents.exported": _l("%(who)s downloaded who agrees to a purpose."),
    "consent_recipient.added": _l("%(who)s lets people be asked about details for “%(thing)s”."),
    "consent_recipient.changed": _l("%(who)s changed what details for “%(thing)s” are for."),
    "consent_recipient.stopped": _l("%(who)s stopped asking about details for “%(thing)s”."),
    "consent_recipient.resumed": _l("%(who)s lets people be asked again about details for “%(thing)s”."),
    "consent_recipient.removed": _l("%(who)s took “%(thing)s” off the list of recipients."),
    "photos.list_taken": _l("%(who)s downloaded who does not want to be photographed."),
    "invoices.audit_file": _l("%(who)s asked for the file for a tax audit."),
    "catering.names_taken": _l("%(who)s downloaded who eats what."),
    "party.called_off": _l("The booking of %(thing)s ended without a fee: the conference is cancelled."),
    "product.called_off": _l("%(who)s called off “%(thing)s”."),
    "approval.ended": _l("The request of %(thing)s ended with the conference."),
    "party.placed": _l("%(thing)s registered."),
    "registration.added": _l("%(who)s registered %(thing)s by hand."),
    "registration.moved": _l("%(who)s moved %(thing)s to another ticket."),
    "registration.exception": _l("%(who)s changed until when %(thing)s may change the ticket."),
    "registration.answers": _l("%(who)s changed answers of %(thing)s."),
    "party.given": _l("%(who)s gave tickets to %(thing)s."),
    "party.sent_again": _l("%(who)s sent %(thing)s the link to the booking again."),
    "party.link_renewed": _l("%(who)s took back the link to the booking of %(thing)s."),
    "waiting.link_renewed": _l("%(who)s took back the link of %(thing)s to the waiting list."),
    "people.imported": _l("%(who)s brought in a list of people."),
    "people.exported": _l("%(who)s loaded a list of people."),
    "leads.exported": _l("%(who)s loaded the leads of an exhibitor."),
    "registration.cancelled": _l("The registration of %(thing)s was cancelled (%(who)s)."),
    "registration.changed": _l("%(thing)s changed what is printed on the badge."),
    "registration.code_renewed": _l("%(who)s gave %(thing)s a new ticket code."),
    "registration.sent_again": _l("%(who)s sent %(thing)s the ticket again."),
    "participant.erased": _l("%(who)s erased somebody who took part."),
    "participant.corrected": _l("%(who)s corrected the details of %(thing)s."),
    "place.named": _l("%(who)s named somebody for a place."),
    "place.cancelled": _l("%(who)s gave back a place."),
    "place.corrected": _l("%(who)s corrected the name of somebody who was asked."),
    "party.withdrawn": _l("%(thing)s withdrew from the contract."),
    "add_on.booked": _l("%(who)s booked something for %(thing)s."),
    "add_on.withdrawn": _l("%(who)s withdrew from something booked later for %(thing)s."),
    "add_on.given_up": _l("%(who)s gave something up for %(thing)s."),
    "profile.handed_over": _l("%(who)s let a colleague keep the partnering profile."),
    "answers.changed": _l("%(who)s changed answers of %(thing)s."),
    "waiting.moved_up": _l("%(who)s moved %(thing)s up the waiting list."),
    "waiting.offered": _l("%(who)s offered %(thing)s places out of turn."),
    "waiting.removed": _l("%(who)s took %(thing)s off the waiting list."),
    "approval.asked": _l("%(thing)s asks for approval."),
    "approval.approved": _l("%(who)s approved the request of %(thing)s."),
    "approval.rejected": _l("%(who)s rejected the request of %(thing)s."),
    "approval.person_rejected": _l("%(who)s rejected one person of the request of %(thing)s."),
    "approval.withdrawn": _l("%(thing)s withdrew a request."),
    "approval.taken_back": _l("%(who)s took the approval of %(thing)s back."),
    "invoice.issued": _l("Invoice %(thing)s was issued (%(who)s)."),
    "invoice.cancelled": _l("Invoice %(thing)s was cancelled (%(who)s)."),
    "invoice.sent_again": _l("%(who)s sent invoice %(thing)s again."),
    "invoice.reminded": _l("%(who)s reminded of invoice %(thing)s."),
    "invoice.price_charged": _l("%(who)s charged today's price to %(thing)s."),
    "invoice_setup.changed": _l("%(who)s changed how this conference invoices."),
    "host.changed": _l("%(who)s changed the details of the organiser."),
    "party.billing_changed": _l("%(who)s changed the address for invoices of %(thing)s."),
    "payment.recorded": _l("%(who)s booked a payment of %(thing)s."),
    "payment.refunded": _l("%(who)s booked money paid back to %(thing)s."),
    "payment.taken_back": _l("%(who)s balanced a payment of %(thing)s."),
    "letter.retried": _l("%(who)s tried a letter again."),
    "device.made": _l("%(who)s added a device for the doors."),
    "device.enrolled": _l("A phone became a device for the doors."),
    "device.rolled": _l("%(who)s gave a device a new code."),
    "device.pin_set": _l("%(who)s set the PIN of a kiosk."),
    "device.revoked": _l("%(who)s took a device away from the doors."),
    "scan.annulled": _l("%(who)s undid a check-in."),
    "scan.settled": _l("%(who)s decided about a scan of a door without network."),
    "scan.forced": _l("%(who)s let somebody in by hand."),
    "device.edited": _l("%(who)s changed what a phone at the doors may do."),
    "checkin_list.made": _l("%(who)s made the check-in list “%(thing)s”."),
    "checkin_list.edited": _l("%(who)s changed the check-in list “%(thing)s”."),
    "checkin_list.closed": _l("%(who)s closed the check-in list “%(thing)s”."),
    "checkin_list.reopened": _l("%(who)s opened the check-in list “%(thing)s” again."),
    "checkin_list.removed": _l("%(who)s deleted the check-in list “%(thing)s”."),
    "checkin_list.exported": _l("%(who)s downloaded who came to “%(thing)s”."),
    "checkin_list.certified": _l("%(who)s had the certificates of “%(thing)s” made."),
    "door_note.set": _l("%(who)s changed what the doors are told of %(thing)s."),
    "door_note.blocked": _l("%(who)s blocked %(thing)s at the doors."),
    "door_note.unblocked": _l("%(who)s lets %(thing)s in at the doors again."),
    "checkin_question.added": _l("%(who)s added the question “%(thing)s” at a door."),
    "checkin_question.changed": _l("%(who)s changed the question “%(thing)s” at a door."),
    "checkin_question.retired": _l("%(who)s no longer lets “%(thing)s” be asked at a door."),
    "checkin_question.asked_again": _l("%(who)s lets “%(thing)s” be asked at a door again."),
    "meetings.block_made": _l("%(who)s added times for meetings."),
    "meetings.block_changed": _l("%(who)s changed times for meetings."),
    "meetings.zone_set": _l("%(who)s set up a part of the venue."),
    "meetings.tables_put": _l("%(who)s put tables into a part of the venue."),
    "meetings.place_added": _l("%(who)s added a stand."),
    "meetings.place_changed": _l("%(who)s changed a stand or a video room."),
    "meetings.place_removed": _l("%(who)s deleted a table, stand or video room."),
    "meetings.zone_removed": _l("%(who)s deleted a part of the venue."),
    "meetings.block_removed": _l("%(who)s deleted times for meetings."),
    "meetings.lunch_set": _l("%(who)s set when lunch is protected."),
    "meetings.table_closed": _l("%(who)s closed a table."),
    "meetings.table_opened": _l("%(who)s opened a table again."),
    "meetings.exported": _l("%(who)s took a list of meetings along as a file."),
    "meetings.nudged": _l("%(who)s wrote to people without an answer."),
    "meetings.papers_made": _l("%(who)s had papers about meetings printed."),
    "meetings.rules_set": _l("%(who)s changed the rules for meetings."),
    "meeting.cancelled": _l("A meeting was cancelled (%(who)s)."),
    "meeting.booked": _l("%(who)s booked a meeting at the desk."),
    "meeting.unplaced": _l("A meeting lost its time (%(who)s)."),
    "meeting.acted_for": _l("%(who)s acted for a colleague in a meeting."),
    "meeting.moved": _l("%(who)s moved a meeting."),
    "meeting.placed": _l("%(who)s gave a meeting a time."),
    "meeting.table_changed": _l("%(who)s gave a meeting another table."),
    "meeting.joined": _l("%(who)s added somebody to a meeting."),
    "meeting.left": _l("%(who)s took somebody out of a meeting."),
    "meeting.replaced": _l("%(who)s let somebody else come to a meeting."),
    "meeting.disputed": _l("%(who)s said that a meeting did take place."),
    "partner_group.added": _l("%(who)s made a group of guests."),
    "partner_group.changed": _l("%(who)s changed a group of guests."),
    "partner_group.removed": _l("%(who)s took a group of guests away."),
    "partner_group.matrix_set": _l("%(who)s changed who may ask whom for a meeting."),
    "organisation.published": _l("%(who)s put “%(thing)s” into the public directory."),
    "organisation.publish_asked": _l("%(who)s asks that “%(thing)s” stands in the public directory."),
    "organisation.approved": _l("%(who)s let “%(thing)s” into the public directory."),
    "organisation.refused": _l("%(who)s did not let “%(thing)s” into the public directory."),
    "organisation.unpublished": _l("%(who)s took “%(thing)s” out of the public directory."),
    "organisation.withheld": _l("%(who)s took “%(thing)s” out of the directory of this conference."),
    "organisation.admitted": _l("%(who)s let “%(thing)s” into the directory of this conference again."),
    "organisation.stand_set": _l("%(who)s changed the stand of “%(thing)s”."),
    "organisation.domains_set": _l("%(who)s changed which addresses speak for “%(thing)s”."),
    "organisation.team_acts": _l("%(who)s changed whether colleagues of “%(thing)s” act for each other."),
    "delegate.merged": _l("%(who)s merged two registrations of %(thing)s for partnering."),
    "delegate.shown": _l("%(thing)s entered the partner directory."),
    "badges.printed": _l("%(who)s had badges printed."),
    "badges.layout_drawn": _l("%(who)s drew a layout of badges."),
    "badges.layout_changed": _l("%(who)s changed a layout of badges."),
    "badges.layout_retired": _l("%(who)s uses a layout of badges no more."),
    "registration.badge_lost": _l("%(who)s gave %(thing)s a new badge with a new code: the old one is lost."),
    "programme.imported": _l("A programme was read in (%(who)s)."),
    "programme.session_added": _l("%(who)s added a session."),
    "programme.session_changed": _l("%(who)s changed a session."),
    "programme.session_moved": _l("%(who)s moved a session."),
    "programme.session_people": _l("%(who)s changed who speaks in a session."),
    "programme.session_cancelled": _l("%(who)s cancelled a session."),
    "programme.file_uploaded": _l("%(who)s sent a file for %(thing)s."),
    "programme.file_taken_back": _l("%(who)s took back a file of %(thing)s."),
    "programme.file_shown": _l("%(who)s lets guests download a file of %(thing)s."),
    "programme.file_hidden": _l("%(who)s keeps a file of %(thing)s from guests."),
    "programme.availability_set": _l("%(thing)s said when they can come."),
    "programme.biography_set": _l("%(who)s changed the biography of %(thing)s."),
    "programme.needs_set": _l("%(who)s said what a session needs on the stage."),
    "programme.speakers_asked": _l("%(who)s changed what speakers are asked for."),
    "programme.speakers_reminded": _l("%(who)s wrote to speakers."),
    "programme.session_restored": _l("%(who)s brought a session back."),
    "call.set": _l("%(who)s changed the rules of the call for contributions."),
    "call.topic_added": _l("%(who)s added the topic “%(thing)s” to the call."),
    "call.topic_changed": _l("%(who)s changed the topic “%(thing)s” of the call."),
    "call.criterion_added": _l("%(who)s added the criterion “%(thing)s” to the call."),
    "call.criterion_changed": _l("%(who)s changed the criterion “%(thing)s” of the call."),
    "call.retired": _l("%(who)s took “%(thing)s” out of the call."),
    "call.brought_back": _l("%(who)s put “%(thing)s” back into the call."),
    "call.committee_set": _l("%(who)s changed which topics %(thing)s reads for the committee."),
    "call.handed_in": _l("%(who)s handed in a contribution."),
    "call.edited": _l("%(who)s changed a contribution that was handed in."),
    "call.withdrawn": _l("%(who)s withdrew a contribution."),
    "call.reviewed": _l("%(who)s judged a contribution."),
    "call.blinded": _l("%(who)s wrote a version of a contribution without names."),
    "call.decided": _l("%(who)s decided on a contribution."),
    "call.told": _l("%(who)s told the decision on a contribution."),
    "call.made_session": _l("%(who)s made a session of a contribution."),
    "programme.session_deleted": _l("%(who)s deleted a session that was never public."),
    "programme.places_offered": _l("%(who)s lets places in a session be booked."),
    "programme.places_changed": _l("%(who)s changed how many places in a session can be booked."),
    "programme.places_ended": _l("%(who)s sells no more places in a session."),
    "programme.day_set": _l("%(who)s set the days of the programme."),
    "programme.released": _l("%(who)s released a version of the programme."),
    "programme.letters_sent": _l("%(who)s sent letters about the programme."),
    "programme.calendars_sent": _l("%(who)s brought calendars up to date with the programme."),
    "programme.letter_left_out": _l("%(who)s left a letter about the programme out."),
    "programme.letter_taken_in": _l("%(who)s let a letter about the programme wait again."),
}

HIDDEN = (
    "form.section_moved",
    "form.question_moved",
    "checkin_question.moved",
    "form.choice_priced",
    "form.choice_unpriced",
    "pool.capacity_set",
    "party.placed_twice",
    "programme.session_released",
    "programme.room_added",
    "programme.room_changed",
    "programme.track_added",
    "programme.track_changed",
    "meeting.undone",
    "meeting.forwarded",
    "meeting.revived",
    "schedule.feed_renewed",
    "delegate.agenda_shared",
    "delegate.agenda_kept",
    "delegate.letters_chosen",
    "programme.letters_chosen",
)
"""What another entry tells already, what concerns nobody else, or what would tell who tried to register twice."""


@dataclass(frozen=True)
class Change:
    """A sentence, when it happened, and where it leads: ("person" | "product" | "party" | "", public id)."""

    at: datetime
    sentence: str
    leads_to: tuple[str, str]


def latest(event: Event, most: int = 8) -> list[Change]:
    """The newest changes, newest first."""
    entries = db.session.scalars(
        sa.select(AuditEntry)
        .where(AuditEntry.event_ref == event.public_id, AuditEntry.action.not_in(HIDDEN))
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(most)
    ).all()
    return told(event, entries)


def told(event: Event, entries: Sequence[AuditEntry]) -> list[Change]:
    """Entries as sentences."""
    names, leads = _names(event, entries)
    return [_change(entry, names, leads) for entry in entries]


def names_of(refs: Iterable[str]) -> dict[str, str]:
    """What the things with these public ids are called that details name: tickets, pools, rooms, lists, people."""
    wanted = sorted(refs)
    models = (Product, Pool, Location, Event, Participant, Host, CheckinList)
    named = [one for model in models for one in _found(model, wanted)]
    return {one.public_id: one.name if isinstance(one.name, str) else bi(one.name) for one in named}


def _change(entry: AuditEntry, names: dict[tuple[str, str], str], leads: dict[tuple[str, str], str]) -> Change:
    who = names.get(("person", entry.actor_ref)) if entry.actor_kind == "person" else None
    who = who or {"system": _("The system"), "anonymous": _("A guest")}.get(entry.actor_kind, _("Somebody"))
    thing = (entry.object_kind, entry.object_ref)
    sentence = SENTENCES.get(entry.action, _l("%(who)s: %(action)s."))
    words = {"who": who, "thing": names.get(thing, _("somebody")), "action": entry.action}
    kind = entry.object_kind if entry.object_kind in ("product", "party") else "person"
    return Change(entry.at, str(sentence) % words, (kind, leads[thing]) if thing in leads else ("", ""))


def _names(
    event: Event, entries: Sequence[AuditEntry]
) -> tuple[dict[tuple[str, str], str], dict[tuple[str, str], str]]:
    """Names of everybody and everything in these entries, and the public ids of the pages on them."""
    refs: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        refs[entry.object_kind].add(entry.object_ref)
        if entry.actor_kind == "person":
            refs["person"].add(entry.actor_ref)
    names: dict[tuple[str, str], str] = {}
    leads: dict[tuple[str, str], str] = {}
    for person in _found(Person, refs["person"], selectinload(Person.addresses)):
        names["person", person.public_id] = person.display_name
    for delegate in _found(Delegate, refs["delegate"], joinedload(Delegate.participant)):
        names["delegate", delegate.public_id] = delegate.participant.name
        leads["delegate", delegate.public_id] = delegate.participant.public_id
    for organisation in _found(Organisation, refs["organisation"]):
        names["organisation", organisation.public_id] = organisation.name
    for party in _found(Party, refs["party"]):
        names["party", party.public_id] = party.contact_name
        if party.placed_at is not None:
            leads["party", party.public_id] = party.public_id
    for entry in _found(WaitingEntry, refs["waiting_entry"]):
        names["waiting_entry", entry.public_id] = entry.name
    for registration, participant in db.session.execute(
        sa.select(Registration, Participant)
        .join(Participant, Participant.id == Registration.participant_id)
        .where(Registration.event_id == event.id, Registration.public_id.in_(refs["registration"]))
    ):
        names["registration", registration.public_id] = participant.name
        leads["registration", registration.public_id] = participant.public_id
    for participant in _found(Participant, refs["participant"]):
        names["participant", participant.public_id] = participant.name
        leads["participant", participant.public_id] = participant.public_id
    for invoice in _found(Invoice, refs["invoice"]):
        names["invoice", invoice.public_id] = invoice.text
    for kind, model in (("call_topic", CallTopic), ("criterion", Criterion)):
        for named in _found(model, refs[kind]):
            names[kind, named.public_id] = bi(named.name)
    for pool in _found(Pool, refs["pool"]):
        names["pool", pool.public_id] = bi(pool.name)
    for code in _found(Code, refs["code"]):
        names["code", code.public_id] = code.text
    for members in _found(MemberList, refs["member_list"]):
        names["member_list", members.public_id] = members.name
    for recipient in _found(ConsentRecipient, refs["consent_recipient"]):
        names["consent_recipient", recipient.public_id] = recipient.name
    for product in _found(Product, refs["product"]):
        names["product", product.public_id] = bi(product.name)
        leads["product", product.public_id] = product.public_id
    for door in _found(CheckinList, refs["checkin_list"]):
        names["checkin_list", door.public_id] = bi(door.name)
    for asked in _found(CheckinQuestion, refs["checkin_question"]):
        names["checkin_question", asked.public_id] = bi(asked.label)
    for section in _found(QuestionSection, refs["question_section"]):
        names["question_section", section.public_id] = bi(section.title)
    for ref, label in db.session.execute(
        sa.select(Question.public_id, QuestionVersion.label)
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .where(Question.public_id.in_(refs["question"]))
        .order_by(QuestionVersion.number)
    ):
        names["question", ref] = bi(label)
    _name_what_is_gone(refs, names)
    return names, leads


GONE = {
    "checkin_list": "name",
    "product": "name",
    "pool": "name",
    "code": "name",
    "member_list": "name",
    "question_section": "title",
    "consent_recipient": "name",
}
"""What organisers can remove, and under which word the log remembers its name."""


def _name_what_is_gone(refs: Mapping[str, set[str]], names: dict[tuple[str, str], str]) -> None:
    """Name what was removed as the log of its end remembers it."""
    missing = {ref for kind in GONE for ref in refs[kind] if (kind, ref) not in names}
    if not missing:
        return
    for entry, before in db.session.execute(
        sa.select(AuditEntry, AuditDetail.before)
        .join(AuditDetail, AuditDetail.entry_id == AuditEntry.id)
        .where(AuditEntry.object_ref.in_(sorted(missing)), AuditEntry.action.like("%removed"))
    ):
        name = (before or {}).get(GONE.get(entry.object_kind, ""), "")
        names[entry.object_kind, entry.object_ref] = (
            bi(BilingualText(name.get("de", ""), name.get("en", ""))) if isinstance(name, dict) else str(name)
        )


def _found(model: Any, refs: Iterable[str], *options: Any) -> Sequence[Any]:
    return db.session.scalars(sa.select(model).where(model.public_id.in_(sorted(refs))).options(*options)).all()
