"""What the worker does for the programme: send the letters of a release."""

from ..db import transaction
from ..jobs import Progress, task
from . import release_letters


@task("programme.send_letters")
def send_letters(job: Progress, letters: list[str]) -> None:
    """Send these drafts, in steps; taken up again, it sends none twice."""
    for start in range(0, len(letters), release_letters.AT_ONCE):
        some = letters[start : start + release_letters.AT_ONCE]
        with transaction():
            release_letters.send_some(release_letters.at(some))
        job.progress(start + len(some), len(letters))
