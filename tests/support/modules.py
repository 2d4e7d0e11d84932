"""The modules of pages at doors, run by Node."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .servers import ROOT

Ask = Callable[[object], Any]


@contextmanager
def asking(program: Path) -> Iterator[Ask]:
    """A function that asks `program`, an .mjs, a question and gives its answer, both as JSON has them.

    The program is started with the folder of the modules, and answers line by line: see node/answering.mjs.
    """
    with tempfile.TemporaryDirectory() as folder:
        for module in (ROOT / "static/checkin").glob("*.js"):
            shutil.copy(module, folder)
        Path(folder, "package.json").write_text('{"type": "module"}')
        command = ["node", str(program), folder]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as peer:
            to, of = peer.stdin, peer.stdout
            assert to is not None
            assert of is not None

            def ask(question: object) -> Any:
                to.write(json.dumps(question) + "\n")
                to.flush()
                return json.loads(of.readline())

            yield ask
