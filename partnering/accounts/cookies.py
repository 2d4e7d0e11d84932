"""The session cookie: read before every request, given at sign-in, taken back at sign-out."""

from flask import Flask, g, request
from flask import session as form_cookie
from werkzeug.wrappers import Response

from ..db import transaction
from ..headers import over_https
from . import sessions
from .models import Person, UserSession


def cookie_name() -> str:
    """`__Host-session`, which browsers only take over TLS for this very host; plainly `session` on loopback."""
    return "__Host-session" if over_https() else "session"


def install(app: Flask) -> None:
    """Find out before each request who makes it: `g.person` and `g.user_session`, both None for a visitor."""
    app.before_request(recognise)


def recognise() -> None:
    """Set `g.person` and `g.user_session` from the cookie. Static files are the same for everybody."""
    here = g._get_current_object()
    here.person = here.user_session = None
    token = request.cookies.get(cookie_name(), "")
    if not token or request.endpoint == "static":
        return
    session = sessions.session_of(token)
    if session is None:
        return
    if sessions.is_due(session):
        with transaction():
            session = sessions.session_of(token)
            if session is None:
                return
            sessions.touch(session)
    g.user_session, g.person = session, session.person


def sign_in(response: Response, person: Person, *, second_factor: bool = False) -> Response:
    """Sign a person in with `response`, inside a transaction; whoever used this browser before is signed out."""
    if g.get("user_session") is not None:
        sessions.end(g.user_session)
    session, token = sessions.begin(person, browser=request.user_agent.string, second_factor=second_factor)
    g.user_session, g.person = session, person
    form_cookie.pop("csrf_token", None)
    return give(response, token)


def confirm(response: Response, session: UserSession) -> Response:
    """Note the second factor of this session, inside a transaction, and give it a new cookie."""
    return give(response, sessions.renew(session, second_factor=True))


def sign_out(response: Response) -> Response:
    """Forget this browser, inside a transaction."""
    if g.get("user_session") is not None:
        sessions.end(g.user_session)
    g.user_session = g.person = None
    form_cookie.clear()
    response.delete_cookie(cookie_name(), path="/", secure=over_https(), httponly=True, samesite="Lax")
    return response


def give(response: Response, token: str) -> Response:
    """Put the session cookie on a response."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(sessions.ABSOLUTE.total_seconds()),
        path="/",
        secure=over_https(),
        httponly=True,
        samesite="Lax",
    )
    return response
