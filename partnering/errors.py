"""What can go wrong for a person, each with a sentence and a status, and the one place that shows it."""

import logging
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, Response, g, jsonify, make_response, redirect, render_template, request
from flask.globals import request_ctx
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.exceptions import NotFound as UnknownAddress
from werkzeug.wrappers import Response as BaseResponse

from .i18n import LazyText, _l

log = logging.getLogger(__name__)

Thing = TypeVar("Thing")


class DomainError(Exception):
    """A deed that the rules refuse. Subclasses state the fact; `message` is the sentence people read."""

    message: LazyText | str = ""
    status = 409

    def __init__(self, message: LazyText | str | None = None, **details: Any) -> None:
        if message is not None:
            self.message = message
        self.details = details
        for name, value in details.items():
            setattr(self, name, value)
        super().__init__(str(type(self).__name__))

    @property
    def code(self) -> str:
        """The fact in snake case, for programs."""
        return "".join("_" + c.lower() if c.isupper() else c for c in type(self).__name__).lstrip("_")


class NotFound(DomainError):
    """The thing does not exist, or not for this person: the same answer."""

    message = _l("This page does not exist.")
    status = 404


class BrokenLink(NotFound):
    """A secret link that this house did not sign: most likely a part of it was lost on the way."""

    message = _l(
        "Part of the link may have been lost on the way. Open it from the email once more, "
        "or sign in with your email address: there you find all your bookings."
    )


class Forbidden(DomainError):
    """The person is known and the page exists, but it is not theirs to use."""

    message = _l("You are not allowed to open this page.")
    status = 403


class Gone(DomainError):
    """A link that was right once."""

    message = _l("This link has expired.")
    status = 410


class TooMany(DomainError):
    """More tries than the limit allows. `seconds` says how long to wait."""

    message = _l("That was too often in a short time. Please wait a few minutes and try again.")
    status = 429
    seconds = 60


class Stale(DomainError):
    """Somebody else changed the thing meanwhile."""

    message = _l("Somebody else has changed this in the meantime. Please look at the newest state and try again.")
    status = 409


def require(condition: object) -> None:
    """Answer 404 unless `condition` holds: what is not yours does not exist."""
    if not condition:
        raise NotFound


def or_404(thing: Thing | None) -> Thing:
    """The thing; 404 for None."""
    if thing is None:
        raise NotFound
    return thing


def wants_json() -> bool:
    """Whether a program asks: JSON was sent or is the better answer."""
    return (
        request.is_json or request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    )


def show(status: int, message: str, code: str, headers: dict[str, str] | None = None) -> Response:
    """The answer for an error, as page or JSON, with the request's id; a bare sentence for a host that is not ours."""
    if request_ctx.url_adapter is None:  # no address could be written into a page
        response = Response(f"{message}\n", status, content_type="text/plain; charset=utf-8")
    elif wants_json():
        response = jsonify(error=code, message=message, request_id=g.get("request_id"))
        response.status_code = status
    else:
        response = make_response(
            render_template("errors/error.html", status=status, message=message, code=code), status
        )
    response.headers.update(headers or {})
    response.headers["Cache-Control"] = "no-store"
    return response


def address_without_slash() -> str | None:
    """Where nothing is at an address that ends with a slash: the address without it, if a page is there.

    It always lies on this site, however many slashes were sent.
    """
    adapter, path = request_ctx.url_adapter, "/" + request.path.strip("/")
    unknown = isinstance(request.routing_exception, UnknownAddress) and request.path.endswith("/")
    if adapter is None or not unknown or request.method not in ("GET", "HEAD") or not adapter.test(path, "GET"):
        return None
    asked = request.query_string.decode("latin-1")
    return f"{request.script_root}{quote(path)}" + (f"?{asked}" if asked else "")


def install(app: Flask) -> None:
    """Register the handlers: domain errors, HTTP errors, stale edits, lost databases, and the last resort."""

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> Response:
        headers = {"Retry-After": str(error.seconds)} if isinstance(error, TooMany) else None
        return show(error.status, str(error.message), error.code, headers)

    @app.errorhandler(StaleDataError)
    def stale(error: StaleDataError) -> Response:
        return domain_error(Stale())

    @app.errorhandler(CSRFError)
    def csrf(error: CSRFError) -> Response:
        return show(400, str(_l("This form has expired. Please go back, reload the page and send it again.")), "csrf")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> BaseResponse | HTTPException:
        status = error.code or 500
        if status < 400:  # redirects that routing raises
            return error
        if status >= 500:
            return last_resort(error)
        if status == 404 and (address := address_without_slash()):
            return redirect(address, 308)
        headers = {k: v for k, v in error.get_headers() if k in ("Allow", "Retry-After")}
        return show(status, str(SENTENCES.get(status, SENTENCES[400])), f"http_{status}", headers)

    @app.errorhandler(OperationalError)
    def database_away(error: OperationalError) -> Response:
        log.exception("database not available, request %s", g.get("request_id"))
        return show(503, str(SENTENCES[503]), "unavailable", {"Retry-After": "5"})

    @app.errorhandler(Exception)
    def last_resort(error: Exception) -> Response:
        if not isinstance(error, InternalServerError) or error.original_exception is not None:
            log.exception("unexpected error, request %s", g.get("request_id"))
        return show(500, str(SENTENCES[500]), "internal")


SENTENCES = {
    400: _l("We could not read this request."),
    403: Forbidden.message,
    404: NotFound.message,
    405: _l("This page cannot be called in this way."),
    409: Stale.message,
    410: Gone.message,
    413: _l("What you sent is too large. Please go back and send less, or a smaller file."),
    415: _l("This kind of content is not accepted here."),
    422: _l("Some answers are not right yet."),
    429: TooMany.message,
    500: _l("Something went wrong on our side. We have been told. Please try again in a few minutes."),
    503: _l("The site is not available at the moment. Please try again in a few seconds."),
}
