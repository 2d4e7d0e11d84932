"""Files of people are read in every usual form, and hostile ones end in one refusal."""

import datetime
import io
import time
import tracemalloc
import zipfile

import openpyxl
import pytest

from partnering import workbook
from partnering.backoffice import spreadsheet
from partnering.backoffice.spreadsheet import Unreadable, read

from .people_lists import as_workbook

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The workbook with some of its parts replaced; `sheet` and `shared` name the usual two."""
    names = {"sheet": "xl/worksheets/sheet1.xml", "shared": "xl/sharedStrings.xml"}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        given = {names[key]: value for key, value in parts.items()}
        for info in old.infolist():
            new.writestr(info.filename, given.pop(info.filename, b"") or old.read(info.filename))
        for name, value in given.items():
            new.writestr(name, value)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("Name,Ort\nMüller,Köln\n".encode(), ("Müller", "Köln")),
        ("\ufeffName;Ort\r\nMüller;Köln\r\n".encode(), ("Müller", "Köln")),
        ("Name;Ort\nMüller;Köln\n".encode("windows-1252"), ("Müller", "Köln")),
        ("Name\tOrt\nMüller\tKöln\n".encode("utf-16"), ("Müller", "Köln")),
        ('"Name, Vorname";Ort\n"Müller; ""Jo""";Köln\n'.encode(), ('Müller; "Jo"', "Köln")),
        ("\n\nName,Ort\n\n  \nMüller,Köln\n,\n".encode(), ("Müller", "Köln")),
        ('Name,Ort\n"Zeile\nzwei",Köln'.encode(), ("Zeile\nzwei", "Köln")),
    ],
)
def test_csv_is_read_whatever_program_wrote_it(content: bytes, cells: tuple[str, str]):
    assert [row for _number, row in read(content).rows] == [cells]


def test_rows_keep_the_number_they_have_in_the_spreadsheet():
    assert [number for number, _row in read(b"a,b\n1,2\n\n3,4\n").rows] == [2, 4]


def test_headings_are_told_apart_and_short_or_long_rows_filled_or_cut():
    table = read(b"a,a,,b,\n1\n1,2,3,4,5,6\n")

    assert table.heads == ("a", "a (2)", "#3", "b")
    assert [row for _number, row in table.rows] == [("1", "", "", ""), ("1", "2", "3", "4")]


def test_workbooks_are_read_as_somebody_would_have_typed_them():
    morning = datetime.datetime.fromisoformat("2027-10-13T09:30")
    content = as_workbook([["x@y.example", 7, 7.0, 1.5, True, morning.date(), morning, None]])

    ((_number, row),) = read(content).rows

    assert row[:8] == ("x@y.example", "7", "7", "1.5", "1", "2027-10-13", "2027-10-13 09:30", "")


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (b"", spreadsheet.EMPTY),
        (b"  \n\n ", spreadsheet.EMPTY),
        (b";;;\n;;\n", spreadsheet.EMPTY),
        (b"Name,Ort\n", spreadsheet.NO_ROWS),
        (b"a,b\n\x00\x00,2\n", spreadsheet.NO_TEXT),
        (b"\x81\x8d,\x90\n1,2\n", spreadsheet.NO_TEXT),
        (b"\xff\xfe\x00\xd8a\n", spreadsheet.NO_TEXT),
        (OLE, spreadsheet.LOCKED),
        (b"PK\x03\x04 and no more", spreadsheet.BROKEN),
        (b"a\n" * (spreadsheet.MOST_ROWS + 2), spreadsheet.TOO_MANY_ROWS),
        (b"a," * 100 + b"\n1\n", spreadsheet.TOO_MANY_COLUMNS),
        (b"a\n" + b"x" * spreadsheet.MOST_BYTES, spreadsheet.TOO_LARGE),
    ],
    ids=range(12),
)
def test_what_is_no_table_is_refused_with_the_reason(content: bytes, because: object):
    with pytest.raises(Unreadable) as refusal:
        read(content)

    assert refusal.value.message is because


def test_an_open_quotation_mark_is_named_by_line():
    with pytest.raises(Unreadable) as refusal:
        read(b'a,b\n1,"2\n3,4\n')

    assert "3" in str(refusal.value.message)


def test_a_cell_of_a_megabyte_is_cut_and_then_too_long_for_any_field():
    ((_number, row),) = read(b"a,b\n" + b"x" * 100_000 + b",2\n").rows

    assert len(row[0]) == spreadsheet.MOST_LETTERS + 1


def test_a_zip_that_unpacks_to_far_more_is_refused_before_it_is_unpacked():
    bomb = repacked(as_workbook([["x"]]), shared=b"<sst>" + b" " * (spreadsheet.MOST_UNPACKED + 1) + b"</sst>")
    assert len(bomb) < spreadsheet.MOST_BYTES
    tracemalloc.start()

    with pytest.raises(Unreadable) as refusal:
        read(bomb)

    assert refusal.value.message is spreadsheet.BOMB
    assert tracemalloc.get_traced_memory()[1] < 10 * 2**20
    tracemalloc.stop()


def test_a_zip_that_lies_about_its_size_is_read_no_further_than_it_says():
    content = bytearray(as_workbook([["x"] * 8] * 50))
    place = content.rindex(b"xl/worksheets/sheet1.xml") - 46  # the entry in the directory at the end
    content[place + 24 : place + 28] = (100).to_bytes(4, "little")

    with pytest.raises(Unreadable):
        read(bytes(content))


@pytest.mark.parametrize(
    "entity",
    [
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
    ],
)
def test_entities_are_refused_at_once(entity: str):
    sheet = (
        f'<?xml version="1.0"?>{entity}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<sheetData><row><c t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
    )
    started = time.monotonic()

    with pytest.raises(Unreadable) as refusal:
        read(repacked(as_workbook([["x"]]), sheet=sheet.encode()))

    assert refusal.value.message is spreadsheet.BROKEN
    assert time.monotonic() - started < 1


def test_a_cell_far_out_costs_nothing():
    far = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>E-Mail</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is>'
        '</c></row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>y</t></is></c></row></sheetData></worksheet>'
    )
    started = time.monotonic()

    table = read(repacked(as_workbook([["x"]]), sheet=far.encode()))

    assert (table.heads, table.rows) == (("E-Mail",), ((2, ("x",)),))
    assert time.monotonic() - started < 2


def test_formulas_count_as_what_they_came_to_and_nothing_is_reckoned():
    content = as_workbook([["=1+1", '=HYPERLINK("http://evil.example")', "x"]])

    ((_number, row),) = read(content).rows

    assert row[:3] == ("", "", "x")


def test_a_workbook_of_ours_is_read_back_cell_by_cell_and_holds_no_formula():
    rows = [["=1+1", "+cmd", "@x", 'a<b&c>"d"', "  zwei  ", "Zeile\nzwei", 7, None, "\x01\x02ok", "x" * 40_000]]
    content = b"".join(workbook.as_xlsx([str(number) for number in range(10)], rows))

    sheet = openpyxl.load_workbook(io.BytesIO(content)).active

    assert sheet is not None
    cells = list(sheet[2])
    assert [cell.value for cell in cells[:9]] == [
        "=1+1",
        "+cmd",
        "@x",
        'a<b&c>"d"',
        "  zwei  ",
        "Zeile\nzwei",
        7,
        None,
        "ok",
    ]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert len(str(cells[9].value)) == 32_767
    assert [number for number, _row in read(content).rows] == [2]
