"""What must not stand in the source, with the few places where it may and why."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .files import ROOT, lines_with, texts, tracked

HERE = Path(__file__).relative_to(ROOT)
PYTHON = texts("partnering/**/*.py", "wsgi*.py", "gunicorn*.py", "migrations/**/*.py")
TESTS = {path: text for path, text in texts("tests/**/*.py").items() if path != HERE}
TEMPLATES = texts("templates/**/*")
SCRIPTS = {path: text for path, text in texts("static/**/*.js").items() if "vendor" not in path.parts}

MARKUP = {
    "partnering/backoffice/views/blueprint.py": "fixed tags around a file's escaped name",
    "partnering/backoffice/views/form_preview.py": "a template of ours, which escapes what it shows",
    "partnering/checkin/views/certificates.py": "a template of ours, which escapes what it shows",
    "partnering/contacts/views/cards.py": "a template of ours, which escapes what it shows",
    "partnering/delegates/views/directory.py": "a macro of ours, which escapes what it shows, kept as text",
    "partnering/delegates/views/handing_over.py": "a template of ours, which escapes what it shows",
    "partnering/invoices/views/buyer.py": "a template of ours, which escapes what it shows",
    "partnering/registration/forms.py": "a list of countries, escaped item by item and kept",
    "partnering/registration/views/flow.py": "a template of ours, which escapes what it shows, kept as text",
    "partnering/registration/views/shown.py": "line breaks between parts, which joining escapes",
    "partnering/fragments.py": "escaped words in what a template of ours has drawn",
    "partnering/badges/drawing.py": "a badge as a picture; each name is escaped where it is written",
    "partnering/i18n.py": "fixed tags around escaped words",
    "partnering/markup.py": "Markdown, rendered without raw HTML and cleaned by nh3",
    "partnering/qr.py": "an SVG path of numbers",
}
"""R02: the modules that may call `Markup`; each escapes or cleans what it puts into it."""

HTML_FROM_STRINGS = r"\.(inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write|\beval\(|new Function\("
SHELLS = r"os\.(system|popen|spawn\w+|exec\w+)|subprocess\.(getoutput|getstatusoutput)|eval|exec"
CODE_FROM_BYTES = r"^\s*(import|from)\s+(pickle|marshal|shelve|dill|jsonpickle)\b|yaml\.(unsafe_)?load\("
INLINE_SCRIPT = r"<script(?![^>]*(\bsrc=|type=\"application/(ld\+)?json\"))|\son[a-z]+\s*=\s*[\"']|javascript:"
OTHER_HOSTS = (
    r"(src|action)=[\"']https?://|<link[^>]*href=[\"']https?://"
    r"|url\(\s*[\"']?(https?:)?//|@import\s+[\"']https?:|fetch\([\"'`]https?:|from\s+[\"']https?:"
)
FOR_LATER = r"\b(TODO|FIXME|XXX|HACK)\b|NotImplementedError|lorem ipsum"
NOT_THE_REAL_THING = r"unittest\.mock|MagicMock|time\.sleep\(|assert True\b|pytest\.mark\.(skip|xfail)|pytest\.skip\("
SILENCED_WITHOUT_REASON = (
    r"# type: ignore(?!\[[\w-]+(, ?[\w-]+)*\]\s+#\s*\S)|# noqa(?!: [A-Z]+\d+(, ?[A-Z]+\d+)*\s+(-+|#|–)\s*\S)"
)
OF_ONE_MACHINE = r"(?<![\w./<>}])/(work|opt|root|home)/[\w.]"


def calls(text: str) -> Iterator[tuple[str, int]]:
    """The dotted names that a module calls, with their lines."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def callers_of(pattern: str) -> list[str]:
    """The places in our modules that call something whose dotted name the regular expression matches whole."""
    return [
        f"{path}:{line}: {name}"
        for path, text in PYTHON.items()
        for name, line in calls(text)
        if re.fullmatch(pattern, name)
    ]


def is_letter(path: Path) -> bool:
    """Mail programs read no style sheets."""
    return path.as_posix() == "templates/layouts/mail.html" or "mail" in path.parts[2:]


# -- R02: what people wrote is escaped


def test_only_listed_modules_make_markup():
    found = {place.split(":")[0] for place in callers_of(r"(\w+\.)*Markup(\.\w+)?|(\w+\.)*Markup\(.*")}

    assert found <= set(MARKUP)


def test_templates_say_sentences_and_never_what_somebody_wrote():
    """A sentence of a template stands on the page as it is; what is put into it is escaped."""
    assert lines_with(r"(?<![\w.])_n?\((?!\s*[\"'])", TEMPLATES) == []


def test_no_template_switches_escaping_off():
    assert lines_with(r"\|\s*safe\b|autoescape\s+false|\bMarkup\b", TEMPLATES) == []


def test_no_script_writes_html_from_strings():
    assert lines_with(HTML_FROM_STRINGS, SCRIPTS) == []


# -- R06: no shell, no code from bytes


def test_no_shell_is_started():
    assert callers_of(SHELLS) == []
    assert lines_with(r"shell\s*=\s*True", PYTHON) == []


def test_bytes_never_become_code():
    assert lines_with(CODE_FROM_BYTES, PYTHON) == []


# -- R26: nothing inline, nothing from elsewhere


def test_templates_carry_no_inline_script():
    assert lines_with(INLINE_SCRIPT, TEMPLATES) == []


def test_templates_carry_no_inline_style():
    pages = {path: text for path, text in TEMPLATES.items() if not is_letter(path)}

    assert lines_with(r"<style\b|\sstyle\s*=", pages) == []


def test_pages_load_nothing_from_another_host():
    assert lines_with(OTHER_HOSTS, TEMPLATES | SCRIPTS | texts("static/**/*.css")) == []


# -- promises of the house


def test_only_transaction_commits():
    found = callers_of(r"(.*\.)?(session(\(\))?|connection)\.commit")

    assert {place.split(":")[0] for place in found} <= {"partnering/db.py", "migrations/env.py"}


def test_nobody_asks_through_the_old_query_interface():
    assert lines_with(r"\b[A-Z]\w+\.query\b|session(\(\))?\.query\(", PYTHON | TESTS) == []


def test_a_lock_taken_while_reading_anew_names_its_row():
    """What was loaded beside a row is loaded again with it, and PostgreSQL cannot lock what may not be there."""
    assert lines_with(r"with_for_update=True", PYTHON) == []


def test_nothing_is_left_for_later():
    assert lines_with(FOR_LATER, PYTHON | TESTS | TEMPLATES | SCRIPTS) == []


def test_tests_put_nothing_in_the_place_of_the_real_thing():
    assert lines_with(NOT_THE_REAL_THING, TESTS) == []


def test_silenced_checks_say_why():
    assert lines_with(SILENCED_WITHOUT_REASON, PYTHON | TESTS) == []


def test_no_module_outgrows_its_chapter():
    written = {path: text for path, text in PYTHON.items() if path.parts[0] != "migrations"}  # those tools write
    ours = written | SCRIPTS | {path: text for path, text in TEMPLATES.items() if path.suffix == ".html"}
    lengths = {str(path): len(text.splitlines()) for path, text in ours.items()}

    assert {path: length for path, length in lengths.items() if length > 500} == {}


def test_nothing_is_tied_to_one_machine():
    kinds = (".py", ".html", ".txt", ".md", ".toml", ".js", ".css", ".json", ".po", ".cfg", ".lock", "Makefile", "run")
    chosen = [path for path in tracked() if path.name.endswith(kinds) or path.parts[0] == "scripts"]

    assert lines_with(OF_ONE_MACHINE, {path: (ROOT / path).read_text() for path in chosen if path != HERE}) == []


# -- and the patterns would notice


FAULTS = [
    (HTML_FROM_STRINGS, "list.innerHTML = name;"),
    (CODE_FROM_BYTES, "from pickle import loads"),
    (INLINE_SCRIPT, "<script>start()</script>"),
    (INLINE_SCRIPT, '<button onclick="go()">'),
    (OTHER_HOSTS, '<link rel="stylesheet" href="https://fonts.example/a.css">'),
    (OTHER_HOSTS, "background: url(//images.example/a.png)"),
    (NOT_THE_REAL_THING, "@pytest.mark.skip"),
    (SILENCED_WITHOUT_REASON, "x = f()  # type: ignore"),
    (SILENCED_WITHOUT_REASON, "x = f()  # type: ignore[arg-type]"),
    (SILENCED_WITHOUT_REASON, "x = f()  # noqa: S608"),
    (OF_ONE_MACHINE, "path = '/home/jana/project'"),
]
RIGHT = [
    (HTML_FROM_STRINGS, "list.textContent = name;"),
    (INLINE_SCRIPT, '<script type="module" src="/static/a.js"></script>'),
    (INLINE_SCRIPT, '<script type="application/json" id="data">'),
    (INLINE_SCRIPT, '<script type="application/ld+json">{}</script>'),
    (OTHER_HOSTS, '<a href="https://example.org">'),
    (SILENCED_WITHOUT_REASON, "x = f()  # type: ignore[arg-type]  # checked by name"),
    (SILENCED_WITHOUT_REASON, "x = f()  # noqa: S608 -- the names come from the catalogue"),
    (OF_ONE_MACHINE, "/usr/bin/chromium"),
]


@pytest.mark.parametrize(("pattern", "line"), FAULTS)
def test_a_fault_is_found(pattern, line):
    assert lines_with(pattern, {HERE: line}) == [f"{HERE}:1: {line}"]


@pytest.mark.parametrize(("pattern", "line"), RIGHT)
def test_what_is_right_is_left_alone(pattern, line):
    assert lines_with(pattern, {HERE: line}) == []


def test_no_sentence_stands_within_a_formatted_string():
    """Catalogues are filled from the source, and nobody looks for sentences inside of other strings there."""
    inside = [
        f"{path}:{call.lineno}"
        for path, text in PYTHON.items()
        for outer in ast.walk(ast.parse(text))
        if isinstance(outer, ast.JoinedStr)
        for call in ast.walk(outer)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("_", "_l", "_n")
        if call.args and isinstance(call.args[0], ast.Constant)
    ]
    assert inside == []


# -- what is written is noted


TRIGGERS = {"partnering/db.py", "partnering/checkin/touching.py"}
"""Where triggers are put together, which write beside the statement that was noted."""


def test_nothing_is_written_past_the_notes_of_what_changed():
    """`stands` notes statements built by SQLAlchemy; one that is plain text would change what others have kept."""
    written = [
        f"{path}:{node.lineno}"
        for path, text in PYTHON.items()
        if path.parts[0] == "partnering" and path.as_posix() not in TRIGGERS
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.match(r"\s*(WITH\b.*)?(INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM)\b", node.value, re.DOTALL)
    ]

    assert written == []
