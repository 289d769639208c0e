"""CSV as ERPs write it: readable texts are read, doubtful ones are refused with their place."""

import re
from typing import Any

import pytest
from kiwi_extract.reading import export
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.own_columns import IdentityTable
from kiwi_extract.records.validate import validate
from kiwi_sync.rules.reasons import RejectedExport

from tests.unit.extract.reading.helpers import ORIGIN, FakeMapping, opened, reading_options, refused, values

HEADER = "mandant;nummer;nachname;email\n"
FILLED = [{"mandant": "1", "nummer": "7", "nachname": "Müller", "email": "a@b.example"}]


def rows(text: str) -> list[dict[str, Any]]:
    return values((HEADER + text).encode())


def rejected(text: str) -> list[tuple[str | None, str | None]]:
    """The places of the rejected rows, with the reasons."""
    entries = [validate(raw) for raw in opened((HEADER + text).encode())[0]]
    return [(entry.place_text, entry.reason) for entry in entries if entry.rejected]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "utf-16", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    assert values((HEADER + "1;7;Müller;a@b.example\n").encode(encoding)) == FILLED


@pytest.mark.parametrize("place", [0, 65_530, 65_535, 65_536, 200_000])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_the_first_umlaut_may_stand_anywhere(place: int, encoding: str) -> None:
    content = (HEADER + f"1;6;{'x' * place};\n1;7;Müller;a@b.example\n").encode(encoding)
    assert values(content)[1:] == FILLED


@pytest.mark.parametrize(
    ("content", "bad", "line"),
    [
        (b"1;7;M\xc3\xbcller;\n1;8;M\xfcller;\n", b"\xfc", 3),
        (b"1;7;M\xfcller;\n1;8;M\xc3\xbcller;\n", b"\xc3", 3),
        (b"1;7;M\x81ller;\n", b"\x81", 2),
        (b"1;7;M\xfcller;\n1;8;Stra\xe1e;\n", b"\xe1", 3),
        (b"1;7;B\x84r;\n", b"\x84", 2),
        (b"1;7;K\x94nig;\n", b"\x94", 2),
        (b"1;7;Wei\xe1;\n", b"\xe1", 2),
        (b"1;7;\xfc\x9d;\n", b"\x9d", 2),
        (b"1;7;M\xc3\xbcller;\n1;8;\xc3", b"\xc3", 3),
    ],
)
def test_a_doubtful_encoding_is_refused_with_byte_and_line(content: bytes, bad: bytes, line: int) -> None:
    error = refused(HEADER.encode() + content)
    offset = len(HEADER) + content.rindex(bad)
    assert error.reason is RejectedExport.ENCODING_DOUBTFUL
    assert error.detail.startswith(f"byte 0x{bad[0]:02X} at offset {offset}, line {line}: ")
    assert "`encoding` in the mapping" in error.detail


@pytest.mark.parametrize(
    ("told", "content", "bad", "line"),
    [
        ("windows-1252", "1;7;Müller;\n".encode(), 0xC3, 2),
        ("iso-8859-1", "1;6;a;\n1;7;Müller;\n".encode(), 0xC3, 3),
        ("cp850", "1;7;Müller;\n".encode(), 0xC3, 2),
        ("cp850", "1;7;Łukasz;\n".encode(), 0xC5, 2),
        ("windows-1252", "1;7;Müller;\n".encode("cp850"), 0x81, 2),
        ("utf-8", "1;7;Müller;\n".encode("cp1252"), 0xFC, 2),
    ],
)
def test_a_wrong_encoding_in_the_mapping_is_refused(told: str, content: bytes, bad: int, line: int) -> None:
    mapping = FakeMapping({"a.csv": [IdentityTable("mieter")]}, reading_options(told))
    error = refused(HEADER.encode() + content, mapping=mapping)
    offset = len(HEADER) + content.index(bad)
    assert error.reason is RejectedExport.ENCODING_DOUBTFUL
    assert error.detail.startswith(f"byte 0x{bad:02X} at offset {offset}, line {line}: ")


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("windows-1252", "utf-8-sig"),
        ("windows-1252", "utf-16"),
        ("utf-8", "utf-16"),
        ("utf-16", "utf-8-sig"),
        ("cp850", "utf-16-le"),
    ],
)
def test_a_file_that_begins_in_another_encoding_than_the_mapping_says(told: str, written: str) -> None:
    mapping = FakeMapping({"a.csv": [IdentityTable("mieter")]}, reading_options(told))
    error = refused(HEADER.encode(written), mapping=mapping)
    assert error.reason is RejectedExport.ENCODING_DOUBTFUL
    assert "at offset 0, line 1: the beginning of UTF-" in error.detail


@pytest.mark.parametrize(
    ("told", "written"),
    [
        ("windows-1252", "cp1252"),
        ("iso-8859-1", "cp1252"),
        ("iso-8859-1", "iso-8859-1"),
        ("cp850", "cp850"),
        ("utf-8", "utf-8"),
        ("utf-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16", "utf-16-le"),
        ("utf-16", "utf-16-be"),
    ],
)
def test_the_right_encoding_in_the_mapping(told: str, written: str) -> None:
    mapping = FakeMapping({"a.csv": [IdentityTable("mieter")]}, reading_options(told))
    name = "Müller-Weiß" + ("" if "850" in written or "8859" in written else " – Söhne")
    content = '"mandant";nummer;nachname\n' + f"1;7;{name}\n"
    assert values(content.encode(written), mapping=mapping) == [
        {"mandant": "1", "nummer": "7", "nachname": name}
    ]


@pytest.mark.parametrize("told", [None, "utf-8"])
def test_a_byte_order_mark_counts_in_the_place_of_a_fault(told: str | None) -> None:
    content = ("\ufeff" + HEADER).encode() + b"1;7;M\xfcller;\n"
    mapping = FakeMapping({"a.csv": [IdentityTable("mieter")]}, reading_options(told))
    assert f"at offset {content.index(0xFC)}, line 2" in refused(content, mapping=mapping).detail


@pytest.mark.parametrize("at", [65_535, 65_536, 131_072])
def test_a_doubtful_byte_is_found_across_pieces(at: int) -> None:
    content = HEADER.encode() + b"1;7;\xfc;\n1;8;"
    content += b"x" * (at - len(content)) + b"K\x94nig;\n"
    assert f"offset {at + 1}, line 3" in refused(content).detail


def test_names_that_windows_1252_has_are_not_doubtful() -> None:
    names = [
        "Fernández",
        "Žižek",
        "Jarašius",
        "„Zum Löwen“",
        "Łukasz"[1:],
        "D’Alessandro",
        "Großmann – Söhne",
    ]
    content = (HEADER + "".join(f"1;{n};{name};\n" for n, name in enumerate(names))).encode("cp1252")
    assert [one["nachname"] for one in values(content)] == names


def test_the_mapping_may_name_encoding_and_delimiter() -> None:
    mapping = FakeMapping({"a.csv": [IdentityTable("mieter")]}, reading_options("cp850", ","))
    content = "mandant,nummer,nachname;x\n1,7,Müller;ß\n".encode("cp850")
    assert values(content, mapping=mapping) == [{"mandant": "1", "nummer": "7", "nachname;x": "Müller;ß"}]
    assert mapping.asked == [("a.csv", ("mandant", "nummer", "nachname;x"))]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    text = HEADER.replace("email", '"email"') + '1;7;Müller;"a@b.example"\n'
    assert values(text.replace(";", delimiter).encode()) == FILLED
    assert values(f"sep={delimiter}\r\n{text.replace(';', delimiter)}".encode()) == FILLED


def test_a_delimiter_within_quotation_marks_does_not_count() -> None:
    assert values(b'mandant;"a,b,c,d,e";nummer;email\n1;;7;x\n')[0]["nummer"] == "7"


def test_two_delimiters_alike_are_refused() -> None:
    error = refused(b"mandant;nummer;a,b,c\n1;2;3\n")
    assert error.reason is RejectedExport.DELIMITER_DOUBTFUL
    assert "semicolon or comma" in error.detail


def test_ragged_lines_are_rejected_with_their_place() -> None:
    text = "1;1;a;b\n1;2;c\n1;3;d;e;f\n1;4;g;h;;\n1;5;i;\n"
    assert rejected(text) == [("a.csv, line 3", "ragged_line"), ("a.csv, line 4", "ragged_line")]
    assert [row["nummer"] for row in rows(text) if row] == ["1", "4", "5"]


def test_empty_lines_are_skipped_and_counted() -> None:
    text = "\n1;1;a;b\n\n;;;\n   \n1;2;;\n1;x\n"
    assert [row["nummer"] for row in rows(text) if row] == ["1", "2"]
    assert rejected(text) == [("a.csv, line 8", "ragged_line")]
    assert [raw.line for raw in opened(b"\n\n" + HEADER.encode() + b'1;1;"a\n\nb";\n1;2;;\n')[0]] == [4, 7]


def test_quotation_marks_and_line_breaks_within() -> None:
    text = '1;1;"a;""b""\r\nc";x\r\n1;2;"";y\r\n'
    assert [row["nachname"] for row in rows(text)] == ['a;"b"\r\nc', ""]


def test_a_quotation_mark_that_is_not_doubled_costs_its_own_line() -> None:
    text = '1;1;"a "b" c";x\n1;2;d;y\n'
    assert rejected(text) == [("a.csv, line 2", "malformed_quotes")]
    assert [row["nummer"] for row in rows(text) if row] == ["2"]


@pytest.mark.parametrize("text", ['1;1;"a;x\n1;2;b;y\n', '1;1;"a;x\n1;2;"b";y\n1;3;"c";z\n'])
def test_a_quotation_mark_that_swallows_lines_is_refused(text: str) -> None:
    error = refused((HEADER + "1;0;;\n" + text).encode())
    assert error.reason is RejectedExport.CSV_BROKEN
    assert error.detail.startswith("line 3")


@pytest.mark.parametrize(
    "text",
    [
        '1;1;x;"Keller\n1;2;y;Alte Post"\n',
        '1;1;x;"Keller\r\n1;2;y;\r\n1;3;z;Alte Post"\r\n1;4;a;b\r\n',
        '1;1;"Keller;a\n1;2;";b\n',
    ],
)
def test_two_stray_quotation_marks_that_swallow_a_line_are_refused(text: str) -> None:
    error = refused((HEADER + "1;0;;\n" + text).encode())
    assert error.reason is RejectedExport.CSV_BROKEN
    assert error.detail.startswith("line 3")


@pytest.mark.parametrize("name", ["a\nb", "a\nb; c", "a; b; c; d\ne", "a\n\nb\nc; d", "a\n2. OG; links"])
def test_line_breaks_within_a_cell_are_no_swallowed_line(name: str) -> None:
    assert [row["nachname"] for row in rows(f'1;1;"{name}";x\n1;2;y;z\n')] == [name, "y"]


@pytest.mark.parametrize("end", ["\x1a", "\x1a\x1a\x1a", "\x1a\r\n", " \n\x1a \n"])
@pytest.mark.parametrize("last", ["1;7;A;b", "1;7;A;b\r\n"])
@pytest.mark.parametrize("drips", [False, True])
def test_the_end_of_a_file_of_dos(end: str, last: str, *, drips: bool) -> None:
    (raw,) = opened((HEADER + last + end).encode(), drips=drips)[0]
    assert (raw.reason, raw.value["nummer"], raw.value["email"].strip()) == (None, "7", "b")


def test_such_a_mark_elsewhere_is_none() -> None:
    assert [row["nachname"] for row in rows("1;7;A\x1aB;\n1;8;\x1a;\n1;9;D;\n")] == ["A\x1aB", "\x1a", "D"]
    assert refused(HEADER.encode() + b"\x1a" * 2**21).reason is RejectedExport.TOO_COMPLEX


def test_numbers_that_excel_is_told_to_leave_as_they_are() -> None:
    text = '="1";"=""0007""";="";="\n1;="0008";=A"1;"a=""b"""\n'
    assert [list(row.values()) for row in rows(text)] == [
        ["1", "0007", "", '="'],
        ["1", "0008", '=A"1', 'a="b"'],
    ]
    assert values(b'="mandant";="nummer";="email"\n1;2;x\n') == [
        {"mandant": "1", "nummer": "2", "email": "x"}
    ]


@pytest.mark.parametrize("sign", ['"', "x", "\x00", "ä"])
def test_sep_names_a_delimiter_that_is_none(sign: str) -> None:
    error = refused(f"\nsep={sign}\n{HEADER}1;7;;\n".encode())
    assert error.reason is RejectedExport.DELIMITER_DOUBTFUL
    assert error.detail.startswith("line 2: ")
    mapping = FakeMapping({"a.csv": [IdentityTable("mieter")]}, reading_options(delimiter=";"))
    assert values(f"sep={sign}\n{HEADER}1;7;;\n".encode(), mapping=mapping)[0]["nummer"] == "7"


def test_the_line_of_a_header_that_is_wrong() -> None:
    assert refused(b"\n\nmandant;nummer;a,b,c\n1;2;3\n").detail.startswith("line 3: ")
    assert refused(b'\n\n"a"b;c\n1;2\n').detail.startswith("line 3: ")


def test_names_of_columns() -> None:
    content = "\ufeff Mandant ; NUMMER;;email;unbekannt\n1;7;x;y;z\n".encode()
    assert values(content) == [{"mandant": "1", "nummer": "7", "email": "y", "unbekannt": "z"}]
    error = refused(b"mandant;nummer;email;email\n")
    assert (error.reason, error.detail) == (RejectedExport.NO_TABLE, "columns 3 and 4 have the same name")


@pytest.mark.parametrize(
    "content",
    [
        b"a;b\n1;2\n",
        b"mandant;nummer\n1;2\n",
        b"Erika;Mustermann;erika@example.org\n",
        b"no table",
        b"\x00\x01\x02",
    ],
)
def test_what_is_no_table_of_ours(content: bytes) -> None:
    error = refused(content)
    assert error.reason is RejectedExport.NO_TABLE
    assert not re.search("erika", str(error), re.IGNORECASE)


@pytest.mark.parametrize("content", [b"", b" \n\r\n", "\ufeff".encode()])
def test_nothing(content: bytes) -> None:
    assert refused(content).reason is RejectedExport.NOT_AN_EXPORT


def test_a_line_without_end() -> None:
    assert refused(HEADER.encode() + b"x" * 2**21).reason is RejectedExport.TOO_COMPLEX


@pytest.mark.parametrize(
    ("said", "read"),
    [("52,5031", 52.5031), (" -0.5 ", -0.5), ("52", 52.0), ("1.234,5", "1.234,5"), ("N52", "N52")],
)
def test_coordinates(said: str, read: float | str) -> None:
    content = f"mandant;wirtschaftseinheit;nummer;latitude\n1;2;3;{said}\n".encode()
    assert values(content)[0]["latitude"] == read


@pytest.mark.parametrize(
    "columns",
    ["wirtschaftseinheit;einheit", "verwaltungseinheit.wirtschaftseinheit;verwaltungseinheit.nummer"],
)
def test_a_lease_names_its_unit_and_its_tenants(columns: str) -> None:
    content = f'mandant;nummer;{columns};mieter;beginn\n1;L1;100;1;"4711, 47 12,";31.01.2024\n'.encode()
    (record,) = [validate(raw) for raw in opened(content)[0]]
    assert record.record == (
        '{"mandant":"1","nummer":"L1","verwaltungseinheit":{"wirtschaftseinheit":"100","nummer":"1"},'
        '"mieter":["4711","47 12"],"beginn":"2024-01-31"}'
    )


@pytest.mark.parametrize(
    ("columns", "section"),
    [
        ("wirtschaftseinheit;einheit;geloescht", "mietvertraege"),
        ("verwaltungseinheit.wirtschaftseinheit;verwaltungseinheit.nummer;geloescht", "mietvertraege"),
        ("wirtschaftseinheit;einheit;mieter;beginn;nachname", "mietvertraege"),
        ("wirtschaftseinheit;geloescht", "verwaltungseinheiten"),
        ("nachname;einheit", "mieter"),
        ("wirtschaftseinheit;einheit;mieter", "mietvertraege"),
        ("wirtschaftseinheit;einheit;beginn", "mietvertraege"),
    ],
)
def test_what_a_table_holds(columns: str, section: str) -> None:
    width = columns.count(";") + 1
    (raw,) = opened(f"mandant;nummer;{columns}\n1;2{';1' * width}\n".encode())[0]
    assert raw.section == section


@pytest.mark.parametrize(
    "columns",
    [
        "wirtschaftseinheit;email",
        "nachname;wirtschaftseinheit;einheit",
        "email;beginn",
        "wirtschaftseinheit;einheit",
        "email;EMAIL",
        "email;Nummer",
    ],
)
def test_columns_that_tell_two_things(columns: str) -> None:
    assert refused(f"mandant;nummer;{columns}\n1;2;3;4;5\n".encode()).reason is RejectedExport.NO_TABLE


def test_what_is_deleted() -> None:
    content = HEADER.replace("\n", ";geloescht\n").encode() + b"1;7;;;ja\n1;8;;;\n1;9;;;vielleicht\n"
    seen = [(raw.deleted, raw.reason, raw.value["nummer"]) for raw in opened(content)[0]]
    assert seen == [(True, None, "7"), (False, None, "8"), (False, "not_a_flag", "9")]


def test_a_row_that_cannot_be_mapped_keeps_its_key() -> None:
    content = HEADER.replace("\n", ";geloescht\n").encode() + b"1;9;;;vielleicht\n"
    (entry,) = [validate(raw) for raw in opened(content)[0]]
    assert (entry.numbers, entry.field, entry.reason) == ("1/9", "geloescht", "not_a_flag")


def test_errors_say_nothing_of_persons() -> None:
    for content in (b"1;7;Erika \xc3\xbc\n\xfc", b'1;"Erika', b"x" * 2**21):
        with pytest.raises(RejectedExportError) as caught:
            opened(HEADER.encode() + content, ORIGIN)
        assert "Erika" not in f"{caught.value} {caught.value.args}"


def test_an_encoding_that_nobody_knows() -> None:
    mapping = FakeMapping(reading=reading_options("klingon"))
    error = refused((HEADER + "1;7;ü;\n").encode(), mapping=mapping)
    assert (error.reason, "not known" in error.detail) == (RejectedExport.ENCODING_DOUBTFUL, True)


def test_a_header_that_cannot_be_read() -> None:
    assert refused(b'"a"b;c\n1;2\n').reason is RejectedExport.CSV_BROKEN
    assert refused(";".join(map(str, range(1001))).encode()).reason is RejectedExport.TOO_COMPLEX


def test_more_records_than_an_invocation_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MAX_RECORDS", 2)
    assert len(rows("1;1;a;\n1;2;b;\n")) == 2
    with pytest.raises(RejectedExportError) as caught:
        rows("1;1;a;\n1;2;b;\n1;3;c;\n")
    assert caught.value.reason is RejectedExport.TOO_LARGE


def test_a_mandant_with_what_nobody_can_see_costs_its_own_row() -> None:
    records, export = opened((HEADER + "1;7;A;\n\u200b1;8;B;\n").encode())
    assert [validate(raw).reason for raw in records] == [None, "control_character"]
    assert export.envelope["mandanten"] == ["1"]
