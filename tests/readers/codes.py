"""What zbar and zxing-cpp read in a picture; their verdict, not ours."""

from typing import cast

import zxingcpp
from PIL import Image
from pyzbar import pyzbar

_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


def zbar(image: Image.Image) -> list[str]:
    """The texts of the QR codes that zbar finds, sorted."""
    found = pyzbar.decode(image.convert("L"), symbols=[pyzbar.ZBarSymbol.QRCODE])
    return sorted(symbol.data.decode() for symbol in found)


def zxing(image: Image.Image) -> list[str]:
    """The texts of the QR codes that zxing-cpp finds, sorted."""
    found = zxingcpp.read_barcodes(image.convert("L"), formats=_QR)
    return sorted(symbol.text for symbol in found)


def symbol(image: Image.Image) -> str:
    """Version and error correction of the one QR code in a picture, as in `2-M`, told by zxing-cpp."""
    [found] = zxingcpp.read_barcodes(image.convert("L"), formats=_QR)
    extra = cast("dict[str, str]", found.extra)
    return f"{extra['Version']}-{found.ec_level}"
