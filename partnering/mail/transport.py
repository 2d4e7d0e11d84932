"""How a letter becomes bytes and goes over the wire: MIME, header safety, SMTP with a checked certificate.

Flask-Mail stays in front; its connection is replaced, because the stock one takes any certificate and never gives up
waiting. The structure is the one that calendar programs read: `text/calendar` last among the alternatives, and the
same file once more as an attachment (RFC 6047; CalConnect's advice on iMIP).
"""

import ipaddress
import re
import smtplib
import ssl
from email.headerregistry import Address
from email.message import EmailMessage, Message
from email.policy import EmailPolicy
from email.utils import format_datetime
from types import TracebackType
from typing import Any

import flask_mail
from flask import Flask, current_app

from .. import clock, faults
from .letters import Letter
from .models import OutboxLetter

TIMEOUT = 20
"""Seconds that one step of the conversation with the mail server may take."""

_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# Soft hyphens, zero widths, changes of direction, halves of surrogate pairs: nothing a person reads.
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff]+")
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_UNBROKEN = {"message-id", "list-unsubscribe", "list-unsubscribe-post", "auto-submitted"}


class UnusableAddress(ValueError):
    """No letter can be addressed to this."""


class _Rules(EmailPolicy):
    """SMTP's rules for mail; ids and addresses of pages stay in one piece, which the library would encode as words."""

    def fold(self, name: str, value: Any) -> str:
        if name.lower() in _UNBROKEN:
            return f"{name}: {value}{self.linesep}"
        return super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() in _UNBROKEN:
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


RULES = _Rules(linesep="\r\n", cte_type="7bit", utf8=False)


def plain(value: str) -> str:
    """A header value on one line, without anything unseen and without encoded words that a program would decode."""
    text = " ".join(_UNSEEN.sub("", _CONTROLS.sub(" ", value)).split())
    return text.replace("=?", "= ?").replace("?=", "? =")


def address(spec: str, name: str = "") -> Address:
    """An address as it may stand in a header. Raises `UnusableAddress` unless it is one in ASCII or an IDN domain."""
    local, _, domain = spec.rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        raise UnusableAddress(spec) from None
    if not (_LOCAL_PART.fullmatch(local) and _DOMAIN.fullmatch(domain) and len(local) + len(domain) < 254):
        raise UnusableAddress(spec)
    return Address(display_name=plain(name), username=local, domain=domain)


def build(letter: OutboxLetter, content: Letter) -> EmailMessage:
    """The message for a letter: one recipient, the Message-ID it was given when it was decided on.

    Raises `UnusableAddress`.
    """
    sender = content.sender_address or current_app.extensions["settings"].mail_sender
    message = EmailMessage(policy=RULES)
    message["From"] = address(sender, content.sender_name)
    message["To"] = address(letter.address)
    message["Subject"] = plain(content.subject)
    message["Date"] = format_datetime(clock.now(), usegmt=True)
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"
    if content.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{''.join(plain(content.unsubscribe_url).split())}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(content.text, cte="quoted-printable")
    message.add_alternative(content.html, subtype="html", cte="quoted-printable")
    html = message.get_payload(1)
    for cid, picture in content.images.items():
        html.add_related(  # type: ignore[union-attr]  # the part made two lines above
            picture, "image", "png", cid=f"<{plain(cid)}>", disposition="inline", filename=f"{plain(cid)}.png"
        )
    if content.calendar is not None:
        message.add_alternative(
            content.calendar.decode(),
            subtype="calendar",
            params={"method": content.method or "REQUEST", "component": "VEVENT"},
            cte="base64",
        )
        message.add_attachment(content.calendar, maintype="application", subtype="ics", filename="invite.ics")
    for attachment in content.attachments:
        main, _, sub = attachment.media_type.partition("/")
        message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=plain(attachment.name))
    return message


class MimeMessage(flask_mail.Message):
    """A message that is ready, in the form that Flask-Mail sends, records and suppresses."""

    def __init__(self, message: EmailMessage) -> None:
        self.message = message
        super().__init__(
            subject=str(message["Subject"]),
            recipients=[entry.addr_spec for entry in message["To"].addresses],
            sender=message["From"].addresses[0].addr_spec,
        )
        self.msgId = str(message["Message-ID"])

    def _message(self) -> Message:  # type: ignore[override]  # Flask-Mail builds a MIMEBase here
        return self.message

    def as_bytes(self) -> bytes:
        """The message as it goes over the wire."""
        return self.message.as_bytes(policy=RULES)


class Talk(smtplib.SMTP):
    """The conversation with a mail server, with the places where tests interrupt it."""

    handing_over = False
    """Whether the content of a letter has begun to go over, so that a break leaves it in doubt."""

    def data(self, content: Any) -> Any:
        """Send the content of a letter."""
        self.handing_over = True
        faults.point("mail.before_data")
        answer = super().data(content)
        faults.point("mail.after_data")
        return answer


class _TalkOverTls(Talk, smtplib.SMTP_SSL):
    pass


class SafeConnection(flask_mail.Connection):
    """A connection that checks certificates, gives up after `TIMEOUT`, never falls back to plain text."""

    def configure_host(self) -> smtplib.SMTP:
        """Connect, or raise `OSError` or `smtplib.SMTPException`."""
        faults.point("mail.before_connect")
        mail, context = self.mail, ssl.create_default_context()
        name = _own_name()
        host: smtplib.SMTP
        if mail.use_ssl:
            host = _TalkOverTls(mail.server, mail.port, local_hostname=name, timeout=TIMEOUT, context=context)
        else:
            host = Talk(mail.server, mail.port, local_hostname=name, timeout=TIMEOUT)
        try:
            if mail.use_tls and not mail.use_ssl:
                host.starttls(context=context)
            if mail.username and mail.password:
                host.login(mail.username, mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self, exc_type: type[BaseException] | None, exc_value: BaseException | None, tb: TracebackType | None
    ) -> None:
        """Say goodbye; a server that is gone already does not matter."""
        if self.host is not None:
            try:
                self.host.quit()
            except (smtplib.SMTPException, OSError):
                self.host.close()


class SafeMail(flask_mail.Mail):
    """Flask-Mail with our connection."""

    def connect(self) -> SafeConnection:
        """A connection to use in a `with` statement."""
        return SafeConnection(current_app.extensions["mail"])


def _own_name() -> str:
    """How we introduce ourselves: the host of the base address, without asking the name service."""
    host: str = current_app.extensions["settings"].host
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host or "localhost"
    return f"[IPv6:{host}]" if ":" in host else f"[{host}]"


mail = SafeMail()


def install(app: Flask) -> None:
    """Set up Flask-Mail. Tests send as well, if they ask for delivery."""
    app.config.setdefault("MAIL_SUPPRESS_SEND", False)
    mail.init_app(app)
