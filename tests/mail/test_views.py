"""The mailbox of the sample set-up, and that it is nowhere else."""

import pytest
import sqlalchemy as sa

from partnering.db import db
from partnering.mail import carriers, delivery, letters
from partnering.mail.models import OutboxLetter
from tests.support.kinds import plain, post_letter

PICTURE = b"\x89PNG\r\n\x1a\n12345"
HTML = (
    '<!DOCTYPE html><html><head><title>x</title></head><body><img src="cid:qr" alt=""><script>alert(1)</script>'
    '<a href="http://localhost/login/abc">Einloggen</a></body></html>'
)


@letters.kind("test.rich")
def rich(letter: OutboxLetter) -> letters.Letter:
    return plain(letter).with_(
        html=HTML,
        images={"qr": PICTURE},
        calendar=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        method="REQUEST",
        attachments=[letters.Attachment("seite.html", "text/html", b"<script>alert(1)</script>")],
    )


@pytest.fixture
def sample(make_app):
    app = make_app(mode="sample", base_url="http://localhost")
    with app.app_context():
        post_letter("test.rich", subject="Ihr Ticket", key="rich")
        post_letter(subject="Wartet", key="later", address="later@people.example")
        delivery.deliver_due(carriers.of_settings(), batch=1)
        db.session.remove()
    return app


@pytest.fixture
def letter_id(sample):
    with sample.app_context():
        return db.session.scalars(sa.select(OutboxLetter.public_id).where(OutboxLetter.dedup_key == "rich")).one()


def test_it_lists_what_left_and_says_what_waits(sample, letter_id):
    page = sample.test_client().get("/mailbox/?lang=en").text

    assert f'href="/mailbox/{letter_id}/?lang=en" lang="de">Ihr Ticket</a>' in page
    assert "1 letter is still waiting" in page
    assert "Wartet" not in page


def test_a_letter_shows_head_text_and_files(sample, letter_id):
    page = sample.test_client().get(f"/mailbox/{letter_id}/").text

    assert "<dd>jana@people.example</dd>" in page
    assert 'sandbox="allow-top-navigation-by-user-activation"' in page
    assert "invite.ics" in page
    assert "seite.html" in page
    assert '<pre class="letter-text" lang="de">Ihr Ticket' in page


def test_its_html_runs_no_script_and_opens_links_in_the_whole_window(sample, letter_id):
    answer = sample.test_client().get(f"/mailbox/{letter_id}/html")

    rules = dict(rule.partition(" ")[::2] for rule in answer.headers["Content-Security-Policy"].split("; "))
    assert rules == {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'self'",
        "sandbox": "allow-top-navigation-by-user-activation",
    }
    assert '<head><base target="_top">' in answer.text
    assert 'href="http://localhost/login/abc"' in answer.text


def test_pictures_and_files_come_as_what_they_are_or_as_mere_bytes(sample, letter_id):
    client = sample.test_client()
    parts = {}
    for number in range(20):
        answer = client.get(f"/mailbox/{letter_id}/part/{number}")
        if answer.status_code == 200:
            parts[number] = (answer.mimetype, answer.headers["Content-Disposition"].split(";")[0], answer.data)

    assert ("image/png", "inline", PICTURE) in parts.values()
    assert ("text/calendar", "attachment", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n") in parts.values()
    assert ("application/octet-stream", "attachment", b"<script>alert(1)</script>") in parts.values()
    assert "text/html" not in {mimetype for mimetype, _how, _content in parts.values()}


@pytest.mark.parametrize(
    "path", ["aaaaaaaaaaaaaaaa/", "..%2f..%2fsecret_key/html", "x/part/1", "aaaaaaaaaaaaaaaa/part/1"]
)
def test_what_is_no_letter_is_not_found(sample, path):
    assert sample.test_client().get(f"/mailbox/{path}").status_code == 404


def test_production_has_no_mailbox(app):
    assert "mailbox" not in app.blueprints
    assert [rule for rule in app.url_map.iter_rules() if "mailbox" in rule.rule] == []
    assert app.test_client().get("/mailbox/").status_code == 404


def test_production_sends_and_the_sample_keeps(make_app):
    for mode, kind in (("production", carriers.SmtpServer), ("sample", carriers.Folder)):
        with make_app(mode=mode).app_context():
            assert type(carriers.of_settings()) is kind
