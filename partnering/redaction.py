"""Secrets in addresses never reach a log: links to sign in, to a purchase, a ticket, a calendar feed, one's letters."""

import logging
import re

PATHS = ("login", "confirm", "r", "t", "c", "u", "letters", "given")
"""First segments of addresses whose second one is a secret."""

_IN_PATH = re.compile(rf"(/(?:{'|'.join(PATHS)})/)[A-Za-z0-9_.~%-]{{16,}}")
_LINK_TOKEN = re.compile(r"\b[a-z2-7]{16}[1-9][0-9]{0,4}-[1-9][0-9]{0,2}-[a-z2-7]{26}\b")
_TICKET_CODE = re.compile(r"EV1:[0-9A-Z $%*+./:-]{29}")

_make_record = logging.getLogRecordFactory()
_plain = logging.Formatter()


def redact(text: str) -> str:
    """`text` with every secret of an address replaced by three dots."""
    text = _IN_PATH.sub(r"\1…", text)
    return _TICKET_CODE.sub("EV1:…", _LINK_TOKEN.sub("…", text))


def is_secret(path: str) -> bool:
    """Whether the address of a page holds a secret."""
    return _IN_PATH.match(path) is not None


def install() -> None:
    """Redact every log record of this process as it is made, whichever library writes it and wherever it goes."""
    logging.setLogRecordFactory(_redacted_record)


def _redacted_record(*args: object, **kwargs: object) -> logging.LogRecord:
    record: logging.LogRecord = _make_record(*args, **kwargs)
    try:
        said = record.getMessage()
    except (TypeError, ValueError):  # a caller's mistake, which logging itself reports
        return record
    clean = redact(said)
    if clean != said:
        record.msg, record.args = clean, ()
    if record.exc_info and record.exc_info[0] is not None:
        record.exc_text = redact(_plain.formatException(record.exc_info))
    return record
