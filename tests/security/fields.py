"""Every field that people can send, as the forms know it; `python -m tests.security.fields` writes docs/FIELDS.md.

Nothing here is written down twice: types, lengths, ranges and allowed values are read from the forms themselves, the
business limits from the constants that are enforced.
"""

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import wtforms
from wtforms import Form, fields, validators
from wtforms.fields.core import Field, UnboundField
from wtforms.meta import DefaultMeta

import partnering
from partnering.fields import WholeField

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "FIELDS.md"

TEXT = (fields.StringField, fields.TextAreaField)
CHOSEN = (fields.SelectField, fields.RadioField, fields.SelectMultipleField)

LIMITS = (
    ("registration.orders", "EXTENSIONS", "how often a hold can be extended"),
    ("registration.orders", "HOLD", "how long places are held"),
)
"""Business limits beside the counted ones: module, constant, what it says."""


@dataclass(frozen=True)
class Known:
    """A field of a form: its class attribute, and what it becomes."""

    form: type[Form]
    name: str
    unbound: UnboundField
    field: Field

    @property
    def at(self) -> str:
        """How the document calls it."""
        return f"{self.form.__module__.removeprefix('partnering.')}.{self.form.__name__}.{self.name}"

    def validator(self, kind: type) -> Any:
        """The field's first validator of a kind, or None."""
        return next((each for each in self.field.validators if isinstance(each, kind)), None)

    @property
    def longest(self) -> int | None:
        """The most characters a text may have."""
        lengths = [each.max for each in self.field.validators if isinstance(each, validators.Length) and each.max > 0]
        return min(lengths, default=None)

    @property
    def is_text(self) -> bool:
        """Whether people type what they like."""
        return isinstance(self.field, TEXT) and not isinstance(self.field, WholeField | fields.HiddenField)


def known_fields() -> list[Known]:
    """The fields of all forms of the product, by name."""
    found = []
    for form in sorted(_forms(), key=lambda form: (form.__module__, form.__name__)):
        for name in dir(form):
            unbound = inspect.getattr_static(form, name, None)
            if isinstance(unbound, UnboundField):
                field = unbound.bind(form=wtforms.Form(), name=name, prefix="", _meta=DefaultMeta(), translations=None)
                found.append(Known(form, name, unbound, field))
    return sorted(found, key=lambda known: (known.at.rpartition(".")[0], *_place(known)))


def _place(known: Known) -> tuple[int, int]:
    """Where a field stands in its form: after those it inherits, then as written, whatever was imported first."""
    owners = [number for number, owner in enumerate(reversed(known.form.__mro__)) if known.name in vars(owner)]
    return owners[-1], known.unbound.creation_counter


def _forms() -> Iterator[type[Form]]:
    for module in pkgutil.walk_packages(partnering.__path__, "partnering."):
        if module.name.rpartition(".")[2].endswith("forms"):
            importlib.import_module(module.name)
    waiting, seen = [Form], set()
    while waiting:
        for form in waiting.pop().__subclasses__():
            if form not in seen:
                seen.add(form)
                waiting.append(form)
                if form.__module__.startswith("partnering.") and not form.__name__.startswith("_"):
                    yield form


def describe(known: Known) -> str:
    """One row of the document."""
    field, says = known.field, []
    if known.validator(validators.InputRequired) or known.validator(validators.DataRequired):
        says.append("required")
    length = known.validator(validators.Length)
    if length is not None:
        says.append(
            f"{length.min} to {known.longest} characters" if length.min > 0 else f"≤ {known.longest} characters"
        )
    bounds = known.validator(validators.NumberRange)
    if bounds is not None:
        least, most = ("…" if edge is None else edge for edge in (bounds.min, bounds.max))
        says.append(f"{least} to {most}")
    if known.validator(validators.Email):
        says.append("an e-mail address")
    pattern = known.validator(validators.Regexp)
    if pattern is not None:
        says.append(f"`{pattern.regex.pattern}`".replace("|", "\\|"))
    if isinstance(field, CHOSEN):
        values = ", ".join(f"`{value}`" for value in _fixed_choices(field))
        says.append(f"one of {values}" if values else "one of those the page offers")
    own = [method for method in (f"validate_{known.name}",) if hasattr(known.form, method)]
    says += [(inspect.getdoc(getattr(known.form, method)) or "checked by the form").split("\n")[0] for method in own]
    others = [
        type(each).__name__ if not inspect.isfunction(each) else each.__name__
        for each in field.validators
        if not isinstance(
            each,
            validators.InputRequired
            | validators.DataRequired
            | validators.Length
            | validators.NumberRange
            | validators.Email
            | validators.Regexp
            | validators.Optional,
        )
    ]
    says += [f"`{name}`" for name in others]
    return f"| `{known.name}` | {type(field).__name__.removesuffix('Field')} | {'; '.join(says) or '–'} |"


def _fixed_choices(field: Any) -> list[str]:
    """The values of a short list of choices that is the same on every page."""
    choices = field.choices
    if choices is None or callable(choices) or isinstance(choices, dict) or len(choices) > 12:
        return []
    return [str(getattr(choice, "value", choice)) for choice in choices]


def document() -> str:
    """The whole document."""
    parts = [
        "# Every field, and what it takes",
        "",
        "Written by `make fields` from the forms and constants themselves; `tests/security/test_fields.py` holds every",
        "field to its limit. What is sent beyond a limit is answered with 422 and a sentence beside the field. Whole",
        "numbers are ASCII digits, amounts decimal strings, days and hours those of the calendar.",
    ]
    heading = ""
    for known in known_fields():
        form = known.at.rpartition(".")[0]
        if form != heading:
            heading = form
            about = (inspect.getdoc(known.form) or "").split("\n")[0]
            parts += ["", f"## {form}", "", about, "", "| field | type | takes |", "|---|---|---|"]
        parts.append(describe(known))
    parts += ["", "## What is counted", "", "| deed | counted by | at most | in seconds |", "|---|---|---|---|"]
    parts += sorted(_counted())
    parts += ["", "## Other limits", "", "| limit | value |", "|---|---|"]
    for module, name, sentence in LIMITS:
        parts.append(f"| {sentence} | {getattr(importlib.import_module(f'partnering.{module}'), name)} |")
    return "\n".join(parts) + "\n"


def _counted() -> Iterator[str]:
    """A row for each rate limit, from the calls of `limits.hit` themselves."""
    for path in sorted(Path(partnering.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or ast.unparse(node.func) != "limits.hit":
                continue
            module = ".".join(("partnering", *path.relative_to(partnering.__path__[0]).with_suffix("").parts))
            names = vars(importlib.import_module(module))
            said = {keyword.arg: _value(keyword.value, names) for keyword in node.keywords}
            deed, key = node.args
            yield f"| {_value(deed, names)} | `{ast.unparse(key)}` | {said['limit']} | {said['seconds']} |"


def _value(node: ast.expr, names: dict[str, Any]) -> Any:
    """A constant, or what a name or a module's attribute stands for."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Attribute):
        return getattr(_value(node.value, names), node.attr)
    assert isinstance(node, ast.Name), ast.dump(node)
    return names[node.id]


def main() -> None:
    """Write the document."""
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document())


if __name__ == "__main__":
    main()
