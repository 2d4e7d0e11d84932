"""What the rooms above registration have at a conference: partnering, programme, form, doors, letters, jobs."""

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from partnering import clock, links
from partnering.accounts.models import Person
from partnering.agenda import services as agenda
from partnering.agenda.models import Location
from partnering.backoffice import question_prices
from partnering.checkin import asking, devices, kiosk, redeeming, uploading
from partnering.checkin import services as checkin
from partnering.checkin.models import CheckinList, Device
from partnering.checkin.uploading import Brought
from partnering.db import db
from partnering.delegates import groups, opportunities, public, saved
from partnering.delegates import services as delegates
from partnering.delegates.directory import Wish
from partnering.delegates.models import Delegate
from partnering.events.models import Event, Participant
from partnering.jobs.models import Job, JobFile
from partnering.mail.models import OutboxLetter
from partnering.meetings import queries as meeting_queries
from partnering.meetings import services as meetings
from partnering.meetings import setting_up
from partnering.meetings.models import MeetingVacancy
from partnering.organisations import images
from partnering.programme import (
    availability,
    drafting,
    file_types,
    files,
    needs,
    photos,
    profiles,
    releasing,
)
from partnering.programme.choosing import bookmark
from partnering.programme.facts import Part, Time
from partnering.programme.models import ProgrammeSession, ReleaseLetter, Track
from partnering.questions import building, queries, uploads
from partnering.questions import services as asked
from partnering.questions.models import Question
from partnering.registration.models import Registration
from tests.support.there import there

from .badges import badges
from .conference import Conference, Words, both, morning, remember
from .contacts import in_person
from .delegates import make_registration
from .events import make_participant, make_person
from .images import make_png
from .slides import make_pdf
from .tickets import make_product

BLOCK_PAGES = ("block", "set_phase", "removal", "remove_slots", "remove_block")

TERMS = [("offer", "goal", "licence"), ("seek", "goal", "licence")]


def partnering(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    """People who partner, free and busy, with requests and meetings in every state."""
    block = meetings.make_block(event, both(words, "Partnering", "Partnering"), morning(event, 13), morning(event, 17))
    tables = meetings.make_tables(event, "AB", 6, zone=both(words, "Halle", "Hall"))
    room = setting_up.add_virtual_room(event, both(words, "Videoraum", "Video room"), "https://meet.example/room")
    who = {role: delegates.join(held) for role, held in guests.items()}
    for delegate in who.values():
        delegates.edit(
            delegate.profile,
            offers=words("Peptidsynthese nach GMP"),
            seeks=words("Partner für die Klinik"),
            description=words("Wir falten Proteine mit Licht."),
            organisation_type="biotech_company",
            country="DE",
            terms=TERMS,
        )
        delegates.show(delegate, "name")
    jana, henrike, paul = who["attendee"], who["other attendee"], who["exhibitor"]
    slots = meeting_queries.shared_slots([jana, paul])
    asked = meetings.request_meeting(jana, paul, slots[:2], words("Ich möchte über Peptide sprechen."))
    held = meetings.request_meeting(henrike, paul, slots[3:4], words("Guten Tag."))
    meetings.accept(held, slots[3])
    vacancy = _vacancy(event, jana, henrike, words)
    kept_free = agenda.block(jana.participant, event, slots[-2].starts_at, slots[-2].ends_at)
    group = groups.keep(event, None, name=both(words, "Aussteller", "Exhibitors"))
    groups.keep(event, None, name=both(words, "Hochschulen", "Universities"), organisation_types=["university"])
    search = saved.keep_search(jana, words("Deutschland"), Wish(country=("DE",)))
    saved.keep_person(jana, henrike)
    drug = opportunities.add(
        jana.profile,
        language="de",
        kind="asset",
        side="offer",
        title=words("LF-101 gegen Keime"),
        summary=words("Ein Peptid in der Präklinik."),
        stage="preclinical",
        ip="ip_filed",
        terms=[("modality", "peptide")],
    )
    logo = images.keep(jana.profile.organisation, images.read(io.BytesIO(make_png())))
    public.publish(henrike.profile, henrike, website="https://peptidwerk.example")
    in_person(made, jana.participant, henrike.participant, paul, words)
    made.tokens["letters"] = links.token("letters", jana.public_id)
    made.things |= {
        "organisations.id": jana.profile.organisation.public_id,
        "image": logo.public_id,
        "delegates_profiles.id": henrike.profile.public_id,
        **{f"delegates.{deed}_opportunity.id": drug.public_id for deed in ("edit", "delete", "move")},
        "delegates_desk.id": group.public_id,
        "subscriptions.kind": "requests",
        "delegates.delete_search.id": search.public_id,
        "delegates.set_search_letters.id": search.public_id,
        "delegates.set_search_letters.deed": "on",
        "block_entry": kept_free.public_id,
        "delegates.id": paul.public_id,
        "meetings.request_meeting.id": henrike.public_id,
        "meetings.ask_live.id": henrike.public_id,
        "meetings.id": asked.public_id,
        "schedule.meeting_ics.public_id": held.public_id,
        "meetings.vacancy.id": vacancy.public_id,
        "meetings.take_over.id": vacancy.public_id,
        "meetings.let_go.id": vacancy.public_id,
        "meetings_desk.id": held.public_id,
        "meetings_desk.change_seats.kind": "requester",
        "block": block.public_id,
        **{f"meetings_desk.{name}.id": block.public_id for name in BLOCK_PAGES},
        **{f"meetings_desk.{name}_zone.id": there(tables[0].zone).public_id for name in ("change", "remove")},
        "meetings_desk.change_room.id": room.public_id,
        "table": tables[0].public_id,
        "slot": slots[0].public_id,
        "free_slot": slots[-1].public_id,
    }


def _vacancy(event: Event, jana: Delegate, other: Delegate, words: Words) -> MeetingVacancy:
    """A colleague of Jana who has left, and whose meeting somebody may take over."""
    held = make_registration(
        event,
        company=jana.profile.organisation.name,
        party=jana.registration.place.party,
        email=f"colleague@{event.slug}.example",
        given_name=words("Olaf"),
        family_name=words("Zeh"),
    )
    colleague = delegates.join(held)
    slot = meeting_queries.shared_slots([colleague, other])[-3]
    meetings.accept(meetings.request_meeting(colleague, other, [slot], words("Bis bald.")), slot)
    held.state, colleague.left_at = "declined", clock.now()
    meetings.cascade(colleague)
    return db.session.scalars(sa.select(MeetingVacancy).where(MeetingVacancy.leaver_id == colleague.id)).one()


def programme(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    """Sessions with speakers, tracks and bookmarks."""
    person = make_person(f"speaker@{event.slug}.example", given_name=words("Ewa"), family_name=words("Łęcka"))
    speaker = make_participant(
        event,
        person,
        given_name=words("Ewa"),
        family_name=words("Łęcka"),
        company=words("Universität Beispielstadt"),
        function=words("Professorin"),
    )
    speaker.biography = words("Forscht an Enzymen.")
    remember(made, "speaker", person)
    track = Track(event_id=event.id, name=both(words, "Bioprozess", "Bioprocess"), tint=2)
    rooms = [
        Location(event_id=event.id, kind="room", name=both(words, f"Saal {n}", f"Hall {n}"), position=n) for n in (1, 2)
    ]
    db.session.add_all([track, *rooms])
    db.session.flush()
    talks = []
    for number, (room, hour, kind) in enumerate(((0, 9, "keynote"), (0, 10, "talk"), (1, 10, "workshop"))):
        starts = morning(event, hour)
        talk = drafting.draft(
            event,
            title=both(words, f"Enzyme im Reaktor {number}", f"Enzymes in the reactor {number}"),
            kind=kind,
            subtitle=both(words, "Ein Überblick", "An overview"),
            abstract=both(words, "Ein **langer** Text.", "A **long** text."),
            language="de",
            track=track,
            people=() if number else [Part(speaker)],
            time=Time(starts, starts + timedelta(minutes=45), rooms[room]),
        )
        talks.append(talk)
    greeting = both(words, "Das Programm steht.", "The programme is settled.")
    releasing.release(event, note=both(words, "Das erste Programm.", "The first programme."), greeting=greeting)
    bookmark(talks[0], guests["attendee"].participant)
    made.tokens["chosen"] = links.token("chosen", guests["attendee"].participant.public_id)
    waiting = db.session.scalars(sa.select(ReleaseLetter).where(ReleaseLetter.event_id == event.id)).one()
    places = make_product(
        event, kind="add_on", gross=0, capacity=12, name=both(words, "Platz", "Place"), partnering=False, position=80
    )
    places.appointment_id = talks[2].appointment_id
    drafting.place(talks[2], morning(event, 11), rooms[1])
    made.things |= {
        "session": talks[0].public_id,
        "programme.public_id": talks[0].public_id,
        "programme.book.public_id": talks[2].public_id,
        "programme.give_up.public_id": talks[2].public_id,
        "room": rooms[0].public_id,
        "programme_release.version.version": "1",
        "programme_release.letter.public_id": waiting.public_id,
    }
    made.things |= {
        "programme_desk.public_id": made.things["session"],
        "programme_speakers.public_id": made.things["session"],
        "programme_speakers.speaker.public_id": speaker.public_id,
        "programme.photo.public_id": speaker.public_id,
        "programme_desk.save_room.public_id": rooms[0].public_id,
        "programme_desk.save_track.public_id": track.public_id,
        "programme.track_ics.public_id": track.public_id,
        "programme.speaker_ics.public_id": speaker.public_id,
        "programme.speaker.public_id": speaker.public_id,
        "speaker": speaker.public_id,
    }
    _given_by(event, made, speaker, words)


def _given_by(event: Event, made: Conference, speaker: Participant, words: Words) -> None:
    """What the speaker gave: a photo that may be shown, slides that guests may have, times, needs."""
    talk = db.session.scalars(
        sa.select(ProgrammeSession).where(ProgrammeSession.public_id == made.things["session"])
    ).one()
    profiles.agree(speaker, {"speaker_page": True})
    photo = photos.keep(speaker, images.read(io.BytesIO(make_png(8, 8))))
    slides = file_types.in_memory(make_pdf(), words("Folien.pdf"))
    file = files.upload(talk, speaker, slides, kind="slides", public=True)
    needs.say(event, talk, ["hdmi", "headset"], words("Ein Glas Wasser."))
    availability.say(event, speaker, [(morning(event, 9), morning(event, 12))], words("Gern früh."))
    profiles.note(speaker, words("Kommt mit dem Zug."))
    made.things |= {
        "programme.photo.photo_id": photo.public_id,
        "programme.file_id": file.public_id,
        "programme_speakers.file_id": file.public_id,
    }


def form(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    """A form with a question of every kind, answered by the attendee; sensitive ones, versions, a price and a limit."""
    section = building.add_section(event, both(words, "Ihr Besuch", "Your visit"), both(words, "Kurz.", "Brief."))
    empty = building.add_section(event, both(words, "Weiteres", "More"))
    given = {
        "short_text": words("kurz"),
        "long_text": words("lang"),
        "single_choice": "a",
        "multiple_choice": ["a", "b"],
        "number": 3,
        "date": "2027-10-13",
        "country": "CZ",
        "phone": "+49 351 4040",
        "yes_no": True,
        "organisation": words("Lumenfold GmbH"),
    }
    made_of: dict[str, Question] = {}

    def ask(kind: str, name: str, **more: Any) -> Question:
        choices = [(key, both(words, f"Wahl {key}", f"Choice {key}")) for key in "ab"] if "choice" in kind else []
        asked_as = {name: more.pop(name) for name in ("asks", "internal") if name in more}
        said = building.Words(
            kind,
            both(words, f"Frage {name}", f"Question {name}"),
            both(words, "Hilfe", "Help"),
            purpose=both(words, "Planung", "planning"),
            choices=choices,
            **more,
        )
        return building.add_question(section, said, **asked_as)

    for kind in given:
        made_of[kind] = ask(kind, kind)
    made_of["file"] = ask("file", "file")
    under = {"all": [{"fact": f"question:{made_of['single_choice'].public_id}", "in": ["a"]}]}
    ask("short_text", "nur wenn", rule=under)
    ask("short_text", "einmal", asks="buyer")
    ask("short_text", "intern", internal=True)
    food = ask("single_choice", "Essen", data_class="sensitive", retention_days=30)
    need = ask("long_text", "Bedarf", data_class="sensitive", retention_days=30)
    gone = ask("short_text", "früher")
    building.retire(gone)
    question_prices.set_prices(
        event, made_of["multiple_choice"], {"a": question_prices.Wanted(both(words, "Wahl a", "a"), 4_500, 80)}, 1900
    )
    upload = uploads.Upload(words("nachweis.pdf"), "application/pdf", b"%PDF-1.4\n")
    file = uploads.keep(event, made_of["file"].id, upload)
    answers = {made_of[kind].public_id: value for kind, value in given.items()}
    answers |= {made_of["file"].public_id: file.public_id, food.public_id: "a", need.public_id: words("Nüsse")}
    jana = guests["attendee"]
    sheet = asked.new_sheet(event)
    jana.sheet_id = sheet.id
    asked.save(sheet, queries.current_questions(event, "attendee"), answers)
    held = building.words_of(queries.newest_version(made_of["short_text"]))
    building.revise(made_of["short_text"], replace(held, required=False, label=both(words, "Neu", "New")))
    made.things |= {"way": "up", "backoffice.answer_file.public_id": file.public_id}
    for name in ("edit_section", "move_section"):
        made.things[f"backoffice.{name}.public_id"] = section.public_id
    made.things["backoffice.remove_section.public_id"] = empty.public_id
    for name in ("edit_question", "move_question", "retire_question"):
        made.things[f"backoffice.{name}.public_id"] = made_of["multiple_choice"].public_id
    made.things["backoffice.ask_question_again.public_id"] = gone.public_id


def door(event: Event, made: Conference, guests: dict[str, Registration], words: Words) -> None:
    """A door, a device, and somebody who came in."""
    door = checkin.make_list(event, both(words, "Südtür", "South door"))
    crew = db.session.get_one(Person, made.people["crew"])
    device = checkin.browser_device(event, crew)
    verdict = redeeming.redeem_registration(event, door, device, guests["other attendee"])
    redeeming.redeem_code(event, door, device, words("kein Ticket"))
    choices = [("", both(words, "Fisch", "Fish")), ("", both(words, "Gemüse", "Vegetables"))]
    asked = asking.add(event, door, asking.Words(both(words, "Hauptgericht", "Main course"), "choice", False, choices))
    asking.retire(event, asking.add(event, door, asking.Words(both(words, "Tasche", "Bag"))))
    made.things["question_id"] = asked.public_id
    course = checkin.make_list(event, both(words, "Seminar", "Seminar"), kind="workshop", certificate=True)
    for guest in guests.values():
        redeeming.redeem_registration(event, course, device, guest)
    checkin.edit_list(event, course, {"closes_at": clock.now()})  # it is over, so that guests find their certificates
    for each in ("certificates", "make_certificates", "certificate_of"):
        made.things[f"checkin_desk.{each}.list_id"] = course.public_id
    made.things |= {"certificates.list_id": course.public_id, "certificates_link.list_id": course.public_id}
    made.things["checkin_desk.certificate_of.guest_id"] = guests["other attendee"].public_id
    made.things["checkin_desk.note.person_id"] = guests["attendee"].participant.public_id
    phone = devices.make(event, words("Telefon 1"), by=None, lists=[door], may_force=True, may_add=True)
    made.tokens["device"] = devices.enrol(devices.offer(phone, None))[1]
    _without_network(event, phone, door, guests)
    tablet = devices.make(event, words("Kiosk 1"), by=None, kind="kiosk", lists=[door], may_add=True)
    kiosk.set_pin(event, tablet, "2468")
    made.tokens["kiosk"] = devices.enrol(devices.offer(tablet, None))[1]
    made.things["checkin_desk.edit_kiosk.device_id"] = tablet.public_id
    next_one = devices.make(event, words("Telefon 2"), by=None)
    devices.offer(next_one, None)
    devices.revoke(event, devices.make(event, words("Telefon 3"), by=None))
    made.things |= {"device_id": phone.public_id, "checkin_desk.device_code.device_id": next_one.public_id}
    made.things |= {"list_id": door.public_id, "scan_id": verdict.scan}


def _made(event: Event, by: Person, task: str, name: str, media_type: str, content: bytes, **arguments: str) -> Job:
    """A job that is done, and the file that it made."""
    job = Job(
        task=task,
        arguments=arguments,
        state="done",
        run_at=clock.now(),
        event_ref=event.public_id,
        owner_ref=by.public_id,
        created_at=clock.now(),
        finished_at=clock.now(),
    )
    db.session.add(job)
    db.session.flush()
    file = JobFile(job_id=job.id, name=name, media_type=media_type, content=content, created_at=clock.now())
    db.session.add(file)
    return job


def _without_network(event: Event, phone: Device, door: CheckinList, guests: dict[str, Registration]) -> None:
    """What a phone handed in that had no network: somebody who was in already, and somebody of whom nobody knows."""
    contact = devices.stamp(phone, clock.now())
    seen, unknown = (f"without-network-{number}" for number in (1, 2))
    uploading.receive(
        event,
        phone,
        [
            Brought(seen, door.public_id, "ok", 0, contact, guest=guests["other attendee"].public_id, via="search"),
            Brought(unknown, door.public_id, "ok", 0, contact, "scribble"),
        ],
        waiting=3,
    )


def letters_and_jobs(event: Event, made: Conference) -> None:
    """Letters and jobs as they stand in lists."""
    letter = db.session.scalars(
        sa.select(OutboxLetter).where(OutboxLetter.event_ref == event.public_id).order_by(OutboxLetter.id)
    ).first()
    if letter is not None:
        made.things["letter"] = letter.public_id
        made.things["backoffice.letter.public_id"] = letter.public_id
        made.things["backoffice.retry_letter.public_id"] = letter.public_id
    organiser = db.session.get_one(Person, made.people["organiser"])
    badges(event, made, _made(event, organiser, "badges.pdf", "badges.pdf", "application/pdf", b"%PDF-1.4\n"))
    papers = _made(event, organiser, "schedule.paper", "papers.pdf", "application/pdf", b"%PDF-1.4\n")
    made.things["schedule_desk.public_id"] = papers.public_id
    door = made.things["certificates.list_id"]
    pages = _made(
        event, organiser, "checkin.certificates", "c.pdf", "application/pdf", b"%PDF-1.4\n", checkin_list=door
    )
    for each in ("certificates_progress", "download_certificates"):
        made.things[f"checkin_desk.{each}.public_id"] = pages.public_id
    empty_zip = b"PK\x05\x06" + bytes(18)
    audit = _made(event, organiser, "invoices.audit_file", "audit.zip", "application/zip", empty_zip, language="de")
    made.things["invoices_desk.audit_progress.public_id"] = audit.public_id
    made.things["invoices_desk.audit_file.public_id"] = audit.public_id
    many = Job(
        task="people.several",
        arguments={"deed": "cancel", "people": ["aaaaaaaaaaaaaaaa"] * 60},
        state="done",
        done=60,
        total=60,
        result={"done": 40, "failed": "registration_ended"},
        run_at=clock.now(),
        event_ref=event.public_id,
        owner_ref=organiser.public_id,
        created_at=clock.now(),
        finished_at=clock.now(),
    )
    db.session.add(many)
    db.session.flush()
    made.things["backoffice.several_at_work.public_id"] = many.public_id
