"""Lists as XLSX, written row by row: a workbook is a zip of a few small XML files and one that holds the rows.

Every cell is an inline string, so that no spreadsheet can take it for a formula (ECMA-376, part 1, 18.3.1.53), or a
number. What was written leaves at once: the file is never held whole.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from io import RawIOBase
from typing import Any

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_767
"""Letters in a cell at most."""

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
    f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill '
    'patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border>'
    '<left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf fontId="0" xfId="0"/><xf fontId="1" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}
_BEGIN = (
    f'<worksheet xmlns="{_SHEET}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" '
    'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15" '
    'baseColWidth="18"/><sheetData>'
)
_END = "</sheetData></worksheet>"


class _Outlet(RawIOBase):
    """Where zipfile writes to, and what is taken from there as it comes."""

    def __init__(self) -> None:
        self._waiting: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._waiting.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        """What has been written since the last time."""
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


def as_xlsx(heads: Sequence[object], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """The table as a file, piece by piece."""
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=4) as parts:
        for name, text in _PARTS.items():
            parts.writestr(name, _HEAD + text)
        with parts.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write((_HEAD + _BEGIN + _row(heads, ' s="1"')).encode())
            piece: list[str] = []
            for row in rows:
                piece.append(_row(row))
                if len(piece) >= 200:
                    sheet.write("".join(piece).encode())
                    piece.clear()
                    yield outlet.taken()
            sheet.write(("".join(piece) + _END).encode())
    yield outlet.taken()


def _row(cells: Sequence[object], style: str = "") -> str:
    return "<row>" + "".join([_cell(cell, style) for cell in cells]) + "</row>"


def _cell(cell: object, style: str) -> str:
    if cell is None or cell == "":
        return f"<c{style}/>"
    if type(cell) is int:
        return f"<c{style}><v>{cell}</v></c>"
    text = str(cell)
    if not text.isprintable():
        text = _FORBIDDEN.sub("", text)
    if len(text) > _LONGEST:
        text = text[:_LONGEST]
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<c t="inlineStr"{style}><is><t xml:space="preserve">{text}</t></is></c>'
