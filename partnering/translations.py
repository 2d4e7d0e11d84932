"""The German catalogues, one per room: `python -m partnering.translations update|compile|check [ROOM...]`.

English is the source and needs no catalogue. What a room says stands in `translations/de/<room>.po`; what
the ground floor, the layouts and the components say stands in `common.po` and is not repeated in a room.
The files carry no line numbers and no dates, so that a change shows only the words that changed.
"""

import io
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parent
LANGUAGE = "de"
COMMON = "common"
KEYWORDS: dict[str, Any] = dict.fromkeys(("_", "_l", "N_", "gettext", "lazy_gettext"))
KEYWORDS |= {"_n": (1, 2), "ngettext": (1, 2)}
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".svg"}
JINJA = {"extensions": "jinja2.ext.do,jinja2.ext.loopcontrols", "silent": "false"}
HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: de\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")

Words = str | tuple[str, ...]
"""A sentence, or its forms for one and for many."""


@dataclass
class Entry:
    """A sentence of the source, its note to translators, and its German, empty while nobody has written it."""

    source: Words
    german: Words = ""
    notes: list[str] = field(default_factory=list)
    fuzzy: bool = False

    @property
    def key(self) -> str:
        """What gettext looks the sentence up by: the form for one."""
        return self.source if isinstance(self.source, str) else self.source[0]

    @property
    def is_translated(self) -> bool:
        """Whether every form is written and nobody doubts it."""
        return all(forms(self.german)) and len(forms(self.german)) == len(forms(self.source)) and not self.fuzzy


Entries = dict[str, Entry]


class Fault(click.ClickException):
    """The catalogues cannot be used as they are; the message has one line for each reason."""


def forms(words: Words) -> tuple[str, ...]:
    """The forms of a sentence, one or several."""
    return (words,) if isinstance(words, str) else tuple(words)


@dataclass
class House:
    """Where the sources and their catalogues are."""

    package: Path = PACKAGE
    templates: Path = PACKAGE.parent / "templates"

    @property
    def folder(self) -> Path:
        """Where the catalogues stand."""
        return self.package / "translations" / LANGUAGE

    def rooms(self) -> list[str]:
        """The names of the rooms, sorted."""
        return sorted(init.parent.name for init in self.package.glob("*/__init__.py"))

    def sources(self) -> Iterator[tuple[str, Path]]:
        """Every file that may hold sentences, with the catalogue they belong to."""
        rooms = set(self.rooms())
        for base, wanted in ((self.package, {".py"}), (self.templates, TEMPLATE_SUFFIXES)):
            for path in sorted(base.rglob("*")):
                if path.suffix in wanted and path.is_file():
                    first = path.relative_to(base).parts[0]
                    yield (first if first in rooms else COMMON), path

    def extract(self) -> dict[str, Entries]:
        """What the sources say, by catalogue; what `common` says is in no other."""
        found: dict[str, Entries] = {name: {} for name in (COMMON, *self.rooms())}
        for name, path in self.sources():
            for entry in said_in(path):
                known = found[name].setdefault(entry.key, entry)
                if len(forms(entry.source)) > len(forms(known.source)):
                    known.source = entry.source
                known.notes += [note for note in entry.notes if note not in known.notes]
        for name, entries in found.items():
            if name != COMMON:
                found[name] = {key: entry for key, entry in entries.items() if key not in found[COMMON]}
        return found

    def read(self, name: str) -> Entries:
        """The catalogue as it stands on the disk; empty where there is none."""
        path = self.folder / f"{name}.po"
        if not path.exists():
            return {}
        with path.open("rb") as file:
            catalogue = read_po(file, locale=LANGUAGE)
        return {entry.key: entry for entry in (entry_of(message) for message in catalogue if message.id)}

    def read_all(self) -> dict[str, Entries]:
        """Every catalogue on the disk, `common` first."""
        names = sorted((path.stem for path in self.folder.glob("*.po")), key=lambda name: (name != COMMON, name))
        return {name: self.read(name) for name in names}

    def update(self, names: Iterable[str] = ()) -> dict[str, int]:
        """Bring catalogues up to what the sources say; the number of sentences still without German, by catalogue.

        A sentence that moved from one room to another takes its German along. What nobody says any more is dropped.
        """
        known = self.read_all()
        missing = {}
        for name, entries in self.chosen(self.extract(), names).items():
            for key, entry in entries.items():
                places = [known.get(name, {}), *known.values()]
                before = next((place[key] for place in places if key in place and any(forms(place[key].german))), None)
                if before and len(forms(before.german)) == len(forms(entry.source)):
                    entry.german, entry.fuzzy = before.german, before.fuzzy
            path = self.folder / f"{name}.po"
            if entries:
                keep(path, po_of(entries))
            else:
                path.unlink(missing_ok=True)
            missing[name] = sum(not entry.is_translated for entry in entries.values())
        return missing

    def compile(self) -> int:
        """Write the one catalogue the application reads; the number of its sentences.

        Raises `Fault` where two rooms translate a sentence differently, or a placeholder was lost.
        """
        catalogues = self.read_all()
        faults = [*placeholder_faults(catalogues), *differing(catalogues)]
        if faults:
            raise Fault("\n".join(faults))
        merged = Catalog(locale=LANGUAGE, charset="utf-8")
        for entries in catalogues.values():
            for entry in entries.values():
                if entry.is_translated:
                    merged.add(entry.source, entry.german)
        buffer = io.BytesIO()
        write_mo(buffer, merged)
        keep(self.folder / "LC_MESSAGES" / "messages.mo", buffer.getvalue())
        return len(merged)

    def check(self, names: Iterable[str] = ()) -> list[str]:
        """A line for every sentence without German, in doubt, said by nobody any more, or broken."""
        known = self.read_all()
        extracted = self.extract()
        lines = []
        for name, entries in self.chosen(extracted, names).items():
            written = known.get(name, {})
            for key in entries:
                if key not in written or not any(forms(written[key].german)):
                    lines.append(f"{name}: missing: {key!r}")
                elif not written[key].is_translated:
                    lines.append(f"{name}: fuzzy: {key!r}")
            lines += [f"{name}: obsolete: {key!r}" for key in written if key not in entries]
        if not set(names):
            lines += [f"{name}: obsolete: the room is gone" for name in known if name not in extracted]
        return [*lines, *placeholder_faults(self.chosen(known, names)), *differing(known)]

    def chosen(self, catalogues: Mapping[str, Entries], names: Iterable[str]) -> dict[str, Entries]:
        """The catalogues of those names, or all where none is named. Raises `Fault` for a name of no room."""
        wanted = set(names)
        if unknown := wanted - {COMMON, *self.rooms()}:
            raise Fault(f"There is no room {', '.join(sorted(unknown))}.")
        return {name: entries for name, entries in catalogues.items() if not wanted or name in wanted}


def said_in(path: Path) -> Iterator[Entry]:
    """The sentences of one Python or template file."""
    method, options = ("python", {}) if path.suffix == ".py" else ("jinja2", JINJA)
    for found in extract_from_file(method, path, keywords=KEYWORDS, comment_tags=("Translators:",), options=options):
        words, notes = found[1], found[2]
        if words and forms(words)[0]:
            yield Entry(words, notes=list(notes))


def entry_of(message: Message) -> Entry:
    """A sentence as a catalogue on the disk has it."""
    return Entry(forms_of(message.id), forms_of(message.string or ""), list(message.auto_comments), message.fuzzy)


def forms_of(words: str | list[str] | tuple[str, ...]) -> Words:
    """The same words, fixed."""
    return words if isinstance(words, str) else tuple(words)


def po_of(entries: Entries) -> bytes:
    """A catalogue file: sorted, without dates and line numbers."""
    catalogue = Catalog(locale=LANGUAGE, charset="utf-8")
    for key in sorted(entries):
        entry = entries[key]
        german = entry.german or ("" if isinstance(entry.source, str) else ("",) * len(entry.source))
        flags = ("fuzzy",) if entry.fuzzy else ()
        catalogue.add(entry.source, german, auto_comments=entry.notes, flags=flags)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, omit_header=True, no_location=True)
    return HEADER.encode() + buffer.getvalue().strip() + b"\n"


def keep(path: Path, content: bytes) -> None:
    """Put `content` into a file in one step, and leave a file alone that has it already."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(name).chmod(0o644)
    Path(name).replace(path)


def shape(text: str) -> tuple[int, int, bool, bool]:
    """What a translation must keep beside the placeholders: the number of `%%` and bare `%`, line ends at the edges."""
    rest = PLACEHOLDER.sub("", text)
    doubled = rest.count("%%")
    return doubled, rest.count("%") - 2 * doubled, text.startswith("\n"), text.endswith("\n")


def placeholder_faults(catalogues: Mapping[str, Entries]) -> Iterator[str]:
    """A line for each translation that does not carry the placeholders and line ends of its source."""
    for name, entries in catalogues.items():
        for entry in entries.values():
            if any(forms(entry.german)) and not is_faithful(entry):
                yield f"{name}: placeholders or line ends differ: {entry.key!r} -> {entry.german!r}"


def is_faithful(entry: Entry) -> bool:
    """Whether filling in the German can neither fail nor lose a value; only the form for one may leave out a number."""
    source, german = forms(entry.source), forms(entry.german)
    if len(source) == 1:
        wanted, given = (set(PLACEHOLDER.findall(text)) for text in (source[0], german[0]))
        return wanted == given and shape(source[0]) == shape(german[0])
    allowed = set(PLACEHOLDER.findall(" ".join(source)))
    many = set(PLACEHOLDER.findall(german[-1])) == set(PLACEHOLDER.findall(source[-1]))
    return (
        many
        and all(set(PLACEHOLDER.findall(text)) <= allowed for text in german)
        and shape(source[-1]) == shape(german[-1])
    )


def differing(catalogues: Mapping[str, Entries]) -> Iterator[str]:
    """A line for each sentence that two catalogues translate differently: the reader would see one by chance."""
    first: dict[str, tuple[str, Entry]] = {}
    for name, entries in catalogues.items():
        for key, entry in entries.items():
            if not entry.is_translated:
                continue
            where, known = first.setdefault(key, (name, entry))
            if forms(known.german) != forms(entry.german) and len(forms(known.german)) == len(forms(entry.german)):
                yield f"{where} and {name} differ: {key!r}: {known.german!r}, {entry.german!r}"


@click.group()
def main() -> None:
    """Keep the German catalogues."""


@main.command("update")
@click.argument("rooms", nargs=-1)
def update_command(rooms: tuple[str, ...]) -> None:
    """Bring the catalogues of ROOMS, or all, up to what the sources say."""
    for name, missing in House().update(rooms).items():
        if missing:
            click.echo(f"{name}: {missing} without German")


@main.command("compile")
def compile_command() -> None:
    """Write the catalogue that the application reads."""
    click.echo(f"{House().compile()} sentences in German")


@main.command("check")
@click.argument("rooms", nargs=-1)
def check_command(rooms: tuple[str, ...]) -> None:
    """List what ROOMS, or all, miss; fail if that is anything."""
    lines = House().check(rooms)
    for line in lines:
        click.echo(line)
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
