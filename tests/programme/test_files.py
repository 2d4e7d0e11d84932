"""Slides and handouts: what is taken, in versions, by whom they are read, and what is left of them."""

import io
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from partnering.db import db, transaction
from partnering.events import erasing
from partnering.events.models import Event, Participant
from partnering.programme import file_types, files, invariants
from partnering.programme.models import FileChunk, ProgrammeSession, SessionFile
from partnering.programme.services import Part
from tests.factories import make_event, make_participant
from tests.factories.images import make_png
from tests.factories.programme import make_session
from tests.factories.slides import make_odp, make_pdf, make_pptx, make_zip
from tests.support.signing_in import sign_in

MEGABYTE = 1024 * 1024


@pytest.fixture
def event(ctx: Flask) -> Event:
    return make_event(slug="probe")


@pytest.fixture
def henrike(event: Event) -> Participant:
    return make_participant(event, given_name="Henrike", family_name="Oelsner", email="henrike@uni.example")


@pytest.fixture
def talk(event: Event, henrike: Participant) -> ProgrammeSession:
    return make_session(event, "Mein Vortrag", speakers=[henrike])


@pytest.fixture
def hers(client: FlaskClient, henrike: Participant) -> FlaskClient:
    assert henrike.person is not None
    sign_in(client, henrike.person)
    return client


def send(
    talk: ProgrammeSession,
    whose: Participant,
    content: bytes,
    name: str = "Folien.pdf",
    *,
    kind: str = "slides",
    public: bool = False,
) -> SessionFile:
    """A version, sent by its speaker."""
    looked = file_types.in_memory(content, name)
    with transaction():
        return files.upload(talk, whose, looked, kind=kind, public=public)


def content_of(file: SessionFile) -> bytes:
    return b"".join(files.pieces(file.id))


def post_file(client: FlaskClient, talk: ProgrammeSession, content: bytes, name: str = "Folien.pdf") -> TestResponse:
    """The upload form, written by hand: the client would keep a large one in a file that nobody closes."""
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="kind"\r\n\r\nslides\r\n--x\r\n'
        f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: application/pdf\r\n\r\n',
        "\r\n--x--\r\n",
    ]
    return client.post(
        f"/e/probe/me/talks/{talk.public_id}/files",
        data=parts[0].encode() + content + parts[1].encode(),
        content_type="multipart/form-data; boundary=x",
    )


# -- what is taken


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [
        (make_pdf(), "Folien.pdf", "Folien.pdf"),
        (make_pdf(), "Folien.pptx", "Folien.pdf"),
        (make_pptx(), "C:\\Users\\me\\Meine Folien.ppt", "Meine Folien.pptx"),
        (make_odp(), "../../etc/passwd", "passwd.odp"),
        (make_pdf(), "", "file.pdf"),
        (make_pdf(), 'a"b<c>\u202efdp.exe', "abc fdp.pdf"),
    ],
)
def test_edge_30_a_file_is_called_by_what_is_in_it(content: bytes, name: str, kept: str):
    assert file_types.in_memory(content, name).name == kept


def encrypted() -> bytes:
    """A presentation whose entries say that they want a password."""
    content = bytearray(make_pptx())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + at] |= 1
            place = content.find(mark, place + 4)
    return bytes(content)


def swollen() -> bytes:
    """A small archive that says it holds more than half a gigabyte."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.presentation")
        with archive.open("Pictures/bomb.bin", "w", force_zip64=False) as entry:
            for _megabyte in range(501):
                entry.write(bytes(MEGABYTE))
    return made.getvalue()


REFUSED: dict[str, tuple[Callable[[], bytes], type[file_types.FileRefused]]] = {
    "nothing": (lambda: b"", file_types.FileRefused),
    "a program": (lambda: b"MZ" + bytes(200), file_types.FileRefused),
    "an image": (make_png, file_types.FileRefused),
    "a page": (lambda: b"<html><script>alert(1)</script>", file_types.FileRefused),
    "an old PowerPoint file": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), file_types.FileRefused),
    "any archive": (lambda: make_zip({"readme.txt": "x"}), file_types.FileRefused),
    "a text document": (lambda: make_odp(mimetype="application/vnd.oasis.opendocument.text"), file_types.FileRefused),
    "a workbook": (lambda: make_pptx(main="application/x.spreadsheetml.sheet.main+xml"), file_types.FileRefused),
    "macros": (lambda: make_pptx({"ppt/vbaProject.bin": b"x"}), file_types.FileHasMacros),
    "macros by type": (
        lambda: make_pptx(main="application/vnd.ms-powerpoint.presentation.macroEnabled.main+xml"),
        file_types.FileHasMacros,
    ),
    "macros in an ODP": (lambda: make_odp({"Basic/Standard/Module1.xml": "x"}), file_types.FileHasMacros),
    "a way out": (lambda: make_pptx({"../../evil.txt": "x"}), file_types.FileRefused),
    "a way out by drive": (lambda: make_odp({"C:/evil.txt": "x"}), file_types.FileRefused),
    "a password": (encrypted, file_types.FileLocked),
    "a bomb": (swollen, file_types.FileRefused),
    "ten thousand entries": (
        lambda: make_pptx({f"ppt/slides/{n}.xml": "" for n in range(10_000)}),
        file_types.FileRefused,
    ),
    "half an archive": (lambda: make_pptx()[:-30], file_types.FileBroken),
    "half a PDF": (lambda: make_pdf(9000)[:5000], file_types.FileBroken),
}


@pytest.mark.parametrize("what", REFUSED)
def test_edge_30_what_is_no_presentation_is_refused_and_told_why(what: str):
    content, refusal = REFUSED[what]
    with pytest.raises(file_types.FileRefused) as refused:
        file_types.in_memory(content(), "Folien.pptx")

    assert type(refused.value) is refusal


# -- versions


def test_a_file_is_kept_in_pieces_and_comes_back_as_it_was(event: Event, talk: ProgrammeSession, henrike: Participant):
    content = make_pdf(2 * MEGABYTE + 17)
    file = send(talk, henrike, content)

    positions = db.session.scalars(
        sa.select(FileChunk.position).where(FileChunk.file_id == file.id).order_by(FileChunk.position)
    ).all()
    assert (list(positions), file.number, file.current, file.public) == ([0, 1, 2], 1, True, False)
    assert content_of(file) == content
    assert list(invariants.files_are_whole()) == []
    with transaction():
        db.session.execute(sa.delete(FileChunk).where(FileChunk.file_id == file.id, FileChunk.position == 1))
    assert len(list(invariants.files_are_whole())) == 1


def test_the_newest_version_counts_until_it_is_taken_back(event: Event, talk: ProgrammeSession, henrike: Participant):
    first, handout = send(talk, henrike, make_pdf(300)), send(talk, henrike, make_odp(), kind="handout")
    second = send(talk, henrike, make_pdf(400))
    again = send(talk, henrike, make_pdf(400), "Anders.pdf")

    assert (again.id, [first.current, second.current, handout.current]) == (second.id, [False, True, True])
    with transaction():
        before = files.take_back(second)
    assert before is not None
    assert (before.id, first.current, second.current, second.public) == (first.id, True, False, False)
    assert content_of(second) == b""
    assert list(invariants.files_are_whole()) == []
    assert send(talk, henrike, make_pdf(500)).number == 3
    with transaction(), pytest.raises(files.FileGone):
        files.set_public(second, True)


def test_ten_versions_are_kept_and_sixty_files_of_a_session(
    event: Event, talk: ProgrammeSession, henrike: Participant, monkeypatch: pytest.MonkeyPatch
):
    for n in range(12):
        send(talk, henrike, make_pdf(300 + n))
    numbers = [file.number for file in files.files_of([talk.id])]
    assert numbers == list(range(12, 2, -1))

    monkeypatch.setattr(files, "MOST_FILES", 10)
    assert send(talk, henrike, make_pdf(700)).number == 13
    with pytest.raises(files.TooManyFiles):
        send(talk, make_participant(event), make_pdf())
    assert len(files.files_of([talk.id])) == 10


def test_edge_30_two_uploads_at_once_are_two_versions(
    app: Flask, event: Event, talk: ProgrammeSession, henrike: Participant
):
    send(talk, henrike, make_pdf())
    talk_id, henrike_id, together = talk.id, henrike.id, Barrier(2)
    db.session.rollback()

    def upload(size: int) -> int:
        with app.app_context():
            looked = file_types.in_memory(make_pdf(size), "Folien.pdf")
            together.wait(20)
            with transaction():
                session = db.session.get_one(ProgrammeSession, talk_id)
                file = files.upload(session, db.session.get_one(Participant, henrike_id), looked, kind="slides")
                number = file.number
            db.session.remove()
        return number

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(upload, (MEGABYTE, 2 * MEGABYTE))) == [2, 3]
    held = files.files_of([talk_id])
    assert [(file.number, file.current) for file in held] == [(3, True), (2, False), (1, False)]
    assert list(invariants.files_are_whole()) == []


# -- through the pages


def test_edge_30_more_than_thirty_megabytes_are_refused_before_they_are_read(hers: FlaskClient, talk: ProgrammeSession):
    address = f"/e/probe/me/talks/{talk.public_id}/files"
    answer = hers.post(
        address,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(32 * MEGABYTE)},
    )
    over = post_file(hers, talk, make_pdf(30 * MEGABYTE + 100))

    assert (answer.status_code, over.status_code, "höchstens 30" in over.text) == (413, 422, True)
    elsewhere = hers.post(
        "/e/probe/me/talks/biography",
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(9 * MEGABYTE)},
    )
    assert elsewhere.status_code == 413
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SessionFile)) == 0


@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")  # what was read of it is closed when forgotten
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_body_that_is_cut_off_leaves_nothing(hers: FlaskClient, talk: ProgrammeSession):
    whole = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n" + make_pdf(5000)
    )
    answer = hers.post(
        f"/e/probe/me/talks/{talk.public_id}/files",
        data=whole,
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(len(whole) + 4000)},
    )

    assert 400 <= answer.status_code < 500
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SessionFile)) == 0


def test_slides_are_sent_shown_to_guests_and_taken_back(hers: FlaskClient, talk: ProgrammeSession, app: Flask):
    content = make_pptx()
    assert post_file(hers, talk, content, "Mein Vortrag.pptx").status_code == 303
    file = db.session.scalars(sa.select(SessionFile)).one()
    own = f"/e/probe/me/talks/{talk.public_id}/files/{file.public_id}"
    everybody = f"/e/probe/programme/{talk.public_id}/files/{file.public_id}"
    guest = app.test_client()

    answer = hers.get(own, buffered=True)
    assert (answer.data, answer.headers["Content-Length"]) == (content, str(len(content)))
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="Mein Vortrag.pptx"')
    assert ("sandbox" in answer.headers["Content-Security-Policy"], answer.headers["Cache-Control"]) == (
        True,
        "no-store",
    )
    assert guest.get(everybody).status_code == 404
    hers.post(f"{own}/public", data={"on": "yes"})
    shown = guest.get(everybody, buffered=True)
    assert (shown.status_code, shown.data) == (200, content)
    assert guest.get(everybody, headers={"If-None-Match": shown.headers["ETag"]}).status_code == 304
    hers.post(f"{own}/take-back")
    assert (guest.get(everybody).status_code, hers.get(own).status_code) == (404, 404)


def test_a_speaker_reads_their_own_files_the_chair_all_of_a_session_and_others_none(
    client: FlaskClient, app: Flask, event: Event, henrike: Participant
):
    chair, other, fellow = (make_participant(event, email=f"{n}@uni.example") for n in ("chair", "other", "fellow"))
    talk = make_session(event, people=[Part(henrike), Part(fellow), Part(chair, "chair")])
    make_session(event, "Anderer", speakers=[other])
    file = send(talk, henrike, make_pdf())
    address = f"/e/probe/me/talks/{talk.public_id}/files/{file.public_id}"
    answers = {}
    for who in (chair, other, fellow, henrike):
        visitor = app.test_client()
        assert who.person is not None
        sign_in(visitor, who.person)
        answers[who.id] = (
            visitor.get(address).status_code,
            visitor.post(f"{address}/take-back").status_code,
            post_file(visitor, talk, make_pdf(900)).status_code,
        )

    assert answers[chair.id] == (200, 404, 404)
    assert answers[other.id] == (404, 404, 404)
    assert answers[fellow.id][:2] == (404, 404)
    assert answers[henrike.id][0] == 200


def test_who_is_forgotten_leaves_no_file(event: Event, talk: ProgrammeSession, henrike: Participant):
    send(talk, henrike, make_pdf(), public=True)
    with transaction():
        erasing.erase(henrike)

    for kind in (SessionFile, FileChunk):
        assert db.session.scalar(sa.select(sa.func.count()).select_from(kind)) == 0
