"""The project's own files, for tests that read them."""

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@cache
def tracked() -> tuple[Path, ...]:
    """Every file under version control, relative to the project; without it, every file that is not made."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if done.returncode == 0:
        return tuple(Path(name) for name in done.stdout.split("\0") if name and (ROOT / name).is_file())
    made = {".venv", "instance", "node_modules", "__pycache__", "screenshots"}
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return tuple(path for path in files if not made & set(path.parts))


def texts(*patterns: str) -> dict[Path, str]:
    """The texts of the tracked files that match one of `patterns`, such as "partnering/**/*.py"."""
    chosen = [path for path in tracked() if any(matches(path, pattern) for pattern in patterns)]
    return {path: (ROOT / path).read_text() for path in chosen}


def matches(path: Path, pattern: str) -> bool:
    """Whether `folder/**/*.suffix` or `*.suffix` stands for this path."""
    folder, _, suffix = pattern.rpartition("*")
    return path.as_posix().startswith(folder.replace("**/", "").replace("*", "")) and path.name.endswith(suffix)


def lines_with(pattern: str, files: dict[Path, str]) -> list[str]:
    """`path:number: line` for every line that the regular expression finds."""
    found = re.compile(pattern)
    return [
        f"{path}:{number}: {line.strip()}"
        for path, text in files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if found.search(line)
    ]
