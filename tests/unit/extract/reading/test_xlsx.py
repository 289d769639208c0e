"""Workbooks: each cell is read as a person sees it."""

import io
import re
import zipfile
from datetime import date, datetime, time
from typing import Any

import pytest
from kiwi_extract.feldmapping.parsing import parse_feldmapping
from kiwi_extract.reading import xlsx
from kiwi_extract.records.validate import validate
from kiwi_sync.rules.reasons import RejectedExport
from openpyxl import Workbook

from tests.unit.extract.exports import tenant
from tests.unit.extract.reading.helpers import opened, refused, values
from tests.written import as_xlsx, as_zip

COLUMNS = ["mandant", "nummer", "nachname", "email"]


def workbook(
    *rows: list[Any], formats: dict[str, str] | None = None, columns: list[Any] | None = None
) -> bytes:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in [columns or COLUMNS, *rows]:
        sheet.append(row)
    for place, form in (formats or {}).items():
        sheet[place].number_format = form
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (4711, "General", "4711"),
        (4711.0, "0.00", "4711"),
        (1, "0000", "0001"),
        (12345, "0000", "12345"),
        (1.5, "General", "1.5"),
        (1, "0", "1"),
        (1234, "#,##0", "1234"),
        (1234, "#\\ ##0.00", "1234"),
        (1, "[$-407]0000", "0001"),
        (1, "[Red]0000_ ", "0001"),
        (1, "0000;-0000", "0001"),
        (1, "0000\\ ", "0001"),
        (7, "GENERAL", "7"),
        ("0001", "@", "0001"),
        (True, "General", "WAHR"),
        (date(2024, 1, 31), "DD.MM.YYYY", "2024-01-31"),
        (datetime(2024, 1, 31, 12, 30), "DD.MM.YYYY hh:mm", "2024-01-31 12:30:00"),  # noqa: DTZ001 - as in a workbook
        (time(12, 30), "hh:mm", "12:30:00"),
        ("Müller", "General", "Müller"),
        (None, "General", ""),
    ],
)
def test_a_cell(value: Any, form: str, text: str) -> None:
    (row,) = values(workbook(["1", "x", value, None], formats={"C2": form}))
    assert row["nachname"] == text


@pytest.mark.parametrize(
    ("value", "form", "reason"),
    [
        (1, '"M-"0000', "number_unclear"),
        (1, "[$M-]0000", "number_unclear"),
        (1, "00-00", "number_unclear"),
        (1, "[<1000]0000;0", "number_unclear"),
        (1, "0000.00", "number_unclear"),
        (10**15, "0", "number_unclear"),
        (1e20, "General", "number_unclear"),
        ("#N/A", "General", "excel_error"),
    ],
)
def test_a_cell_of_which_nobody_knows_what_it_says_rejects_its_record(
    value: Any, form: str, reason: str
) -> None:
    content = workbook(["1", "7", value, ""], ["1", value, "x", ""], formats={"C2": form, "B3": form})
    first, second = (validate(raw) for raw in opened(content)[0])
    assert (first.numbers, first.field, first.reason) == ("1/7", "nachname", reason)
    assert (second.sk, second.field, second.reason) == (None, "nummer", reason)


def test_such_a_cell_does_no_harm_in_a_column_that_is_not_read() -> None:
    content = workbook(["1", "7", "A", "", "#N/A"], columns=[*COLUMNS, "notiz"])
    (entry,) = [validate(raw) for raw in opened(content)[0]]
    assert (entry.numbers, entry.rejected) == ("1/7", False)


def test_such_a_cell_in_a_mapped_column() -> None:
    text = "version: 1\nmieter: [{fields: {mandant: mandant, nummer: nummer, nachname: nachname}}]\n"
    mapping = parse_feldmapping(text)
    content = workbook(["1", "7", "A", "#N/A"], ["1", "8", "#N/A", ""])
    entries = [validate(raw) for raw in opened(content, mapping=mapping)[0]]
    assert [(one.numbers, one.field, one.reason) for one in entries] == [
        ("1/7", None, None),
        ("1/8", "nachname", "excel_error"),
    ]


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_sheet(content: bytes, old: str, new: str) -> bytes:
    """The workbook, with something else in its first sheet."""
    files = parts_of(content)
    sheet = next(name for name in files if "worksheets/sheet" in name)
    changed = re.sub(old.encode(), new.encode(), files[sheet], count=1)
    assert changed != files[sheet]
    return as_zip(files | {sheet: changed})


@pytest.mark.parametrize("stale", ["A1", "A1:B2", "A1:D2", "A1:B9", "B2:C3"])
def test_what_a_sheet_says_of_its_size_does_not_count(stale: str) -> None:
    content = workbook(["1", "7", "A", "a@b.example"], ["1", "8"], ["1", "9", None, "c@d.example"])
    stale_one = with_sheet(content, '<dimension ref="[^"]*"', f'<dimension ref="{stale}"')
    assert values(stale_one) == values(content)
    assert [row["email"] for row in values(stale_one)] == ["a@b.example", "", "c@d.example"]


def test_a_cell_far_down(monkeypatch: pytest.MonkeyPatch) -> None:
    content = with_sheet(
        workbook(["1", "7"]), '<row r="2"(.*?)"A2"(.*?)"B2"', r'<row r="5000"\1"A5000"\2"B5000"'
    )
    assert [raw.line for raw in opened(content)[0]] == [5000]
    monkeypatch.setattr(xlsx, "MAX_WALKED", 4000)
    error = refused(content)
    assert error.reason is RejectedExport.TOO_LARGE
    assert "so far down" in error.detail


def test_a_cell_with_a_style_that_is_not_there() -> None:
    content = with_sheet(workbook([1, 7]), '<c r="A2"', '<c r="A2" s="99"')
    assert refused(content).reason is RejectedExport.XLSX_BROKEN


def test_rows_of_blanks_are_skipped() -> None:
    book, out = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in ([" ", ""], COLUMNS, [" "], ["1", "7", "A", "", " "]):
        sheet.append(row)
    book.save(out)
    assert [(raw.line, raw.reason) for raw in opened(out.getvalue())[0]] == [(4, None)]


def test_sheets_rows_and_their_numbers() -> None:
    book, out = Workbook(), io.BytesIO()
    notes = book.active
    assert notes is not None
    notes.append(["some", "notes"])
    book.create_sheet("leer")
    sheet = book.create_sheet("Mieter")
    for row in ([], COLUMNS, [], ["1", "7", "A", ""], [None], ["1", "8", "B", "", "", "zu viel"]):
        sheet.append(row)
    book.save(out)
    records = opened(out.getvalue())[0]
    seen = [(raw.source, raw.line, raw.reason) for raw in records]
    assert seen == [("a.csv#Mieter", 4, None), ("a.csv#Mieter", 6, "ragged_line")]


def test_more_rows_than_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 3)
    content = as_xlsx({"mieter": [tenant("1"), tenant("2")]})
    assert len(values(content)) == 2
    monkeypatch.setattr(xlsx, "MAX_ROWS", 2)
    error = refused(content)
    assert (error.reason, error.detail) == (
        RejectedExport.TOO_LARGE,
        "a workbook of more than 2 rows; send CSV",
    )


def as_excel_writes_it() -> bytes:
    """Texts in a part of their own, which openpyxl does not write."""
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    packed = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    texts = [*COLUMNS, "0001", "Müller", "a@example.org"]
    rows = [[0, 1, 2, 3], [4, 4, 5, 6]]
    cells = "".join(
        "<row>" + "".join(f'<c t="s"><v>{place}</v></c>' for place in row) + "</row>" for row in rows
    )
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships {packed}><Relationship Id="r1" Type="{relations}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{relations}"><sheets>'
        '<sheet name="Mieter" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships {packed}><Relationship Id="r1" '
        f'Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{relations}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>",
        "xl/sharedStrings.xml": f"<sst {main}>{''.join(f'<si><t>{text}</t></si>' for text in texts)}</sst>",
    }
    return as_zip({name: part.encode() for name, part in parts.items()})


def test_texts_in_a_part_of_their_own() -> None:
    row = {"mandant": "0001", "nummer": "0001", "nachname": "Müller", "email": "a@example.org"}
    assert values(as_excel_writes_it()) == [row]


def test_more_texts_than_can_be_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_STRINGS", 10)
    assert refused(as_excel_writes_it()).reason is RejectedExport.TOO_LARGE


def test_two_columns_of_one_name() -> None:
    assert (
        refused(workbook(columns=["mandant", "nummer", "email", "email"])).reason is RejectedExport.NO_TABLE
    )


@pytest.mark.parametrize(
    "files",
    [
        {"xl/workbook.xml": b""},
        {"xl/workbook.xml": b"<workbook/>", "[Content_Types].xml": b"<Types/>"},
        {"xl/workbook.xml": b"<!DOCTYPE x>", "[Content_Types].xml": b"\xff"},
    ],
)
def test_a_workbook_that_is_none(files: dict[str, bytes]) -> None:
    assert refused(as_zip(files)).reason is RejectedExport.XLSX_BROKEN


def test_a_sheet_that_is_damaged() -> None:
    content = as_xlsx({"mieter": [tenant(str(number)) for number in range(50)]})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    sheet = next(name for name in files if "worksheets/sheet" in name)
    files[sheet] = files[sheet][: len(files[sheet]) // 2]
    assert refused(as_zip(files)).reason is RejectedExport.XLSX_BROKEN


def test_an_xml_bomb_does_no_harm() -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE sst [<!ENTITY a0 "x">{entities}]><sst><si><t>&a11;</t></si></sst>'
    with zipfile.ZipFile(io.BytesIO(as_excel_writes_it())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert (
        refused(as_zip(files | {"xl/sharedStrings.xml": bomb.encode()})).reason is RejectedExport.XLSX_BROKEN
    )
