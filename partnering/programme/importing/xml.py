"""Schedule XML (frab, pentabarf) as the same values that schedule JSON holds, and in which line each stands.

Nothing is fetched and nothing expanded: a file with a document type, entities or external references is refused.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from ...i18n import _

DEEPEST = 20
TEXTS = (
    *("room", "title", "subtitle", "type", "date", "start", "duration"),
    *("abstract", "description", "track", "language"),
)


class Unparsable(Exception):
    """No XML that is read here; `place` says where."""

    def __init__(self, place: str, message: str) -> None:
        self.place, self.message = place, message
        super().__init__(f"{place}: {message}")


@dataclass
class Node:
    """An element with the line on which it begins."""

    tag: str
    attributes: dict[str, str]
    line: int
    pieces: list[str] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands in it, outside its children."""
        return "".join(self.pieces)

    def child(self, tag: str) -> "Node | None":
        """The first child of this name."""
        return next((child for child in self.children if child.tag == tag), None)

    def all(self, tag: str) -> list["Node"]:
        """The children of this name."""
        return [child for child in self.children if child.tag == tag]

    def said(self, tag: str) -> str | None:
        """What the child of this name says, or None."""
        child = self.child(tag)
        return child.text if child is not None else None


def data_of(content: bytes) -> tuple[dict[str, Any], dict[str, int]]:
    """What a file says, in the shape of schedule JSON, and the line of each path in it. Raises `Unparsable`."""
    root = _tree(content)
    if root.tag != "schedule":
        raise Unparsable(f"line {root.line}", _("<%(tag)s> is no <schedule>", tag=root.tag[:40]))
    lines = {"schedule": root.line}
    data: dict[str, Any] = {"schedule": {"version": root.said("version") or "", "conference": None}}
    generator, conference = root.child("generator"), root.child("conference")
    if generator is not None:
        data["generator"] = {"name": generator.attributes.get("name", "")}
    if conference is not None:
        data["schedule"]["conference"] = _conference(root, conference, lines)
    return data, lines


def _conference(root: Node, node: Node, lines: dict[str, int]) -> dict[str, Any]:
    place = "schedule.conference"
    lines[place] = node.line
    said: dict[str, Any] = {}
    for name in ("acronym", "title", "start", "end", "time_zone_name"):
        child = node.child(name)
        if child is not None:
            said[name], lines[f"{place}.{name}"] = child.text.strip(), child.line
    days = node.child("days")
    if days is not None:
        said["daysCount"], lines[f"{place}.daysCount"] = _whole(days.text), days.line
    language = parse_qs(urlsplit((root.said("url") or "").strip()).query).get("lang", [""])[0]
    said["meta"] = {"language": language}
    said["days"] = [_day(day, f"{place}.days[{index}]", lines) for index, day in enumerate(root.all("day"))]
    dates = sorted(day["date"][:10] for day in said["days"] if day["date"])
    if dates:
        said.setdefault("start", dates[0])
        said.setdefault("end", dates[-1])
    return said


def _day(node: Node, place: str, lines: dict[str, int]) -> dict[str, Any]:
    lines[place] = node.line
    rooms: dict[str, list[dict[str, Any]]] = {}
    for room in node.all("room"):
        name = room.attributes.get("name", "")
        here = f"{place}.rooms[{json.dumps(name, ensure_ascii=False)}]"
        lines.setdefault(here, room.line)
        held = rooms.setdefault(name, [])
        for event in room.all("event"):
            held.append(_event(event, f"{here}[{len(held)}]", lines))
    starts = node.attributes.get("start")
    return {
        "index": _whole(node.attributes.get("index")),
        "date": node.attributes.get("date") or (starts or "")[:10],
        "day_start": starts,
        "day_end": node.attributes.get("end"),
        "rooms": rooms,
    }


def _event(node: Node, place: str, lines: dict[str, int]) -> dict[str, Any]:
    lines[place] = node.line
    said: dict[str, Any] = {"id": _whole(node.attributes.get("id")), "guid": node.attributes.get("guid")}
    for name in TEXTS:
        child = node.child(name)
        if child is not None:
            said[name], lines[f"{place}.{name}"] = child.text, child.line
    for name in ("date", "start", "duration"):
        if name in said:
            said[name] = said[name].strip()
    persons = node.child("persons")
    people = persons.all("person") if persons is not None else []
    for index, person in enumerate(people):
        lines[f"{place}.persons[{index}]"] = person.line
    said["persons"] = [
        {
            "id": _whole(person.attributes.get("id")),
            "guid": person.attributes.get("guid"),
            "public_name": person.text,
        }
        for person in people
    ]
    return said


def _whole(text: str | None) -> int | str | None:
    """A number where it is one; what else stands there is said to be wrong by the reader of values."""
    text = (text or "").strip()
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text


# -- the tree


class _Target:
    """Builds the tree, knowing on which line each element begins."""

    def __init__(self) -> None:
        self.open: list[Node] = []
        self.root: Node | None = None
        self.parser: Any = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        line = self.parser.parser.CurrentLineNumber
        if len(self.open) >= DEEPEST:
            raise Unparsable(f"line {line}", _("is nested too deeply"))
        node = Node(tag.rpartition("}")[2], dict(attributes), line)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, tag: str) -> None:
        self.open.pop()

    def data(self, text: str) -> None:
        self.open[-1].pieces.append(text)

    def close(self) -> Node | None:
        return self.root


def _tree(content: bytes) -> Node:
    target = _Target()
    parser = DefusedXMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    target.parser = parser
    try:
        parser.feed(content)
        root = parser.close()
    except DefusedXmlException:
        line = parser.parser.CurrentLineNumber
        raise Unparsable(f"line {line}", _("document types, entities and external references are not read")) from None
    except ParseError as error:
        line, column = error.position
        raise Unparsable(f"line {line}, column {column + 1}", _("is not well-formed XML")) from None
    except (LookupError, ValueError):  # an encoding that nobody knows
        raise Unparsable("line 1", _("is written in an encoding that is not read here")) from None
    if not isinstance(root, Node):
        raise Unparsable("line 1", _("holds nothing"))
    return root
