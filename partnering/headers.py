"""What every answer carries: security headers, cache rules, a request id; and forms that scripts cannot forge."""

import secrets
from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, Request, Response, current_app, g, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import BadRequest

from . import redaction
from .text import in_ascii

csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])

POLICY = {
    "default-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


def policy(**extra: str) -> str:
    """The Content-Security-Policy, with directives replaced by `extra` (`script_src=...`)."""
    directives = {**POLICY, **{name.replace("_", "-"): value for name, value in extra.items()}}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def allow_wasm() -> None:
    """Let this page compile WebAssembly: the scanner only."""
    g.policy = policy(script_src="'self' 'wasm-unsafe-eval'", worker_src="'self'")


def cacheable(seconds: int = 60) -> None:
    """Declare this answer public: the same for everybody, without cookies."""
    g.public_for = seconds


def answer_unchanged(response: Response) -> Response:
    """Answer 304 to a browser that has this public page already; for the `after_request` of a blueprint."""
    if g.get("public_for") and response.status_code == 200:
        response.add_etag()
        response.make_conditional(request)
    return response


def as_file(content: bytes | str | Iterable[bytes], media_type: str, name: str, *, inline: bool = False) -> Response:
    """An answer to be saved under this name, or, `inline`, to be looked at and perhaps saved.

    RFC 6266: whoever cannot read the name in UTF-8 (RFC 8187) gets it in ASCII beside it.
    """
    response = Response(content, content_type=media_type)
    whole = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split()) or "file"
    simple = in_ascii(whole).strip()
    if simple[:1] in ("", "."):
        simple = f"file{simple}"
    names = {"filename": simple}
    if simple != whole:
        names["filename*"] = f"UTF-8''{quote(whole, safe='!#$&+-.^_`|~')}"
    response.headers.set("Content-Disposition", "inline" if inline else "attachment", **names)
    return response


def takes(most_bytes: int) -> Callable[[View], View]:
    """Let one view be sent so many bytes; all others take what the configuration says."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]  # an attribute of our own on a function
        return view

    return mark


def secret_path() -> None:
    """Declare that the address of this page is a secret: it is never sent on as a referrer."""
    g.secret_path = True


class FormCookie(SecureCookieSessionInterface):
    """Flask's cookie for what is typed; what signs it is made once for a key, not with each request."""

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """What signs the cookie and reads it."""
        keys = app.secret_key, tuple(app.config["SECRET_KEY_FALLBACKS"] or ())
        if self._made is None or self._made[0] != keys:
            self._made = keys, super().get_signing_serializer(app)
        return self._made[1]

    _made: tuple[Any, URLSafeTimedSerializer | None] | None = None


def over_https() -> bool:
    """Whether this site is reached over TLS, so that its cookies may ask for it."""
    return bool(current_app.extensions["settings"].https)


def install(app: Flask, *, https: bool) -> None:
    """Set up CSRF protection, the headers, and strict query and form parameters.

    Flask-WTF's own check of the referrer stays off: pages with a secret address send none.
    """
    app.config.update(WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    app.session_interface = FormCookie()
    usual = policy()

    @app.before_request
    def meet() -> None:
        """Name the request; before anything reads its form, know how much it may take, and where it comes from.

        What is longer is refused by its length, unread.
        """
        g.request_id = secrets.token_hex(8)
        asked: Request = request._get_current_object()  # type: ignore[attr-defined]  # the documented way
        most = getattr(app.view_functions.get(asked.endpoint or ""), "most_bytes", None)
        if most is not None:
            asked.max_content_length = most
        if asked.method not in ("GET", "HEAD", "OPTIONS") and comes_from_elsewhere(asked):
            raise CSRFError("sent by another site")

    csrf.init_app(app)

    @app.before_request
    def keep_token() -> None:
        """A page that comes back with what is wrong carries the token that was sent: it holds as long as the visit."""
        here = g._get_current_object()
        sent = request.form.get("csrf_token") if here.get("csrf_valid") else None
        if sent:
            here.csrf_token = sent

    @app.after_request
    def add_headers(response: Response) -> Response:
        here, headers = g._get_current_object(), response.headers
        headers.setdefault("Content-Security-Policy", here.get("policy") or usual)
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Request-Id"] = here.get("request_id", "")
        secret = here.get("secret_path") or redaction.is_secret(request.path)
        headers["Referrer-Policy"] = "no-referrer" if secret else "same-origin"
        headers["Permissions-Policy"] = "camera=(self), microphone=(), geolocation=()"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        if https:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
        set_cache_rules(response)
        return response


def comes_from_elsewhere(asked: Request) -> bool:
    """Whether the browser says that a page of another site, or of a neighbouring host, sent this request.

    Browsers that say nothing are judged by the token in the form alone.
    """
    site = asked.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = asked.headers.get("Origin")
    return origin not in (None, "null") and urlsplit(origin).netloc != asked.host


def set_cache_rules(response: Response) -> None:
    """Personal answers are stored nowhere; public ones carry no cookie."""
    if request.endpoint == "static" or "Cache-Control" in response.headers:
        return
    seconds = g.get("public_for")
    if seconds and response.status_code in (200, 304) and g.get("person") is None and not _sets_cookie():
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
        response.headers.add("Vary", "Accept-Language, Cookie")
    else:
        response.headers["Cache-Control"] = "no-store"
        response.headers.add("Vary", "Cookie")


def _sets_cookie() -> bool:
    return bool(session.modified)


def single(arguments: Any, name: str) -> str | None:
    """The one value of a parameter. Raises 400 when it is given twice with different values."""
    values = arguments.getlist(name)
    if len(set(values)) > 1:
        raise BadRequest
    return values[0] if values else None


def words_in(arguments: Any, name: str = "q", most: int = 100) -> str:
    """The words somebody looks for, with single spaces and cut to so many letters; NUL, which no database takes, is
    left out. Raises 400 when they are given twice with different values.
    """
    return " ".join((single(arguments, name) or "").replace("\x00", "").split())[:most]


def page_in(arguments: Any, most: int = 10_000) -> int:
    """The number of the page that is asked for: 1 for whatever is none, and at most `most`."""
    text = single(arguments, "page") or ""
    return min(max(1, int(text)), most) if text.isascii() and text.isdigit() and len(text) < 9 else 1
