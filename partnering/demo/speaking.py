"""What the speakers of a sample event gave so far: photos, slides, times, needs; of some everything, of others not."""

import io
from datetime import datetime, time, timedelta

from PIL import Image, ImageDraw

from .. import clock
from ..db import BilingualText
from ..events.models import Event, Participant
from ..i18n import bi
from ..organisations import images
from ..pdf import document, draw_lines, fit_text
from ..programme import availability, file_types, files, lacking, needs, photos, profiles
from ..programme.lacking import Part, Speaker
from ..programme.models import ProgrammeSession
from ..programme.queries import sessions_of
from .reading import Sheet

TINTS = ("#3f2d83", "#b42a72", "#0a6646", "#7d4a00", "#14539c")
ASKED = BilingualText(
    de="Projektor 16:9, HDMI und USB-C, Headset, Fernbedienung.", en="Projector 16:9, HDMI and USB-C, headset, remote."
)
HELPS = BilingualText(
    de="Regie am Eingang von Saal 1, Telefon 0341 555 01-20.", en="Stage desk at hall 1, phone +49 341 555 01-20."
)


def give(event: Event, sheet: Sheet) -> None:
    """Let every third speaker have given everything, every third most of it, and the rest little."""
    if not sheet.partnering:
        return
    profiles.ask_for(
        event,
        profiles.settings_for(event),
        availability_until=_evening(event, 56),
        slides_until=_evening(event, 7),
        contact=HELPS,
        equipment=ASKED,
    )
    sessions = {session.id: session for session in sessions_of(event)}
    for number, speaker in enumerate(lacking.speakers(event), 1):
        _give(event, speaker, number, sessions)


def _give(event: Event, speaker: Speaker, number: int, sessions: dict[int, ProgrammeSession]) -> None:
    who = speaker.participant
    if number % 3 < 2:
        photos.keep(who, images.read(io.BytesIO(_portrait(number))))
        profiles.agree(who, {"speaker_page": number % 3 == 0, "recording": number % 2 == 0})
        days = availability.days_of(event)
        held = [at for part in speaker.parts if (at := sessions[part.session_id].starts_at) is not None]
        windows = [
            (day.opens_at, day.closes_at)
            for index, day in enumerate(days)
            if index <= number % len(days) or (number % 25 and any(day.opens_at <= at < day.closes_at for at in held))
        ]
        availability.say(event, who, windows, "" if number % 2 else "Ich reise am Vorabend an.")
    if number % 3 == 0:
        for part in (part for part in speaker.parts if part.gives_slides):
            _slides(event, who, part, sessions[part.session_id], public=number % 2 == 0)


def _slides(event: Event, who: Participant, part: Part, session: ProgrammeSession, *, public: bool) -> None:
    for version in (1, 2):
        looked = file_types.in_memory(_deck(event, part, who, version), f"{bi(part.title)[:40]}.pdf")
        files.upload(session, who, looked, kind="slides", public=public)
    needs.say(event, session, ["hdmi", "headset", "clicker"], "")


def _deck(event: Event, part: Part, who: Participant, version: int) -> bytes:
    """Slides of one page: title, name, version."""
    pdf = document(bi(part.title), "de", event.created_at, size=(254, 143))
    pdf.add_page()
    pdf.face(30, 800)
    below = draw_lines(pdf, fit_text(pdf, bi(part.title), 220, (30, 24, 18), lines=3), 17, 40, 220)
    pdf.face(16)
    draw_lines(pdf, fit_text(pdf, f"{who.name}, {version}. Fassung", 220, (16, 12)), 17, below + 6, 220)
    return bytes(pdf.output())


def _portrait(number: int) -> bytes:
    """Head and shoulders in two tones: nobody real."""
    drawn = Image.new("RGB", (480, 480), TINTS[number % len(TINTS)])
    brush = ImageDraw.Draw(drawn)
    tone = ("#f2d3c2", "#e4b898", "#c98f6b", "#8d5a3c")[number % 4]
    brush.ellipse((60, 330, 420, 700), fill="#e9eaf2")
    brush.ellipse((155, 95, 325, 305), fill=tone)
    brush.pieslice((145, 70, 335, 290), 180 - number % 30, 360 + number % 30, fill="#2a1c26")
    brush.ellipse((170, 130, 310, 300), fill=tone)
    sent = io.BytesIO()
    drawn.save(sent, "PNG")
    return sent.getvalue()


def _evening(event: Event, days: int) -> datetime:
    """The end of a day that many days before the event."""
    return clock.from_zone(datetime.combine(event.first_day - timedelta(days=days), time(23, 59)), event.zone)
