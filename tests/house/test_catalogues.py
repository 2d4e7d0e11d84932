"""German is complete, and the catalogues are kept as they should be."""

import gettext
import re
from pathlib import Path

import pytest

from partnering.translations import COMMON, Fault, House, forms, said_in


@pytest.fixture
def house(tmp_path) -> House:
    """A small house: two rooms, a ground floor, templates."""
    package, templates = tmp_path / "house", tmp_path / "templates"
    for room in ("doors", "windows"):
        (package / room).mkdir(parents=True)
        (package / room / "__init__.py").touch()
        (templates / room).mkdir(parents=True)
    write(package / "errors.py", '_l("Not found")')
    write(package / "doors" / "views.py", '_("Open the door"); _n("%(num)s key", "%(num)s keys", 2)')
    write(templates / "doors" / "list.html", '<p>{{ _("Not found") }} {% trans %}Close %(name)s{% endtrans %}</p>')
    write(templates / "windows" / "mail.txt", '{{ _("Open the window") }}')
    return House(package, templates)


def write(path: Path, text: str) -> None:
    path.write_text(text)


def translate(house: House, room: str, **german: str) -> None:
    """Write German behind the English; spaces in keywords are underscores."""
    path = house.folder / f"{room}.po"
    text = path.read_text()
    for english, words in german.items():
        source = f'msgid "{english.replace("_", " ")}"\nmsgstr ""'
        assert source in text
        text = text.replace(source, source[:-1] + words + '"')
    path.write_text(text)


# -- of this project


def test_german_is_complete():
    assert House().check() == []


def test_german_does_not_shout_and_says_sie():
    faults = [
        f"{name}: {entry.german!r}"
        for name, entries in House().read_all().items()
        for entry in entries.values()
        for text in forms(entry.german)
        if re.search(r"!|\b([Dd]u|[Dd]ein(e[mnrs]?)?|[Dd]ir|[Dd]ich|[Ee]uch|[Ee]uer|[Ee]ure[mnrs]?)\b", text)
    ]

    assert faults == []


def test_numbers_stay_beside_their_signs():
    """A line never ends between a section sign and its number, or a number and its unit: a no-break space is there."""
    apart = r"§ \d|\b(Abs|Nr|[Nn]o)\. \d|(\d|\)s) (MB|Uhr\b|%%|€)|\bz\. B\."
    faults = [
        f"{name}: {text!r}"
        for name, entries in House().read_all().items()
        for entry in entries.values()
        for text in (*forms(entry.source), *forms(entry.german))
        if re.search(apart, text)
    ]

    assert faults == []


def test_a_percent_sign_survives_where_it_is_shown():
    """Templates fill in every sentence, so they write `%%`; Python fills in only where there is a placeholder."""
    faults = []
    for name, path in House().sources():
        for entry in said_in(path):
            for text in forms(entry.source):
                rest = re.sub(r"%\(\w+\)[sd]", "", text)
                filled = path.suffix != ".py" or rest != text
                if re.search(r"%", rest.replace("%%", "")) if filled else "%%" in rest:
                    faults.append(f"{name}: {path.name}: {text!r}")

    assert faults == []


# -- of the keeper of the catalogues


def test_what_the_ground_says_is_not_repeated_in_a_room(house):
    said = {name: sorted(entries) for name, entries in house.extract().items()}

    assert said == {
        COMMON: ["Not found"],
        "doors": ["%(num)s key", "Close %(name)s", "Open the door"],
        "windows": ["Open the window"],
    }


def test_an_update_touches_only_the_rooms_named(house):
    assert house.update(["windows"]) == {"windows": 1}
    assert [path.name for path in house.folder.iterdir()] == ["windows.po"]


def test_a_room_that_does_not_exist_is_refused(house):
    with pytest.raises(Fault, match="There is no room cellar"):
        house.update(["cellar"])


def test_a_second_update_changes_nothing(house):
    house.update()
    before = {path.name: path.read_bytes() for path in house.folder.iterdir()}

    house.update()

    assert {path.name: path.read_bytes() for path in house.folder.iterdir()} == before


def test_catalogues_hold_no_dates_and_no_line_numbers(house):
    house.update()
    text = "".join(path.read_text() for path in house.folder.iterdir())

    assert not re.search(r"Date|^#:|20\d\d", text, re.MULTILINE)


def test_a_sentence_that_moves_takes_its_german_along(house):
    house.update()
    translate(house, "windows", Open_the_window="Fenster öffnen")
    write(house.templates / "windows" / "mail.txt", "")
    write(house.package / "doors" / "views.py", '_("Open the window")')

    house.update()

    assert house.read("doors")["Open the window"].german == "Fenster öffnen"
    assert house.read("windows") == {}


def test_check_lists_what_is_missing_and_what_nobody_says_any_more(house):
    house.update()
    translate(house, COMMON, Not_found="Nicht gefunden")
    write(house.package / "doors" / "views.py", '_("Open the gate")')

    assert house.check(["doors"]) == [
        "doors: missing: 'Open the gate'",
        "doors: missing: 'Close %(name)s'",
        "doors: obsolete: '%(num)s key'",
        "doors: obsolete: 'Open the door'",
    ]
    assert house.check([COMMON]) == []


def test_a_doubtful_translation_is_neither_right_nor_used(house):
    house.update()
    path = house.folder / "windows.po"
    path.write_text(
        path.read_text().replace(
            'msgid "Open the window"\nmsgstr ""', '#, fuzzy\nmsgid "Open the window"\nmsgstr "Tür auf"'
        )
    )

    assert house.check(["windows"]) == ["windows: fuzzy: 'Open the window'"]
    house.compile()
    assert compiled(house).gettext("Open the window") == "Open the window"


def test_the_compiled_catalogue_speaks_german_with_plurals(house):
    house.update()
    translate(house, "doors", Open_the_door="Tür öffnen")
    path = house.folder / "doors.po"
    path.write_text(
        path.read_text().replace(
            'msgstr[0] ""\nmsgstr[1] ""', 'msgstr[0] "ein Schlüssel"\nmsgstr[1] "%(num)s Schlüssel"'
        )
    )

    house.compile()

    german = compiled(house)
    assert german.gettext("Open the door") == "Tür öffnen"
    assert german.ngettext("%(num)s key", "%(num)s keys", 1) == "ein Schlüssel"
    assert german.ngettext("%(num)s key", "%(num)s keys", 3) == "%(num)s Schlüssel"


def compiled(house: House) -> gettext.GNUTranslations:
    with (house.folder / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


@pytest.mark.parametrize("german", ["Schließen", "%(nam)s schließen", "%(name)s zu 100 % schließen", "%(name)s\\n"])
def test_a_lost_placeholder_stops_the_compilation(house, german):
    house.update()
    translate(house, "doors", **{"Close_%(name)s": german})

    with pytest.raises(Fault, match="placeholders or line ends differ"):
        house.compile()


def test_two_rooms_cannot_translate_one_sentence_differently(house):
    write(house.templates / "windows" / "mail.txt", '{{ _("Open the door") }}')
    house.update()
    translate(house, "doors", Open_the_door="Tür öffnen")
    translate(house, "windows", Open_the_door="Öffnen Sie die Tür")

    with pytest.raises(Fault, match="doors and windows differ"):
        house.compile()
