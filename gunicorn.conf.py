"""How gunicorn serves the site. Processes: WEB_CONCURRENCY, else two beside PostgreSQL and one beside SQLite."""

import os

from partnering.config import from_environment

_settings = from_environment()

bind = _settings.bind
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2" if _settings.uri.startswith("postgresql") else "1"))
threads = 8
timeout = 30
graceful_timeout = 20
keepalive = 5
# addresses may hold secret links: the application logs what is needed, without them
accesslog = None
# several sites of one machine would share its default path
control_socket_disable = True
