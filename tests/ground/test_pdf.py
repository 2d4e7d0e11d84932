"""PDF helpers, judged by poppler, pypdf, zbar and zxing-cpp."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped] # ships no types
from hypothesis import given
from hypothesis import strategies as st

from partnering import pdf, qr, typeface
from tests.readers import pages
from tests.readers.codes import zbar, zxing

NOW = datetime(2027, 1, 15, 9, 30, tzinfo=UTC)
CODE = qr.encode_code(bytes(range(9)), b"key")
LETTERS = {
    "German": "ÄÖÜäöüßẞ „“ ‚‘ –",
    "Polish": "ĄĆĘŁŃÓŚŹŻ ąćęłńóśźż",
    "Czech and Slovak": "ÁČĎÉĚÍĹĽŇÓÔŔŘŠŤÚŮÝŽ áčďéěíĺľňóôŕřšťúůýž",
    "Hungarian": "ÁÉÍÓÖŐÚÜŰ áéíóöőúüű",
    "Romanian": "ĂÂÎȘȚŞŢ ăâîșțşţ",
    "Croatian": "ČĆĐŠŽ čćđšž",
    "Turkish": "ÇĞİÖŞÜ çğıöşü",
    "Baltic": "ĀČĒĢĪĶĻŅŠŪŽĄĘĖĮŲ āčēģīķļņšūžąęėįų",
    "Nordic and Western": "ÆØÅÐÞÕÑŒÇËÏ æøåðþõñœçëï",
    "signs": "€ § • … · × ° © ® ™",
}


def make_document(**options) -> pdf.Document:
    document = pdf.document("Namensschilder", "de", NOW, **options)
    document.add_page()
    return document


def finish(document: pdf.Document) -> bytes:
    return bytes(document.output())


def written(text: str, weight: pdf.Weight = 400) -> bytes:
    document = make_document()
    document.face(12, weight)
    document.set_xy(20, 20)
    document.cell(170, 6, text)
    return finish(document)


def letters(text: str) -> str:
    """A text without its spaces: poppler takes those between single letters for spaced type."""
    return "".join(text.split())


# -- documents


def test_a_document_says_what_it_is_and_in_which_language():
    read = pages.reader(written("Guten Tag"))

    assert read.metadata is not None
    assert (read.metadata.title, read.metadata.creator) == ("Namensschilder", "Partnering")
    assert read.metadata.creation_date == NOW
    assert str(read.root_object["/Lang"]) == "de"
    assert read.viewer_preferences is not None
    assert read.viewer_preferences.display_doctitle


def test_formats_are_in_millimetres():
    sizes = [
        tuple(round(float(side) * 25.4 / 72) for side in pages.reader(finish(document)).pages[0].mediabox[2:])
        for document in (make_document(), make_document(landscape=True), make_document(size=(105, 148)))
    ]

    assert sizes == [(210, 297), (297, 210), (105, 148)]


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError):
        pdf.document("x", "de", datetime(2027, 1, 15))  # noqa: DTZ001 - naive on purpose


PROGRAM = """
from datetime import UTC, datetime
from partnering import pdf
d = pdf.document("x", "de", datetime(2027, 1, 15, tzinfo=UTC))
d.add_page()
d.face(20, 800)
d.cell(100, 10, "Łucja Дмитрий")
pdf.draw_qr(d, "EV1:ABC", 20, 20, 25)
import sys
sys.stdout.buffer.write(bytes(d.output()))
"""


def test_equal_drawing_gives_equal_bytes_in_any_process():
    made = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    }

    assert len(made) == 1
    assert made.pop().startswith(b"%PDF-1.")


# -- letters


@pytest.mark.parametrize("language", LETTERS)
@pytest.mark.parametrize("weight", [400, 700, 800])
def test_our_own_typeface_has_the_letters_of_europe(language: str, weight: pdf.Weight):
    made = written(LETTERS[language], weight)

    assert letters(pages.text(made)) == letters(LETTERS[language])
    assert list(pages.fonts(made).values()) == ["yes yes yes"] * len(pages.fonts(made))
    assert {name for name in pages.fonts(made) if not name.startswith("HankenGrotesk")} == set()


@pytest.mark.parametrize(
    ("weight", "names"),
    [
        (400, {"HankenGrotesk", "DejaVuSansBook"}),
        (700, {"HankenGroteskBold", "DejaVuSansBold"}),
        (800, {"HankenGroteskExtraBold", "DejaVuSansBold"}),
    ],
)
def test_other_letters_come_from_another_font_in_the_same_weight(weight: pdf.Weight, names: set[str]):
    made = written("Jana Дмитрий Ωμέγα ⇄", weight)

    assert pages.text(made).split() == ["Jana", "Дмитрий", "Ωμέγα", "⇄"]
    assert set(pages.fonts(made)) == names


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Li 李小龙", "Li \ufffd\ufffd\ufffd"),
        ("DNA \U0001f9ec", "DNA \ufffd"),
        ("e\u0301 A\u030a", "é Å"),
        ("a\u200d\u200e\u202e\ufeff\u00ad\ufe0fb", "ab"),
        ("a\x00\x1b\x7f\x9fb", "ab"),
        ("\ud800x", "x"),
        ("{nb} Seiten", "{nb} Seiten"),
        ("**fett** __x__", "**fett** __x__"),
        ("(Klammer) \\ )", "(Klammer) \\ )"),
    ],
)
def test_no_text_breaks_a_page(text: str, shown: str):
    assert letters(pages.text(written(text))) == letters(shown)


def test_the_font_files_are_free_to_embed_and_even_in_their_figures():
    for name in typeface.FACES.values():
        with TTFont(typeface.FOLDER / name) as font:
            assert font["OS/2"].fsType == 0
            assert len({font["hmtx"][font.getBestCmap()[ord(figure)]][0] for figure in "0123456789"}) == 1
    for licence in ("OFL.txt", "DEJAVU-LICENSE.txt"):
        assert (typeface.FOLDER / licence).stat().st_size > 4000


# -- codes


@pytest.mark.parametrize("size", [18, 25, 40])
def test_both_readers_read_a_printed_code(size: float):
    document = make_document()
    document.set_fill_color(200, 30, 30)
    document.rect(0, 0, 210, 297, style="F")
    pdf.draw_qr(document, CODE, 60, 80, size)
    image = pages.picture(finish(document))

    assert (zbar(image), zxing(image)) == ([CODE], [CODE])


def test_a_code_stands_where_it_was_put_without_hairlines():
    document = make_document()
    pdf.draw_qr(document, CODE, 60, 80, 25)
    image = pages.picture(finish(document), dpi=508)  # 20 pixels a millimetre, so 20 a module

    ink = image.point(lambda grey: 255 - grey).getbbox()
    assert ink is not None
    assert all(abs(edge - wanted) <= 1 for edge, wanted in zip(ink, (1200, 1600, 1700, 2100), strict=True))
    for row, modules in enumerate(qr.matrix(CODE)):
        for column, black in enumerate(modules):
            x, y = 1200 + column * 20, 1600 + row * 20
            middle = image.crop((x + 2, y + 2, x + 18, y + 18)).getextrema()
            assert middle == ((0, 0) if black else (255, 255))
    beside = [
        (column, row)
        for row, modules in enumerate(qr.matrix(CODE))
        for column in range(len(modules) - 1)
        if modules[column] and modules[column + 1]
    ]
    for column, row in beside:
        x, y = 1200 + column * 20, 1600 + row * 20
        assert image.crop((x + 10, y + 4, x + 30, y + 16)).getextrema() == (0, 0)


def test_a_code_is_drawn_as_vectors_and_leaves_colours_alone():
    document = make_document()
    document.set_fill_color(0, 0, 255)
    pdf.draw_qr(document, CODE, 60, 80, 25)
    document.rect(10, 10, 10, 10, style="F")
    made = finish(document)

    assert list(pages.reader(made).pages[0].images) == []
    assert pages.picture(made, dpi=72).getpixel((42, 42)) not in (0, 255)
    assert pdf.quiet_mm(CODE, 25) == 4


# -- names that fit

SIZES = (54, 36, 28, 22)


def test_short_names_are_large_and_long_ones_small():
    document = make_document()
    document.face(10, 800)

    fitted = [pdf.fit_text(document, name, 90, SIZES) for name in ("Jana", "Maximiliane", "Wolfgang-Maximilian")]

    assert [(one.size, one.lines) for one in fitted] == [
        (54, ("Jana",)),
        (36, ("Maximiliane",)),
        (22, ("Wolfgang-Maximilian",)),
    ]


def test_lines_break_at_spaces_hyphens_and_slashes():
    document = make_document()

    fitted = pdf.fit_text(document, "Leutheusser-Schnarrenberger Forschung/Entwicklung", 60, (22, 20), lines=4)

    assert fitted.lines == ("Leutheusser-", "Schnarrenberger", "Forschung/", "Entwicklung")


def test_a_word_too_long_for_the_smallest_size_is_hyphenated():
    document = make_document()

    fitted = pdf.fit_text(document, "Donaudampfschifffahrtsgesellschaft", 30, (20, 14), lines=5)

    assert fitted.size == 14
    assert all(line.endswith("-") for line in fitted.lines[:-1])
    assert "".join(line.removesuffix("-") for line in fitted.lines) == "Donaudampfschifffahrtsgesellschaft"


def test_what_cannot_fit_ends_in_an_ellipsis():
    document = make_document()

    fitted = pdf.fit_text(document, "Institut für " + "angewandte " * 20, 50, (14, 10), lines=2)

    assert (fitted.size, len(fitted.lines)) == (10, 2)
    assert fitted.lines[-1].endswith("…")


@pytest.mark.parametrize("text", ["", " \n ", "\u200b\x00"])
def test_nothing_to_see_gives_no_lines(text: str):
    assert pdf.fit_text(make_document(), text, 50, (14, 10)) == pdf.Fitted(14, ())


DOCUMENT = make_document()


@given(
    st.text(st.sampled_from("abcWWił Łß-/ \n–Ω李\u0301"), max_size=120) | st.text(max_size=60),
    st.floats(15, 120),
    st.integers(1, 4),
)
def test_whatever_the_name_it_fits(text: str, width: float, lines: int):
    DOCUMENT.face(10, 700)
    fitted = pdf.fit_text(DOCUMENT, text, width, SIZES, lines)

    assert len(fitted.lines) <= lines
    DOCUMENT.face(fitted.size, 700)
    for line in fitted.lines:
        assert line == line.strip() != ""
        assert DOCUMENT.get_string_width(line) <= width + 0.01


def test_fitted_lines_are_drawn_below_each_other():
    document = make_document()
    document.face(10, 700)
    fitted = pdf.fit_text(document, "Łucja Wiśniewska", 40, (20,), lines=2)

    below = pdf.draw_lines(document, fitted, 20, 30, 40, align="C")

    assert pages.text(finish(document)).split() == ["Łucja", "Wiśniewska"]
    assert below == pytest.approx(30 + 2 * 20 * pdf.MM_PER_POINT * 1.15)
