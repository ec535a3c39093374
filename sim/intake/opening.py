"""A file is opened and told for what it is, by its content; its tables come out as rows.

Text with separators, JSON, XES, a workbook (XLSX, XLS, ODS), HTML or SpreadsheetML that calls itself
one, Parquet; each but the workbook also inside of gzip or a zip of one file. What is none of these is
named for what it is. Nothing in a cell is ever evaluated; what looks like a formula is text.
"""

from __future__ import annotations

import datetime as dt
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Final, cast

from sim import reading
from sim.errors import ExportError, MissingExtraError
from sim.intake.bounds import Unfolding, check_workbook, narrow
from sim.intake.json_rows import json_rows
from sim.intake.mapping import Mapping
from sim.intake.markup_rows import html_rows, spreadsheet_rows
from sim.intake.text_rows import OtherEncodingError, text_rows
from sim.intake.xes import xes_rows

SAMPLE: Final = 65536
"""Bytes looked at to tell what kind of file it is."""
DEEPEST: Final = 3
"""Packings inside of packings."""
LARGEST_INNER: Final = 1 << 30
"""Bytes of a workbook inside of a zip; it has to be unpacked whole."""
MANY_ZEROS: Final = 0.3
"""Share of bytes that are zero, in every second place, of a text in UTF-16."""
_GZIP, _ZIP, _OLD_WORKBOOK, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SPACE = b"\xef\xbb\xbf\xff\xfe \t\r\n\x00"
_WORKBOOK_PARTS = ("xl/", "content.xml", "[Content_Types].xml")
_FOREIGN: Final = {
    b"%PDF": "a PDF; export the table itself",
    b"7z\xbc\xaf": "packed with 7-Zip; unpack it",
    b"Rar!": "packed with RAR; unpack it",
    b"\xfd7zXZ": "packed with xz; unpack it",
    b"BZh": "packed with bzip2; unpack it",
    b"SQLite format 3": "a SQLite database; export the table itself",
    b"{\\rtf": "a text document; export the table itself",
}


@dataclass(frozen=True)
class Table:
    """Rows that belong together: a file, or one sheet of a workbook.

    Attributes
    ----------
    name : str
        Of the sheet; empty where there is one table only.
    rows : iterator of sequence
        Texts, and datetimes where the file holds real dates.
    padded : bool
        Whether rows may lack trailing empty fields.
    """

    name: str
    rows: Iterator[Sequence[Any]]
    padded: bool = False


@contextmanager
def opened(
    path: Path, mapping: Mapping, notices: list[str], *, escape: bool = False
) -> Iterator[list[Table]]:
    """Open a file, tell what it is, and give its tables.

    Raises
    ------
    ExportError
        If it is missing, empty, a folder, damaged, or of a kind that is not read.
    MissingExtraError
        If what reads it is not installed.
    """
    try:
        if path.is_dir():
            raise ExportError(f"{path} is a folder; name the file in it.")
        if path.exists() and not path.is_file():  # a pipe or a device may never end
            raise ExportError(f"{path} is no ordinary file; save the export first.")
        reading.note(path)
        with path.open("rb") as raw, ExitStack() as texts:
            tables = _tables(path.name, raw, mapping, notices, texts, escape=escape)
            yield [replace(one, rows=narrow(path.name, one.rows)) for one in tables]
    except FileNotFoundError:
        raise ExportError(f"There is no file {path}.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, NotImplementedError):
        raise ExportError(f"{path.name} is cut short or damaged: it does not unpack.") from None
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror or error}.") from None


def _tables(
    name: str,
    file: Any,
    mapping: Mapping,
    notices: list[str],
    texts: ExitStack,
    *,
    escape: bool,
    depth: int = 0,
) -> list[Table]:
    start = file.read(SAMPLE)
    file.seek(0)
    if not start:
        raise ExportError(f"{name} is empty: it has no header and no rows.")
    if depth > DEEPEST:
        raise ExportError(f"{name} is packed in a packing in a packing; unpack it.")
    if start.startswith(_GZIP):
        return _tables(
            name,
            Unfolding(name, cast("IO[bytes]", gzip.GzipFile(fileobj=file))),
            mapping,
            notices,
            texts,
            escape=escape,
            depth=depth + 1,
        )
    if start.startswith(_ZIP):
        inner = _inside(name, file)
        if inner is not None:
            inner = Unfolding(name, inner)
            return _tables(name, inner, mapping, notices, texts, escape=escape, depth=depth + 1)
        file.seek(0)
    if start.startswith((_ZIP, _OLD_WORKBOOK)):
        return _workbook(name, file, mapping)
    if start.startswith(_PARQUET):
        return [Table("", _parquet_rows(name, file))]
    for mark, what in _FOREIGN.items():
        if start.startswith(mark):
            raise ExportError(f"{name} is {what}.")
    # A mark of the byte order may stand before what the file is.
    plain = start.lstrip(_SPACE).replace(b"\x00", b"")
    if plain.startswith(b"<"):
        return _markup(name, file, mapping, notices, texts, start=start)
    encoding = _encoding(name, start, mapping, notices)
    lines = _text(file, encoding, texts)
    if _is_json(plain):
        return [Table("", _decoded(name, json_rows(lines, name)))]
    return [Table("", text_rows(name, lines, mapping.separator, notices, escape=escape))]


def _decoded(name: str, rows: Iterator[Sequence[Any]]) -> Iterator[Sequence[Any]]:
    try:
        yield from rows
    except UnicodeDecodeError as error:
        raise OtherEncodingError(f"{name} is not in {error.encoding}.") from None


def _is_json(plain: bytes) -> bool:
    """Tell JSON from a header whose names stand in brackets."""
    if plain[:1] == b"{":
        return plain[1:].lstrip()[:1] in (b'"', b"}")
    return plain[:1] == b"[" and plain[1:].lstrip()[:1] in (b"{", b"[", b'"', b"]", b"")


def _inside(name: str, file: IO[bytes]) -> Any:
    """Return the one file inside of a zip; None where the zip is a workbook."""
    packed = zipfile.ZipFile(file)
    names = [
        one.filename
        for one in packed.infolist()
        if not one.is_dir() and not one.filename.startswith(("__MACOSX/", "."))
    ]
    if any(one.startswith(_WORKBOOK_PARTS) for one in names):
        return None
    if len(names) != 1:
        what = f"{len(names)} files: {', '.join(names[:5])}" if names else "nothing"
        raise ExportError(f"{name} is a zip that holds {what}. Unpack it and name one file.")
    if packed.getinfo(names[0]).flag_bits & 1:
        raise ExportError(f"{name} is a zip with a password; unpack it.")
    inner: Any = packed.open(names[0])
    start = inner.read(len(_ZIP))
    inner.seek(0)
    if start.startswith((_ZIP, _OLD_WORKBOOK, _PARQUET)):
        if packed.getinfo(names[0]).file_size > LARGEST_INNER:
            raise ExportError(f"{name} holds a workbook that is too large to unpack here.")
        return io.BytesIO(inner.read())
    return inner


def _text(file: Any, encoding: str, texts: ExitStack) -> io.TextIOWrapper:
    """Read a binary file as text; the file stays its opener's to close."""
    lines = io.TextIOWrapper(file, encoding=encoding, newline="")
    texts.callback(lines.detach)
    return lines


def _markup(
    name: str,
    file: IO[bytes],
    mapping: Mapping,
    notices: list[str],
    texts: ExitStack,
    *,
    start: bytes,
) -> list[Table]:
    lower = start.lstrip(_SPACE).replace(b"\x00", b"").lower()
    html = lower.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<body", b"<meta"))
    if html or (b"<table" in lower and b"schemas-microsoft-com:office:spreadsheet" not in lower):
        encoding = _encoding(name, start, mapping, notices)
        for known in (b"charset=utf-8", b'charset="utf-8'):
            encoding = "utf-8-sig" if known in lower else encoding
        tables: dict[int, list[Sequence[Any]]] = {}
        lines = _text(file, encoding, texts)
        for number, row in _decoded_pairs(name, html_rows(lines)):
            tables.setdefault(number, []).append(row)
        if not tables:
            raise ExportError(f"{name} is a web page without a table of tickets.")
        notices.append(f"{name} is a web page; its table is read.")
        one = len(tables) == 1
        return [
            Table("" if one else f"table {number}", iter(rows), padded=True)
            for number, rows in tables.items()
        ]
    if b"<!doctype" in lower:
        raise ExportError(f"{name} has a document type, which no XES needs.")
    if b"schemas-microsoft-com:office:spreadsheet" in lower:
        sheets: dict[str, list[Sequence[Any]]] = {}
        for sheet, row in spreadsheet_rows(file, name):
            sheets.setdefault(sheet, []).append(row)
        if not sheets:
            raise ExportError(f"{name} is a spreadsheet in XML without rows.")
        return [Table(sheet, iter(rows), padded=True) for sheet, rows in sheets.items()]
    return [Table("", xes_rows(file, name))]


def _decoded_pairs(
    name: str, rows: Iterator[tuple[int, Sequence[str]]]
) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        yield from rows
    except UnicodeDecodeError as error:
        raise OtherEncodingError(f"{name} is not in {error.encoding}.") from None


def is_utf8(encoding: str) -> bool:
    """Tell whether an encoding is UTF-8, however it is spelled."""
    return encoding.replace("_", "-").casefold() in ("utf-8", "utf8")


def _encoding(name: str, start: bytes, mapping: Mapping, notices: list[str]) -> str:
    if start.startswith(_UTF16):
        notices.append(f"{name} is in UTF-16, as its first bytes say.")
        return "utf-16"
    for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        if zeros.count(0) > MANY_ZEROS * len(start) and not start.count(0) > len(zeros):
            notices.append(f"{name} is in UTF-16 without a mark of it, as its zeros say.")
            return encoding
    if b"\x00" in start:
        raise ExportError(f"{name} is a binary file, not a table of text.")
    return "utf-8-sig" if is_utf8(mapping.encoding) else mapping.encoding


def _workbook(name: str, file: IO[bytes], mapping: Mapping) -> list[Table]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("python-calamine", "office", "A workbook") from None
    if file.read(len(_ZIP)) == _ZIP:
        check_workbook(name, file)
    file.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(file)
        names = book.sheet_names
    except (CalamineError, OSError, ValueError, IndexError) as error:
        raise ExportError(f"{name} is not a workbook that can be read: {error}.") from None
    for asked in mapping.sheet:
        if asked not in names:
            raise ExportError(
                f"{name} has no sheet {asked!r}; it has {', '.join(map(repr, names))}."
            )

    def rows(sheet: str) -> Iterator[Sequence[Any]]:
        try:
            for row in book.get_sheet_by_name(sheet).iter_rows():
                yield tuple(map(_cell, row))
        except (CalamineError, OSError, ValueError, IndexError) as error:
            raise ExportError(f"{name} is not a workbook that can be read: {error}.") from None

    return [Table(one, rows(one), padded=True) for one in mapping.sheet or names]


def _cell(value: Any) -> Any:
    """Turn a workbook's cell into text, but leave real dates as they are."""
    if value.__class__ is str or isinstance(value, dt.datetime):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    if isinstance(value, dt.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    return str(value)


def _parquet_rows(name: str, file: IO[bytes]) -> Iterator[Sequence[Any]]:
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise MissingExtraError("pyarrow", "parquet", "A Parquet file") from None
    try:
        table = pq.ParquetFile(file)
        yield list(table.schema_arrow.names)
        for batch in table.iter_batches():
            columns = [[_stored(value) for value in column.to_pylist()] for column in batch.columns]
            yield from zip(*columns, strict=True)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ExportError(f"{name} is not Parquet that can be read: {error}.") from None


def _stored(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, dict | list | bytes):
        return str(value)
    # A timestamp may be finer than a datetime: pandas' own type is one all the same.
    return value.to_pydatetime() if hasattr(value, "to_pydatetime") else _cell(value)
