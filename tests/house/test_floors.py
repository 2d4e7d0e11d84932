"""The import contracts hold, and would notice a climbing import."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from .files import ROOT


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    )
    return subprocess.run([sys.executable, "-c", program, "--no-cache"], cwd=folder, capture_output=True, text=True)


def test_calls_go_down():
    done = lint_imports(ROOT)

    assert done.returncode == 0, done.stdout


def test_a_climbing_import_and_a_room_without_a_floor_are_noticed(tmp_path):
    shutil.copytree(ROOT / "partnering", tmp_path / "partnering", ignore=shutil.ignore_patterns("__pycache__", "*.po"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "partnering/clock.py").open("a") as file:
        file.write("\nfrom partnering import app\n")
    (tmp_path / "partnering/attic.py").write_text('"""A room without a floor."""\n')

    done = lint_imports(tmp_path)

    assert done.returncode == 1
    assert re.search(r"partnering\.clock -> partnering\.app", done.stdout)
    assert re.search(r"- partnering\.attic", done.stdout)
