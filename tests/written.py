"""The same export, written in every format that is read."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from openpyxl import Workbook

Json = dict[str, Any]
Sections = Mapping[str, Sequence[Json]]
UNICODE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
WINDOWS = ["cp1252", "iso-8859-1"]
DELIMITERS = [";", ",", "\t", "|"]
PACKED = ["", "gzip", "zip", "zip in gzip"]
COLUMNS = {
    "verwaltungseinheiten": [
        "mandant", "wirtschaftseinheit", "nummer", "bezeichnung", "strasse", "hausnummer", "plz", "ort",
        "bundesland", "land", "latitude", "longitude",
    ],
    "mieter": ["mandant", "nummer", "vorname", "nachname", "firma", "email"],
    "mietvertraege": ["mandant", "nummer", "wirtschaftseinheit", "einheit", "mieter", "beginn", "ende"],
}  # fmt: skip
TYPES = {"verwaltungseinheiten": "verwaltungseinheit", "mieter": "mieter", "mietvertraege": "mietvertrag"}


def as_json(envelope: Json, sections: Sections, encoding: str = "utf-8") -> bytes:
    return json.dumps({**envelope, **sections}, ensure_ascii=False).encode(encoding)


def as_ndjson(envelope: Json, sections: Sections, encoding: str = "utf-8") -> bytes:
    records = [{"typ": TYPES[name], **record} for name, records in sections.items() for record in records]
    lines = [json.dumps(line, ensure_ascii=False) for line in [envelope, *records]]
    return "\n".join(lines).encode(encoding)


def cells(section: str, record: Json) -> list[str]:
    """A record as a row of a table."""
    flat = dict(record)
    if section == "mietvertraege":
        flat["wirtschaftseinheit"] = record["verwaltungseinheit"]["wirtschaftseinheit"]
        flat["einheit"] = record["verwaltungseinheit"]["nummer"]
        flat["mieter"] = ", ".join(map(str, record["mieter"]))
    return [_cell(flat.get(name)) for name in COLUMNS[section]]


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return str(value).replace(".", ",")
    return "" if value is None else str(value)


def as_csv(
    section: str,
    records: Sequence[Json],
    encoding: str = "utf-8",
    delimiter: str = ";",
    end: str = "\r\n",
) -> bytes:
    text = io.StringIO(newline="")
    # Python's writer leaves a line break bare if it is not the one that it ends lines with.
    quoting: Literal[0, 1] = csv.QUOTE_ALL if end == "\r" else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerow(COLUMNS[section])
    writer.writerows(cells(section, record) for record in records)
    return text.getvalue().encode(encoding)


def as_xlsx(sections: Sections) -> bytes:
    book, out = Workbook(write_only=True), io.BytesIO()
    for section, records in sections.items():
        sheet = book.create_sheet(section)
        sheet.append(COLUMNS[section])
        for record in records:
            sheet.append(cells(section, record))
    book.save(out)
    return out.getvalue()


def as_zip(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def as_zip_of_csv(
    sections: Sections, encoding: str = "utf-8", delimiter: str = ";", side: Json | None = None
) -> bytes:
    files = {f"{name}.csv": as_csv(name, records, encoding, delimiter) for name, records in sections.items()}
    return as_zip(files | ({"export.json": json.dumps(side).encode()} if side else {}))


def packed(content: bytes, how: str) -> bytes:
    packers: dict[str, Callable[[bytes], bytes]] = {
        "": lambda plain: plain,
        "gzip": lambda plain: gzip.compress(plain, mtime=0),
        "zip": lambda plain: as_zip({"anything.bin": plain}),
        "zip in gzip": lambda plain: gzip.compress(as_zip({"a": plain}), mtime=0),
    }
    return packers[how](content)
