"""Letters over a real SMTP conversation: accepted, refused, broken off, and never to a stranger."""

import datetime
import ipaddress
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import flask_mail
import pytest
import sqlalchemy as sa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from partnering.db import db
from partnering.mail import carriers, delivery, transport
from partnering.mail.models import OutboxLetter
from tests.support.kinds import post_letter
from tests.support.smtp import SmtpSink, post_office

pytestmark = pytest.mark.engine("sqlite")  # the conversation does not depend on the database

MakeApp = Callable[..., Flask]


def to(sink: SmtpSink, **settings: object) -> dict[str, object]:
    """Settings that send letters to a sink."""
    return {"mail_server": "127.0.0.1", "mail_port": sink.port, **settings}


def deliver(app: Flask) -> list[tuple[str, int, str]]:
    """Deliver what is due through the settings' server; state, attempts and reason of every letter."""
    with app.app_context():
        while delivery.deliver_due(carriers.SmtpServer()):
            pass
        db.session.rollback()
        rows = db.session.scalars(sa.select(OutboxLetter).order_by(OutboxLetter.id)).all()
        found = [(row.state, row.attempts, row.last_error) for row in rows]
        db.session.remove()
    return found


def app_with_letters(make_app: MakeApp, sink: SmtpSink, count: int = 1, **settings: object) -> Flask:
    app = make_app(**to(sink, **settings))
    with app.app_context():
        for number in range(count):
            post_letter(subject=f"Brief {number}", address=f"p{number}@people.example")
    return app


def test_letters_arrive_one_recipient_each_over_one_connection(make_app, post):
    app = app_with_letters(make_app, post, 3)

    assert deliver(app) == [("sent", 1, "")] * 3
    assert [letter.recipients for letter in post.arrived] == [[f"p{n}@people.example"] for n in range(3)]
    assert [str(letter.message["Subject"]) for letter in post.arrived] == ["Brief 0", "Brief 1", "Brief 2"]
    assert {letter.sender for letter in post.arrived} == {"noreply@partnering.example"}
    assert all(byte < 128 for letter in post.arrived for byte in letter.content)


@pytest.mark.parametrize(
    ("where", "answer", "state"),
    [
        ("answers", "451 4.3.0 later", "ready"),
        ("answers", "421 4.3.2 closing", "ready"),
        ("answers", "550 5.7.1 not this", "dead"),
        ("answers", "554 5.6.0 content", "dead"),
        ("recipient_answers", "450 4.2.0 greylisted", "ready"),
        ("recipient_answers", "421 4.3.2 closing", "ready"),
        ("recipient_answers", "550 5.1.1 nobody", "dead"),
    ],
)
def test_what_the_server_says_decides_and_the_next_letter_is_not_harmed(make_app, post, where, answer, state):
    app = app_with_letters(make_app, post, 2)
    getattr(post, where).append(answer)

    first, second = deliver(app)

    assert first == (state, 1, f"the mail server said: {answer}")
    assert second == ("sent", 1, "")
    assert len(post.arrived) == 1


def test_a_sender_that_the_server_does_not_take_is_a_matter_of_settings(make_app, post, monkeypatch):
    async def refuse(*_what: object) -> str:
        return "530 5.7.0 Authentication required"

    monkeypatch.setattr(post, "handle_MAIL", refuse, raising=False)

    assert deliver(app_with_letters(make_app, post)) == [
        ("ready", 1, "the mail server said: 530 5.7.0 Authentication required")
    ]


def test_without_a_server_letters_wait(make_app, post):
    app = app_with_letters(make_app, post, 2, mail_port=9)

    first, second = deliver(app)

    assert first[:2] == ("ready", 1)
    assert first[2].startswith("no mail server: ConnectionRefusedError")
    assert second == ("ready", 0, "")


# -- servers that misbehave


@contextmanager
def rude_server(last_word: str) -> Iterator[tuple[SmtpSink, list[str]]]:
    """A server that speaks SMTP and hangs up when it hears `last_word`, "." being the end of a letter."""
    heard: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as talk:
                talk.write(b"220 rude\r\n")
                talk.flush()
                content = False
                for line in talk:
                    word = line.decode().strip()
                    verb = word.split(" ")[0].upper()
                    if not content:
                        heard.append(verb)
                    if verb == last_word:
                        return
                    if content:
                        continue
                    content = verb == "DATA"
                    talk.write(b"354 go\r\n" if content else b"250 yes\r\n")
                    talk.flush()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield SmtpSink(port=listening.getsockname()[1]), heard
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(20)


def test_a_server_that_hangs_up_before_the_letter_is_asked_again(make_app):
    with rude_server("RCPT") as (sink, _heard):
        ((state, attempts, reason),) = deliver(app_with_letters(make_app, sink))

    assert (state, attempts) == ("ready", 1)
    assert reason.startswith("the conversation broke off: SMTPServerDisconnected")


def test_a_server_that_hangs_up_instead_of_an_answer_leaves_the_letter_in_doubt(make_app):
    with rude_server(".") as (sink, heard):
        ((state, attempts, reason),) = deliver(app_with_letters(make_app, sink))

    assert heard == ["EHLO", "MAIL", "RCPT", "DATA"]
    assert (state, attempts) == ("sending", 1)
    assert reason.startswith("the conversation broke off: SMTPServerDisconnected")


def test_a_server_that_hangs_is_left_after_the_time_allowed(make_app, monkeypatch):
    assert transport.TIMEOUT == 20
    monkeypatch.setattr(transport, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sink = SmtpSink(port=silent.getsockname()[1])
        ((state, attempts, reason),) = deliver(app_with_letters(make_app, sink))

    assert (state, attempts) == ("ready", 1)
    assert reason.startswith("no mail server: ")
    assert reason.endswith("timed out")


# -- certificates


def certificate(folder: Path, name: str | ipaddress.IPv4Address) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for a name, as a file, and a context for a server that shows it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, str(name))])
    alternative = x509.DNSName(name) if isinstance(name, str) else x509.IPAddress(name)
    begin = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + datetime.timedelta(days=20000))
        .add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path, keys = folder / "certificate.pem", folder / "key.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    keys.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path, keys)
    return path, context


def test_a_stranger_with_a_certificate_of_their_own_gets_no_letter(make_app, tmp_path):
    _path, context = certificate(tmp_path, "stranger.example")
    with post_office(context) as stranger:
        app = app_with_letters(make_app, stranger, mail_use_tls=True)
        ((state, _attempts, reason),) = deliver(app)

        assert stranger.arrived == []
        assert state == "ready"
        assert reason.startswith("no mail server: SSLCertVerificationError")

        # the stock connection would have handed it over
        with app.app_context():
            flask_mail.Mail(app).send(
                flask_mail.Message("stock", recipients=["a@people.example"], body="x", sender="b@people.example")
            )
        assert len(stranger.arrived) == 1


def test_a_certificate_for_another_name_is_not_taken_even_from_a_known_authority(make_app, tmp_path, monkeypatch):
    path, context = certificate(tmp_path, "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with post_office(context) as other:
        ((_state, _attempts, reason),) = deliver(app_with_letters(make_app, other, mail_use_tls=True))

        assert "SSLCertVerificationError" in reason
        assert other.arrived == []


def test_a_server_with_a_good_certificate_gets_the_letter(make_app, tmp_path, monkeypatch):
    path, context = certificate(tmp_path, ipaddress.IPv4Address("127.0.0.1"))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with post_office(context) as good:
        assert deliver(app_with_letters(make_app, good, mail_use_tls=True)) == [("sent", 1, "")]
        assert len(good.arrived) == 1


def test_tls_from_the_start_is_checked_too(make_app, tmp_path, monkeypatch):
    path, context = certificate(tmp_path, ipaddress.IPv4Address("127.0.0.1"))
    with post_office(ssl_context=context) as sink:
        app = app_with_letters(make_app, sink, mail_use_ssl=True)
        with app.app_context(), pytest.raises(ssl.SSLCertVerificationError), transport.mail.connect():
            pass
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
        assert deliver(app) == [("sent", 1, "")]


def test_a_server_without_tls_gets_no_letter_in_the_clear(make_app, post):
    app = app_with_letters(make_app, post, mail_use_tls=True)

    with app.app_context(), pytest.raises(smtplib.SMTPNotSupportedError), transport.mail.connect():
        pass

    assert deliver(app)[0][0] == "ready"
    assert post.arrived == []
