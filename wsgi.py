"""What gunicorn and the `flask` command serve. A server refuses to start on a schema that is not its own."""

import os

from partnering.app import create_app
from partnering.verify import refuse_mismatch

app = create_app()

if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
    refuse_mismatch(app)
