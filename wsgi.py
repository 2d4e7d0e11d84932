"""What gunicorn and the `flask` command serve."""

from partnering.app import create_app

app = create_app()
