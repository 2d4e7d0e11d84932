"""What every process of the product imports, imported: the nursery begins with this."""

import gc
import importlib
from importlib.util import find_spec

from partnering.app import CHAPTERS, ROOMS

BESIDE = (
    "flask.cli",
    "gunicorn.app.wsgiapp",
    "gunicorn.arbiter",
    "gunicorn.workers.gthread",
    "psycopg",
    "runpy",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
)
"""What is imported only when it is needed, and always is."""

for room in ROOMS:
    for chapter in CHAPTERS:
        if find_spec(f"partnering.{room}.{chapter}") is not None:
            importlib.import_module(f"partnering.{room}.{chapter}")
for name in BESIDE:
    importlib.import_module(name)
gc.collect()
gc.freeze()
