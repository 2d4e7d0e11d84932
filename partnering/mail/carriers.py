"""Who takes letters away: the SMTP server of the settings, or, in the sample set-up, a folder behind `/mailbox`."""

import os
import re
import smtplib
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

from flask import current_app

from .delivery import Carrier, InDoubt, Later, Never, NoServer
from .models import OutboxLetter
from .transport import RULES, MimeMessage, SafeConnection, Talk, mail

_PUBLIC_ID = re.compile("[a-z2-7]{16}")


def of_settings() -> Carrier:
    """The one that this installation uses."""
    return Folder() if current_app.extensions["settings"].sample else SmtpServer()


class SmtpServer:
    """The mail server: one conversation for a batch of letters, begun with the first of them."""

    def __init__(self) -> None:
        self._connection: SafeConnection | None = None

    def open(self) -> None:
        """Connect, unless that is done. Raises `NoServer`."""
        if self._connection is not None:
            return
        connection = mail.connect()
        try:
            connection.__enter__()
        except (OSError, smtplib.SMTPException) as error:
            raise NoServer(f"no mail server: {type(error).__name__}: {error}") from error
        self._connection = connection

    def carry(self, letter: OutboxLetter, message: EmailMessage) -> None:
        """Send one message. Raises `Later`, `Never` or `InDoubt`."""
        if self._connection is None:
            raise Later("not connected")
        host = self._connection.host
        if isinstance(host, Talk):
            host.handing_over = False
        try:
            self._connection.send(MimeMessage(message))
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = next(iter(refused.recipients.values()))
            raise self._refused(code, text) from refused
        except smtplib.SMTPSenderRefused as refused:  # a matter of the settings, which can be mended meanwhile
            raise Later(_said(refused.smtp_code, refused.smtp_error)) from refused
        except smtplib.SMTPResponseException as refused:
            raise self._refused(refused.smtp_code, refused.smtp_error) from refused
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            broken = f"the conversation broke off: {type(error).__name__}: {error}"
            if isinstance(host, Talk) and not host.handing_over:
                raise Later(broken) from error
            raise InDoubt(broken) from error

    def close(self) -> None:
        """End the conversation."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.__exit__(None, None, None)

    def _refused(self, code: int, text: bytes | str) -> Later | Never:
        if code == 421:  # the server hangs up
            self.close()
        return Later(_said(code, text)) if code < 500 else Never(_said(code, text))


def _said(code: int, text: bytes | str) -> str:
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return f"the mail server said: {code} {words}"


class Folder:
    """The sample set-up's mailbox: one file a letter, read by the mailbox page."""

    def open(self) -> None:
        """Make the folder."""
        mailbox_folder().mkdir(parents=True, exist_ok=True)

    def carry(self, letter: OutboxLetter, message: EmailMessage) -> None:
        """Keep one message; a second copy takes the place of the first."""
        path = _path(letter.public_id)
        draft = path.with_suffix(".part")
        draft.write_bytes(message.as_bytes(policy=RULES))
        os.replace(draft, path)

    def close(self) -> None:
        """Nothing stays open."""
        return None


def mailbox_folder() -> Path:
    """Where the sample set-up keeps letters."""
    return Path(current_app.instance_path) / "mailbox"


def _path(public_id: str) -> Path:
    if not _PUBLIC_ID.fullmatch(public_id):
        raise ValueError(public_id)
    return mailbox_folder() / f"{public_id}.eml"


def kept_message(public_id: str) -> EmailMessage | None:
    """The message of a letter in the mailbox, read from its bytes, or None."""
    try:
        content = _path(public_id).read_bytes()
    except (FileNotFoundError, ValueError):
        return None
    parser: BytesParser[Any] = BytesParser(policy=policy.default)
    message: EmailMessage = parser.parsebytes(content)
    return message


def leaves(message: EmailMessage) -> Iterator[tuple[int, EmailMessage]]:
    """The parts of a message that hold something, numbered."""
    for number, part in enumerate(message.walk()):
        if not part.is_multipart() and isinstance(part, EmailMessage):
            yield number, part
