"""Files for spreadsheets hold text and nothing that is executed."""

import csv
import io

import pytest

from partnering.backoffice.export import as_csv, safe

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "=cmd|' /C calc'!A0",
    " =1+1",
    "\u00a0=1+1",
]


def read(file: bytes) -> list[list[str]]:
    assert file.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_begins_like_a_formula(formula: str):
    ((cell,),) = read(as_csv([formula], []))

    assert cell == f"'{formula}"


@pytest.mark.parametrize(
    "text", ["Müller; GmbH, Söhne", 'Die "Guten"', "zwei\r\nZeilen", "Łódź", "a=b", "1-2", "", "O'Neill"]
)
def test_other_text_comes_back_as_it_was(text: str):
    assert read(as_csv(["Kopf"], [[text]])) == [["Kopf"], [text]]


def test_a_file_is_what_the_standard_asks_for():
    assert as_csv(["a", "b"], [[1, None]]) == b'\xef\xbb\xbf"a";"b"\r\n"1";""\r\n'


def test_a_cell_that_is_no_text_becomes_text():
    assert [safe(3), safe(None), safe(-3)] == ["3", "", "'-3"]
