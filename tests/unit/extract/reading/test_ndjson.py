"""NDJSON: one record a line; a line that cannot be read costs itself, and nothing else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from kiwi_extract.reading.export import Origin
from kiwi_extract.reading.own_columns import IdentityTable
from kiwi_extract.records.validate import validate
from kiwi_extract.run.admission import admit
from kiwi_sync.rules.reasons import RejectedExport

from tests.unit.extract.exports import full, tenant
from tests.unit.extract.reading.helpers import FakeMapping, opened, refused, values
from tests.written import as_ndjson

HEAD = {name: value for name, value in full(1).items() if name != "mieter"}
NOWHERE = Origin("exports/a.ndjson")


def lines(*more: str) -> bytes:
    return b"\n".join([as_ndjson(HEAD, {"mieter": [tenant("1")]}), *(line.encode() for line in more)])


def rejected(content: bytes) -> list[tuple[Any, ...]]:
    entries = [validate(raw) for raw in opened(content, NOWHERE)[0]]
    return [(entry.section, entry.place_text, entry.reason) for entry in entries if entry.rejected]


def test_the_envelope_in_the_first_line_says_all() -> None:
    export = opened(lines(), NOWHERE)[1]
    assert (export.envelope, export.spoken) == (HEAD, None)
    assert export.counts == {"verwaltungseinheiten": 0, "mieter": 1, "mietvertraege": 0}


def test_without_one_the_place_says_it() -> None:
    content = as_ndjson(HEAD, {"mieter": [tenant("1")]}).partition(b"\n")[2]
    for whole in (content, content + b"\n", b'{"mandanten": ["7"]}\n' + content):
        export = opened(whole)[1]
        assert (export.envelope["connection"], export.counts["mieter"]) == ("c1", 1)
    assert export.envelope["mandanten"] == ["7"]


@pytest.mark.parametrize(
    "typ", ["mieter", "verwaltungseinheit", "verwaltungseinheiten", "mietvertrag", "mietvertraege"]
)
def test_types(typ: str) -> None:
    (_, last), _ = opened(lines(f'{{"typ": "{typ}", "nummer": "2"}}'), NOWHERE)
    assert last.section.startswith(typ[:7])
    assert last.line == 3


@pytest.mark.parametrize(
    ("said", "deleted"), [("true", True), ("false", False), ("null", False), ('"ja"', True)]
)
def test_what_is_deleted(said: str, *, deleted: bool) -> None:
    (_, last), export = opened(lines(f'{{"typ": "mieter", "nummer": "2", "geloescht": {said}}}'), NOWHERE)
    assert last.deleted is deleted
    assert export.counts["mieter"] == 2 - deleted


@pytest.mark.parametrize(
    ("line", "sections", "reason"),
    [
        ('{"typ": "mieter", "nummer": ', ["mieter"], "not_json_line"),
        ('{"nummer": "1", "typ":"mietvertrag", x', ["mietvertraege"], "not_json_line"),
        ("{", ["verwaltungseinheiten", "mieter", "mietvertraege"], "not_json_line"),
        ('{"typ": "mieter", "x": "\\ud800"}', ["mieter"], "not_json_line"),
        ('{"typ": "mieter", "x": ' + "[" * 40 + "]" * 40 + "}", ["mieter"], "not_json_line"),
        ('{"typ": "hund"}', ["verwaltungseinheiten", "mieter", "mietvertraege"], "unknown_typ"),
        ('{"typ": 1}', ["verwaltungseinheiten", "mieter", "mietvertraege"], "unknown_typ"),
        ("[]", ["verwaltungseinheiten", "mieter", "mietvertraege"], "unknown_typ"),
        ("1", ["verwaltungseinheiten", "mieter", "mietvertraege"], "unknown_typ"),
        ('{"nummer": "2"}', ["verwaltungseinheiten", "mieter", "mietvertraege"], "unknown_typ"),
        ('{"typ": "mieter", "geloescht": "?"}', ["mieter"], "not_a_flag"),
    ],
)
def test_a_line_that_cannot_be_read(line: str, sections: list[str], reason: str) -> None:
    content = lines("", line, '{"typ": "mieter", "mandant": "0001", "nummer": "9"}')
    assert rejected(content) == [(section, "a.ndjson, line 4", reason) for section in sections]
    assert values(content, NOWHERE)[-1]["nummer"] == "9"


@pytest.mark.parametrize("at", [1, 2])
@pytest.mark.parametrize("broken", ["x", "[", '{"typ": 7}', '"'])
def test_a_broken_line_does_not_refuse_an_export_that_counts(at: int, broken: str) -> None:
    head = HEAD | {"anzahl": {"verwaltungseinheiten": 0, "mieter": 2}}
    written = as_ndjson(head, {"mieter": [tenant("1")]}).split(b"\n")
    written.insert(at, broken.encode())
    export = opened(b"\n".join(written), NOWHERE)[1]
    assert export.counts == {"verwaltungseinheiten": 0, "mieter": 2, "mietvertraege": 0}
    assert admit(export, datetime(2026, 11, 3, tzinfo=UTC)).anzahl.mieter == 2


@pytest.mark.parametrize(
    ("anzahl", "counts"),
    [
        (None, [0, 1, 0]),
        ({"mieter": 1}, [0, 1, 0]),
        ({"mieter": 4}, [0, 3, 0]),
        ({"mieter": 0}, [0, 1, 0]),
        ({"verwaltungseinheiten": 1, "mieter": 4}, [1, 2, 0]),
        ({"verwaltungseinheiten": 1, "mieter": 1, "mietvertraege": 1}, [1, 1, 1]),
        ({"mieter": "2"}, [0, 1, 0]),
        ([], [0, 1, 0]),
    ],
)
@pytest.mark.parametrize("outside", [False, True])
def test_a_broken_line_is_one_of_those_that_are_missing(
    anzahl: Any, counts: list[int], *, outside: bool
) -> None:
    head = {name: value for name, value in HEAD.items() if name != "anzahl"}
    content = (
        as_ndjson(head if outside else head | {"anzahl": anzahl}, {"mieter": [tenant("1")]}) + b"\nx\ny\n"
    )
    origin = Origin("a.ndjson", None, {"anzahl": anzahl} if outside else {})
    assert list(opened(content, origin)[1].counts.values()) == counts


@pytest.mark.parametrize("end", [b"\x1a", b"\n\x1a\x1a", b"\r\n\x1a\r\n"])
def test_the_end_of_a_file_of_dos(end: bytes) -> None:
    assert [raw.reason for raw in opened(lines() + end, NOWHERE)[0]] == [None]


def test_a_line_without_end() -> None:
    assert refused(lines('"' + "x" * 2**21), NOWHERE).reason is RejectedExport.TOO_COMPLEX


def test_a_document_in_one_line_is_no_ndjson() -> None:
    assert (
        refused(b'{"format": "erp-export/1", "mieter": []}\n{"typ": "mieter"}', NOWHERE).reason
        is RejectedExport.NOT_JSON
    )


def test_bytes_of_another_encoding() -> None:
    content = lines() + '\n{"typ": "mieter", "nachname": "Müller"}'.encode("cp1252")
    assert rejected(content) == [("mieter", "a.ndjson, line 3", "not_json_line")]
    assert refused(lines().decode().encode("utf-16")[:-1], NOWHERE).reason is RejectedExport.NOT_JSON


def test_a_wide_record_is_no_deep_one() -> None:
    assert (
        rejected(lines('{"typ": "mieter", "mandant": "1", "nummer": "2", "x": ' + "[" + "{}," * 50 + "[]]}"))
        == []
    )


def test_a_typ_of_others_is_theirs() -> None:
    mapping = FakeMapping({"a.csv": [IdentityTable("mieter")]})
    content = b'{"typ": "Person", "nummer": "1"}\n{"typ": "Person", "nummer": "2"}\n'
    assert [value["nummer"] for value in values(content, mapping=mapping)] == ["1", "2"]
    assert {raw.reason for raw in opened(content)[0]} == {"unknown_typ"}
