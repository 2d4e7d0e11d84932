"""Logos are drawn anew: what is no image is refused, and nothing but pixels is kept."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image, PngImagePlugin

from partnering.db import db, transaction
from partnering.organisations import images
from partnering.organisations.models import Organisation, OrganisationImage
from partnering.organisations.services import organisation_for
from tests.factories import make_host
from tests.factories.images import make_image, make_png


def read(content: bytes) -> images.Drawn:
    return images.read(io.BytesIO(content))


def opened(drawn: images.Drawn) -> Image.Image:
    return Image.open(io.BytesIO(drawn.content))


def lumenfold() -> Organisation:
    with transaction():
        return organisation_for(make_host().id, "Lumenfold GmbH")


@pytest.mark.parametrize(("format", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg")])
def test_a_small_image_keeps_its_size_and_kind(format: str, media_type: str):
    drawn = read(make_image(60, 30, format=format))
    assert (drawn.media_type, drawn.width, drawn.height) == (media_type, 60, 30)
    assert (opened(drawn).format, opened(drawn).size) == (format, (60, 30))


def test_a_large_one_is_drawn_smaller_in_its_proportions():
    drawn = read(make_png(2048, 1024))
    assert (drawn.width, drawn.height) == (512, 256) == opened(drawn).size


def test_what_is_transparent_stays_so():
    made = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(made, "PNG")
    assert opened(read(made.getvalue())).getpixel((0, 0)) == (0, 0, 0, 0)


def test_an_image_on_its_side_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    drawn = read(make_image(60, 30, format="JPEG", exif=exif))
    assert (drawn.width, drawn.height) == (30, 60)


def test_nothing_but_pixels_is_kept():
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "Jana Wittkowski, privat")
    sent = make_image(pnginfo=said) + b"<script>alert(1)</script>"
    drawn = read(sent)
    assert b"privat" in sent
    assert b"privat" not in drawn.content
    assert b"script" not in drawn.content
    assert opened(drawn).info == {}


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"<svg xmlns='http://www.w3.org/2000/svg'/>", make_image(format="GIF"), make_image(format="BMP")],
    ids=["nothing", "text", "svg", "gif", "bmp"],
)
def test_other_files_are_refused(content: bytes):
    with pytest.raises(images.ImageRefused):
        read(content)


def test_a_broken_image_is_refused():
    with pytest.raises(images.ImageRefused):
        read(make_png(400, 400)[:-40])


def test_more_than_two_megabytes_or_25_megapixels_are_refused():
    with pytest.raises(images.ImageTooLarge):
        read(make_png() + b"\0" * images.MOST_BYTES)
    with pytest.raises(images.ImageTooLarge):
        read(make_png(5_001, 5_000))


def test_a_new_logo_takes_the_place_of_the_old_one(ctx):
    organisation = lumenfold()
    with transaction():
        first = images.keep(organisation, read(make_png(10, 10))).public_id
    with transaction():
        images.keep(organisation, read(make_png(20, 20)))
    assert organisation.logo is not None
    assert organisation.logo.width == 20
    assert images.image_at(organisation, first) is None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OrganisationImage)) == 1
    with transaction():
        images.take_away(organisation)
    assert organisation.logo is None


def test_pages_that_show_a_logo_do_not_read_its_pixels(ctx):
    organisation = lumenfold()
    with transaction():
        images.keep(organisation, read(make_png()))
    db.session.expire_all()
    assert organisation.logo is not None
    assert "content" in sa.inspect(organisation.logo).unloaded
