"""How the rooms become one application: the only place that knows every room."""

import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BuildError

from . import (
    assets,
    config,
    crossings,
    db,
    errors,
    fragments,
    guards,
    headers,
    i18n,
    links,
    markup,
    navigation,
    redaction,
    verify,
)

ROOMS = (
    "jobs",
    "mail",
    "accounts",
    "events",
    "agenda",
    "organisations",
    "consents",
    "tickets",
    "questions",
    "registration",
    "programme",
    "invoices",
    "delegates",
    "badges",
    "contributions",
    "checkin",
    "meetings",
    "contacts",
    "schedule",
    "backoffice",
    "lobby",
    "demo",
)
"""The rooms from the ground up; each may have models, receivers, cloning, tasks, mails, views and cli."""

CHAPTERS = ("models", "invariants", "mails", "receivers", "cloning", "tasks", "views", "cli")

ROOT = Path(__file__).resolve().parent.parent

migrate = Migrate(directory=str(ROOT / "migrations"), compare_type=True)


def create_app(overrides: Mapping[str, Any] | None = None, settings: config.Settings | None = None) -> Flask:
    """The application. `settings` come from the environment unless given; `overrides` are Flask configuration.

    Raises `config.UnsafeSettings` when the settings do not allow a safe start.
    """
    settings = settings or config.from_environment()
    app = crossings.Application(
        __name__, static_folder=None, template_folder=str(ROOT / "templates"), instance_path=_instance(settings)
    )
    app.config.from_mapping(flask_configuration(settings))
    app.config.update(overrides or {})
    app.extensions["settings"] = settings
    if not app.testing:
        config.check(settings, debug=app.debug)
    redaction.install()
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=0)  # type: ignore[method-assign]  # the documented way
    db.db.init_app(app)
    db.install(app)
    migrate.init_app(app, db.db, render_as_batch=True)
    links.install(app, settings.keys)
    headers.install(app, https=settings.https)
    i18n.install(app)
    errors.install(app)
    assets.install(app)
    markup.install(app)
    fragments.install(app)
    navigation.install(app)
    verify.install(app)
    app.jinja_env.globals["link"] = _link
    for room in ROOMS:
        _open(app, room)
    guards.install(app)  # after accounts, which finds out who asks
    return app


def flask_configuration(settings: config.Settings) -> dict[str, Any]:
    """What Flask and its extensions read, from our settings."""
    return {
        "SECRET_KEY": settings.secret_key,
        "SECRET_KEY_FALLBACKS": settings.secret_key_fallbacks.split(),
        "SQLALCHEMY_DATABASE_URI": settings.uri,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            **db.engine_options(settings.uri),
            "hide_parameters": True,  # errors in the log name no addresses and no secrets
        },
        "MAX_CONTENT_LENGTH": 8 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        "SESSION_COOKIE_NAME": "__Host-form" if settings.https else "form",
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "TRUSTED_HOSTS": [settings.host, *settings.trusted_hosts.split()],
        "PREFERRED_URL_SCHEME": "https" if settings.https else "http",
        "MAIL_SERVER": settings.mail_server,
        "MAIL_PORT": settings.mail_port,
        "MAIL_USE_TLS": settings.mail_use_tls,
        "MAIL_USE_SSL": settings.mail_use_ssl,
        "MAIL_USERNAME": settings.mail_username or None,
        "MAIL_PASSWORD": settings.mail_password or None,
        "MAIL_DEFAULT_SENDER": settings.mail_sender,
    }


def _instance(settings: config.Settings) -> str:
    folder = Path(settings.instance).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return str(folder)


def _link(endpoint: str, **values: Any) -> str | None:
    """The address of an endpoint, or None where this installation has no such page."""
    try:
        return url_for(endpoint, **values)
    except BuildError:
        return None


def _open(app: Flask, room: str) -> None:
    """Open one room: import its chapters, register its blueprints and commands."""
    package = f"{__package__}.{room}"
    if find_spec(package) is None:
        return
    for chapter in CHAPTERS:
        if find_spec(f"{package}.{chapter}") is None:
            continue
        module = importlib.import_module(f"{package}.{chapter}")
        for blueprint in getattr(module, "blueprints", ()):
            app.register_blueprint(blueprint)
        for command in getattr(module, "commands", ()):
            app.cli.add_command(command)
        install = getattr(module, "install", None)
        if install is not None:
            install(app)
