"""QR codes, judged by zbar and zxing-cpp; ticket codes, judged by arithmetic and by guessing."""

import hashlib
import hmac
import io
import random
import xml.etree.ElementTree as ET
from collections import Counter

import pytest
import qrcode
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter
from qrcode.util import lost_point

from partnering import qr
from tests.readers.codes import symbol, zbar, zxing

KEY = bytes(range(32))
IDS = [bytes(9), b"\xff" * 9, *(random.Random(7).randbytes(9) for _ in range(20))]
URL = "HTTPS://EXAMPLE.ORG/T/ABC"


def picture(text: str, box: int = 8) -> Image.Image:
    return Image.open(io.BytesIO(qr.png(text, box)))


def frame(text: str, degrees: float, box: int = 6, blur: float = 0.8) -> Image.Image:
    """What a phone sees: 640 by 480, the symbol turned, blurred, grey and noisy."""
    source = random.Random(f"{text}{degrees}")
    scene = Image.new("L", (640, 480), 200)
    turned = picture(text, box).convert("L").rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=200)
    scene.paste(turned, ((640 - turned.width) // 2, (480 - turned.height) // 2))
    scene = scene.filter(ImageFilter.GaussianBlur(blur))
    noisy = bytes(max(0, min(255, int(90 + (grey - 90) * 0.6 + source.gauss(0, 8)))) for grey in scene.tobytes())
    return Image.frombytes("L", scene.size, noisy)


# -- symbols


@pytest.mark.parametrize("code_id", IDS)
def test_a_ticket_code_is_a_version_2_symbol_that_both_readers_read(code_id: bytes):
    text = qr.encode_code(code_id, KEY)
    image = picture(text)

    assert symbol(image) == "2-M"
    assert len(qr.matrix(text)) == 25
    assert (zbar(image), zxing(image)) == ([text], [text])


@pytest.mark.parametrize("text", [*(qr.encode_code(code_id, KEY) for code_id in IDS), URL, "€ " * 100])
def test_of_the_eight_masks_the_one_that_is_easiest_to_read_is_taken(text: str):
    points = []
    for mask in range(8):
        code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0, mask_pattern=mask)
        code.add_data(text)
        code.make(fit=True)
        points.append(lost_point(code.modules))

    assert lost_point([list(row) for row in qr.matrix(text)]) == min(points)
    assert len(set(points)) > 1


@pytest.mark.parametrize("degrees", [-25, -12, 0, 7, 19, 90, 180, 201])
def test_both_readers_read_it_turned_and_blurred(degrees: float):
    text = qr.encode_code(IDS[3], KEY)
    image = frame(text, degrees)

    assert (zbar(image), zxing(image)) == ([text], [text])


@pytest.mark.parametrize("text", ["1", URL, "https://example.org/t/abc?x=ä", "€ " * 100])
def test_any_text_can_be_a_symbol(text: str):
    image = picture(text, 4)

    assert zxing(image) == [text]
    assert symbol(image).endswith("-M")


def test_what_no_symbol_holds_is_refused():
    with pytest.raises(ValueError):
        qr.matrix("x" * 3000)


@pytest.mark.parametrize("box", [1, 3, 10])
def test_a_picture_has_its_quiet_zone(box: int):
    image = picture(URL, box).convert("L")
    side = len(qr.matrix(URL))
    edge = qr.QUIET * box

    assert image.size == ((side + 8) * box, (side + 8) * box)
    inside = image.crop((edge, edge, image.width - edge, image.height - edge))
    assert image.histogram()[0] == inside.histogram()[0] == sum(map(sum, qr.matrix(URL))) * box * box
    assert image.getpixel((edge, edge)) == 0


@pytest.mark.parametrize("text", [URL, qr.encode_code(IDS[2], KEY), "x" * 200])
def test_rectangles_cover_exactly_what_is_black(text: str):
    covered = Counter(
        (column, row)
        for x, y, width, height in qr.rects(text)
        for column in range(x, x + width)
        for row in range(y, y + height)
    )

    black = {(x, y) for y, row in enumerate(qr.matrix(text)) for x, module in enumerate(row) if module}
    assert set(covered) == black
    assert set(covered.values()) == {1}
    assert len(qr.rects(text)) < len(black) / 2


def drawn(svg: str) -> Image.Image:
    """The picture that an `<svg>` of rectangles draws."""
    root = ET.fromstring(svg)  # noqa: S314 - written a line above, by us
    side = int(root.attrib["viewBox"].split()[2])
    image = Image.new("L", (side, side), 128)
    white, black = [path.attrib for path in root if path.tag.endswith("path")]
    assert (white["fill"], white["d"], black["fill"]) == ("#fff", f"M0 0h{side}v{side}H0z", "#000")
    image.paste(255, (0, 0, side, side))
    for part in black["d"].removeprefix("M").split("M"):
        place, size = part.removesuffix("z").split("h", 1)
        x, y = map(int, place.split())
        width, rest = size.split("v")
        height, back = rest.split("h")
        assert int(back) == -int(width)
        image.paste(0, (x, y, x + int(width), y + int(height)))
    return image.resize((side * 6, side * 6), Image.Resampling.NEAREST)


def test_the_svg_draws_the_same_symbol():
    text = qr.encode_code(IDS[4], KEY)
    image = drawn(qr.svg(text, "Ihr Ticket"))

    assert (zbar(image), zxing(image)) == ([text], [text])


def test_the_svg_says_what_it_is_for_and_holds_nothing_inline():
    title = 'Ticket <b>"für"</b> Łucja & Co.'
    svg = qr.svg("EV1:ABC", title)
    root = ET.fromstring(svg)  # noqa: S314 - written a line above, by us

    assert (root.attrib["role"], root.attrib["aria-label"]) == ("img", title)
    assert root[0].text == title
    attributes = {name for element in root.iter() for name in element.attrib}
    assert attributes == {"class", "viewBox", "role", "aria-label", "shape-rendering", "fill", "d"}
    assert f"{svg:s}" == str(svg)
    assert svg.__html__() == svg


# -- ticket codes


@given(st.binary(min_size=9, max_size=9))
def test_a_code_is_read_back(code_id: bytes):
    text = qr.encode_code(code_id, KEY)

    assert (len(text), text[:4]) == (33, "EV1:")
    decoded = qr.decode_code(text)
    assert decoded is not None
    assert decoded[0] == code_id
    assert qr.verify(*decoded, KEY)


def test_the_mac_is_hmac_sha256_for_this_purpose():
    code_id, mac = qr.decode_code(qr.encode_code(IDS[5], KEY)) or (b"", b"")

    assert mac == hmac.new(KEY, b"ticket code\n" + code_id, hashlib.sha256).digest()[:10]


def test_base45_is_that_of_the_standard():
    """The examples of RFC 9285, sections 4.3 and 4.4."""
    examples = {b"AB": "BB8", b"Hello!!": "%69 VD92EX0", b"base-45": "UJCLQE7W581", b"ietf!": "QED8WEX0"}

    assert {octets: qr._to_base45(octets) for octets in examples} == examples
    assert {octets: qr._from_base45(text) for octets, text in examples.items()} == {
        octets: octets for octets in examples
    }


@given(st.binary(min_size=9, max_size=9), st.integers(0, 9), st.integers(1, 255))
def test_a_changed_mac_or_key_verifies_nothing(code_id: bytes, place: int, change: int):
    _, mac = qr.decode_code(qr.encode_code(code_id, KEY)) or (b"", b"")
    wrong = bytes(octet ^ change if index == place else octet for index, octet in enumerate(mac))

    assert not qr.verify(code_id, wrong, KEY)
    assert not qr.verify(code_id, mac, b"another key")
    assert not qr.verify(code_id, mac[:place], KEY)


@pytest.mark.parametrize("size", [0, 8, 10])
def test_an_id_has_nine_octets(size: int):
    for make in (lambda: qr.encode_code(bytes(size), KEY), lambda: qr.printed(bytes(size))):
        with pytest.raises(ValueError):
            make()


def test_ids_are_not_repeated():
    ids = {qr.new_code_id() for _ in range(1000)}

    assert len(ids) == 1000
    assert {len(code_id) for code_id in ids} == {9}


CODE = qr.encode_code(IDS[6], KEY)


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "42", "0", "EV1:", "EV-2027-0042", "jana@example.org", "https://example.org/t/abc"),
        *(CODE.lower(), f" {CODE}", f"{CODE} ", f"{CODE}\n", CODE[:-1], f"{CODE}0", CODE[4:], CODE * 2),
        *(f"EV2:{CODE[4:]}", f"ev1:{CODE[4:]}", f"EV1:{'0' * 28}ä", f"EV1:{'0' * 28}٣", f"EV1:{'Ａ' * 29}"),
        *(f"EV1:{':::' * 9}00", f"EV1:{'000' * 9}::", f"EV1:{'000' * 9}V5", f"EV1:GGW{CODE[7:]}", "\x00" * 33),
        qr.printed(IDS[6]),
    ],
)
def test_what_is_no_ticket_code_is_refused(text: str):
    assert qr.decode_code(text) is None


@given(st.text(max_size=40) | st.text(st.sampled_from(qr._BASE45), min_size=29, max_size=29).map("EV1:".__add__))
def test_whatever_is_scanned_is_refused_or_read_in_one_way(text: str):
    decoded = qr.decode_code(text)

    if decoded is not None:
        assert "EV1:" + qr._to_base45(b"".join(decoded)) == text
        assert not qr.verify(*decoded, KEY)


# -- printed codes


@given(st.binary(min_size=9, max_size=9))
def test_a_printed_code_is_read_back_however_it_is_typed(code_id: bytes):
    text = qr.printed(code_id)

    assert [len(group) for group in text.split("-")] == [4, 4, 4, 4]
    assert not set(text) & set("0O1IL")
    for typed in (text, text.lower(), text.replace("-", ""), text.replace("-", " "), f" {text} "):
        assert qr.read_printed(typed) == code_id


@given(st.binary(min_size=9, max_size=9), st.integers(0, 15), st.integers(1, 30))
def test_one_wrong_symbol_is_noticed(code_id: bytes, place: int, step: int):
    symbols = list(qr.printed(code_id).replace("-", ""))
    symbols[place] = qr.READABLE[(qr.READABLE.index(symbols[place]) + step) % 31]

    assert qr.read_printed("".join(symbols)) is None


@given(st.binary(min_size=9, max_size=9), st.integers(0, 15), st.integers(0, 15))
def test_two_swapped_symbols_are_noticed(code_id: bytes, one: int, other: int):
    symbols = list(qr.printed(code_id).replace("-", ""))
    same = symbols[one] == symbols[other]
    symbols[one], symbols[other] = symbols[other], symbols[one]

    assert qr.read_printed("".join(symbols)) == (code_id if same else None)


@pytest.mark.parametrize("text", ["", "7KQ4-M2TX", "O" * 16, "Z" * 16, "2" * 17, "ß" * 8, "٣" * 16, CODE])
def test_what_was_not_printed_is_refused(text: str):
    assert qr.read_printed(text) is None
