"""Settings from the environment, each with a sentence, and the refusal to start with unsafe ones."""

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
WEAK_KEYS = {"dev", "secret", "changeme", "change-me", "test", "key", "password", "example"}


class UnsafeSettings(RuntimeError):
    """The settings do not allow a safe start; the text says which one and what to do."""


def _setting(default: Any, sentence: str) -> Any:
    return field(default=default, metadata={"sentence": sentence})


@dataclass(frozen=True)
class Settings:
    """All settings. A field `base_url` is read from the environment variable `PARTNERING_BASE_URL`."""

    mode: str = _setting("production", "`production` or `sample`; `sample` adds sample events and a local mailbox.")
    secret_key: str = _setting("", "Signs cookies and links; at least 32 random characters.")
    secret_key_fallbacks: str = _setting("", "Older secret keys, separated by spaces, still accepted for cookies.")
    link_keys: str = _setting(
        "", "Keys for long-lived links as `1:key 2:key`; the highest number signs. Default: from the secret key."
    )
    database_url: str = _setting("", "Where data is kept; default: an SQLite file in the instance folder.")
    instance: str = _setting(
        "instance", "Folder for what the installation keeps: the SQLite file, uploads, its key in sample mode."
    )
    base_url: str = _setting(
        "http://127.0.0.1:8000", "The address people see, without a slash at the end; links in letters begin with it."
    )
    bind: str = _setting("127.0.0.1:8000", "Address and port on which the web server listens.")
    trusted_hosts: str = _setting(
        "", "Further host names to answer for, separated by spaces; default: the one of the base address."
    )
    proxies: int = _setting(0, "How many proxies stand in front, whose forwarded headers are believed.")
    mail_server: str = _setting("localhost", "SMTP server that takes letters.")
    mail_port: int = _setting(25, "Port of the SMTP server.")
    mail_use_tls: bool = _setting(True, "Begin with STARTTLS; the certificate is checked.")
    mail_use_ssl: bool = _setting(False, "Speak TLS from the start (port 465).")
    mail_username: str = _setting("", "Name for the SMTP server, if it asks.")
    mail_password: str = _setting("", "Password for the SMTP server, if it asks.")
    mail_sender: str = _setting("noreply@localhost.invalid", "Sender of letters that belong to no event.")
    mail_rate: int = _setting(20, "Letters per second and worker at most.")

    @property
    def sample(self) -> bool:
        """Whether this is the sample set-up."""
        return self.mode == "sample"

    @property
    def https(self) -> bool:
        """Whether people reach the site over TLS."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host name of the base address."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def uri(self) -> str:
        """The database address for SQLAlchemy, with the psycopg 3 driver named."""
        url = self.database_url or f"sqlite:///{Path(self.instance).resolve() / 'partnering.db'}"
        for short in ("postgres://", "postgresql://"):
            if url.startswith(short):
                return "postgresql+psycopg://" + url.removeprefix(short)
        return url

    @property
    def keys(self) -> dict[int, bytes]:
        """The numbered keys for long-lived links and ticket codes."""
        if not self.link_keys:
            return {1: hmac.digest(self.secret_key.encode(), b"links", "sha256")}
        pairs = (pair.split(":", 1) for pair in self.link_keys.split())
        return {int(number): hashlib.sha256(key.encode()).digest() for number, key in pairs}


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process.

    Raises `UnsafeSettings` for a value that is not what its field takes.
    """
    environment = os.environ if environment is None else environment
    values: dict[str, Any] = {}
    for item in fields(Settings):
        raw = environment.get(f"PARTNERING_{item.name.upper()}")
        if raw is None:
            continue
        try:
            values[item.name] = _parse(raw, item.type)
        except ValueError as error:
            raise UnsafeSettings(f"PARTNERING_{item.name.upper()}: {error}") from None
    settings = Settings(**values)
    if settings.sample and not settings.secret_key:
        settings = Settings(**{**values, "secret_key": _kept_key(Path(settings.instance))})
    return settings


def _parse(raw: str, kind: Any) -> Any:
    if kind in (bool, "bool"):
        if raw.lower() not in ("0", "1", "true", "false", "yes", "no"):
            raise ValueError("say yes or no")
        return raw.lower() in ("1", "true", "yes")
    if kind in (int, "int"):
        if not (raw.isascii() and raw.isdigit()):
            raise ValueError("say a whole number")
        return int(raw)
    return raw.strip()


def _kept_key(folder: Path) -> str:
    """The sample set-up's own key, made at the first start and kept in the instance folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "secret_key"
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        return path.read_text().strip()
    return path.read_text().strip()


def check(settings: Settings, *, debug: bool = False) -> None:
    """Raise `UnsafeSettings` with the reason when it would not be safe to start."""
    if settings.mode not in ("production", "sample"):
        raise UnsafeSettings("PARTNERING_MODE is `production` or `sample`.")
    if debug:
        raise UnsafeSettings("Debug mode shows code and data to visitors. Unset FLASK_DEBUG.")
    key = settings.secret_key
    if len(key) < 32 or len(set(key)) < 8 or any(weak == key.lower().rstrip("0123456789!") for weak in WEAK_KEYS):
        raise UnsafeSettings(
            "PARTNERING_SECRET_KEY needs at least 32 random characters. "
            "`python -c 'import secrets; print(secrets.token_hex(32))'` makes one."
        )
    if settings.sample and not (settings.host in LOOPBACK and bind_host(settings.bind) in LOOPBACK):
        raise UnsafeSettings(
            "The sample set-up shows every letter to everybody: base address and bind must be loopback."
        )
    if not settings.sample and not settings.https and settings.host not in LOOPBACK:
        raise UnsafeSettings("PARTNERING_BASE_URL must begin with https:// unless it is on loopback.")


def bind_host(bind: str) -> str:
    """The host part of `host:port`, without brackets."""
    return bind.rsplit(":", 1)[0].strip("[]")
