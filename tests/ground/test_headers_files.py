"""Files to save or to look at: the name reaches every browser whole."""

import pytest
from werkzeug.http import parse_options_header

from partnering.headers import as_file


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("list.csv", "attachment; filename=list.csv"),
        ("my list.csv", 'attachment; filename="my list.csv"'),
        (
            "Zürich Größe.csv",
            "attachment; filename=\"Zuerich Groesse.csv\"; filename*=UTF-8''Z%C3%BCrich%20Gr%C3%B6%C3%9Fe.csv",
        ),
        ('a"b.csv', 'attachment; filename="a\\"b.csv"'),
        ("two\r\nlines\x00.csv", 'attachment; filename="two lines .csv"'),
        ("", "attachment; filename=file"),
        ("проба.csv", "attachment; filename=file.csv; filename*=UTF-8''%D0%BF%D1%80%D0%BE%D0%B1%D0%B0.csv"),
    ],
)
def test_a_file_keeps_its_name(name: str, header: str):
    response = as_file(b"", "text/csv; charset=utf-8", name)

    assert response.headers["Content-Disposition"] == header
    assert parse_options_header(header)[0] == "attachment"


def test_a_file_to_look_at_says_so():
    response = as_file(b"%PDF", "application/pdf", "plan.pdf", inline=True)

    assert response.headers["Content-Disposition"] == "inline; filename=plan.pdf"
    assert (response.content_type, response.data) == ("application/pdf", b"%PDF")
