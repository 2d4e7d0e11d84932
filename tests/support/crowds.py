"""Several processes that begin at the same moment."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from .servers import ROOT
from .there import there


def race(
    lanes: Sequence[Sequence[str]],
    *,
    lines: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    timeout: float = 240,
) -> list[str]:
    """What each of several Python processes writes, in order; `lanes` are their arguments ("-m", module, ...).

    Each reads its line of `lines` if there are any, writes "ready", and waits for another line, which all get at the
    same moment. A process that fails makes this fail; none outlives it.
    """
    crowd = [
        subprocess.Popen(
            [sys.executable, *lane],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for lane in lanes
    ]
    try:
        if lines:
            for each, line in zip(crowd, lines, strict=True):
                _say(each, line)
        assert [there(each.stdout).readline() for each in crowd] == ["ready\n"] * len(crowd)
        for each in crowd:
            _say(each, "go")
        answers = [each.communicate(timeout=timeout)[0] for each in crowd]
        assert [each.returncode for each in crowd] == [0] * len(crowd)
        return answers
    finally:
        for each in crowd:
            each.kill()
            each.wait()
            there(each.stdin).close()
            there(each.stdout).close()


def _say(process: "subprocess.Popen[str]", line: str) -> None:
    there(process.stdin).write(f"{line}\n")
    there(process.stdin).flush()
