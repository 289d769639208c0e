"""The document as a stream: its records, and its harmlessness."""

import io
import itertools
import json
from collections.abc import Iterator
from typing import Any

import kiwi_extract.reading.erp_json
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kiwi_extract.reading.erp_json import ErpJson
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import RawRecord
from kiwi_extract.reading.json_stream import MAX_DEPTH, MAX_PARTS, MAX_TEXT
from kiwi_extract.records.validate import validate
from kiwi_sync.rules.reasons import RejectedExport

from tests.unit.extract.exports import delta, document, encoded, full, lease, tenant, unit

SMALL = full(1, [tenant("1", vorname="Jürgen")], verwaltungseinheiten=[unit("1")], mietvertraege=[lease("1")])


def read(content: bytes | dict[str, Any]) -> list[RawRecord]:
    return list(document(content).records())


def refused(content: bytes | dict[str, Any]) -> RejectedExportError:
    with pytest.raises(RejectedExportError) as caught:
        read(content)
    return caught.value


@pytest.mark.parametrize("order", list(itertools.permutations(["anzahl", "mieter", "mandanten", "format"])))
def test_the_order_of_keys_does_not_matter(order: tuple[str, ...]) -> None:
    export = {**SMALL, "anzahl": {"mieter": 1}}
    read_document = document({name: export[name] for name in order})
    assert [raw.value for raw in read_document.records()] == SMALL["mieter"]
    assert read_document.envelope == {name: export[name] for name in order if name != "mieter"}
    assert read_document.counts == {"verwaltungseinheiten": 0, "mieter": 1, "mietvertraege": 0}


def test_records_come_one_by_one() -> None:
    class Endless(io.RawIOBase):
        at = 0

        def read(self, size: int = -1) -> bytes:
            start, self.at = self.at, self.at + size
            return (b'{"mieter":     [' + b'{"nummer": "1"},' * self.at)[start : self.at]

    stream = Endless()
    records = ErpJson(stream).records()
    assert [raw.place for raw in itertools.islice(records, 5000)] == list(range(5000))
    assert stream.at < 200_000


def test_deletions_are_told_from_records_and_not_counted() -> None:
    export = delta(1, [tenant("1")], [{"nummer": "2"}, 3], unknown=[{"a": [1]}])
    export["geloescht"]["unknown"] = {"mieter": [{"nummer": "9"}]}
    read_document = document(export)
    seen = [(raw.section, raw.place, raw.deleted, raw.value) for raw in read_document.records()]
    assert seen == [
        ("mieter", 0, False, tenant("1")),
        ("mieter", 0, True, {"nummer": "2"}),
        ("mieter", 1, True, 3),
    ]
    assert read_document.counts["mieter"] == 1


@pytest.mark.parametrize("nothing", [None, ""])
@pytest.mark.parametrize("name", ["mieter", "verwaltungseinheiten", "mietvertraege", "geloescht"])
def test_an_empty_section_is_a_missing_one(name: str, nothing: str | None) -> None:
    assert read({name: nothing}) == []
    assert read({"geloescht": {"mieter": nothing}}) == []


@pytest.mark.parametrize("wrong", [0, 1, True, False, 1.5, "x", {"a": 1}, {}])
@pytest.mark.parametrize("name", ["mieter", "verwaltungseinheiten", "mietvertraege"])
def test_a_section_of_another_type(name: str, wrong: Any) -> None:
    error = refused({name: wrong})
    assert (error.reason, error.detail) == (RejectedExport.ENVELOPE_INVALID, f"{name}: must be a list")
    assert refused({"geloescht": {name: wrong}}).reason is RejectedExport.ENVELOPE_INVALID


@pytest.mark.parametrize("wrong", [0, "x", [], [1], True])
def test_deletions_of_another_type(wrong: Any) -> None:
    assert refused({"geloescht": wrong}).detail == "geloescht: must be an object"


def test_unknown_keys_are_skipped_however_large() -> None:
    nested: Any = 1
    for _ in range(MAX_DEPTH - 3):
        nested = {"a": [nested]} if isinstance(nested, int) else {"a": nested}
    export = {"before": [[{"x": 1}] * MAX_PARTS], "deep": nested, **SMALL, "after": {"mieter": [1, 2]}}
    assert read(export) == read(SMALL)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b" ",
        b"{",
        b"<xml/>",
        b"\x00",
        b"\xff\xfe{\x00",
        encoded(SMALL) + b"x",
        encoded(SMALL) + b"{}",
        encoded(SMALL) + b'"',
        encoded(SMALL) + b'"x',
        encoded(SMALL) + b"\x00",
        b'{"mieter": [NaN]}',
        b'{"mieter": [Infinity]}',
        b'{"mieter": [{"nummer": "\xff"}]}',
        b'{"mieter": [{"nummer": "\xed\xa0\x80"}]}',
        b'{"mieter": [1,]}',
        b'{"mieter": [1],}',
        b"{'mieter': [1]}",
        b'{"mieter": [01]}',
        b"// remark\n{}",
        b'{"mieter": [{"nummer": ' + b"9" * 5000 + b"}]}",
        b'{"mieter": [{"nummer": -' + b"9" * 100_000 + b"}]}",
        b'{"mieter": [{"nummer": NaN}]}',
    ],
)
def test_what_is_not_json(content: bytes) -> None:
    assert refused(content).reason is RejectedExport.NOT_JSON


@pytest.mark.parametrize("content", [b"[]", b'["mieter"]', b"1", b'"erp-export/1"', b"null", b"[" * 2**20])
def test_what_is_not_an_object(content: bytes) -> None:
    assert refused(content).reason is RejectedExport.NOT_AN_EXPORT


@pytest.mark.parametrize(
    "place", [b'{"x": %s', b'{"mieter": [%s', b'{"format": %s', b'{"geloescht": {"x": %s']
)
@pytest.mark.parametrize("bracket", [b"[", b'{"a":'])
def test_a_mebibyte_of_brackets(place: bytes, bracket: bytes) -> None:
    assert refused(place % (bracket * (2**20 // len(bracket)))).reason is RejectedExport.TOO_COMPLEX


@pytest.mark.parametrize("name", ["mandanten", "mieter"])
def test_a_value_of_too_many_parts(name: str) -> None:
    value = list(range(MAX_PARTS + 1))
    error = refused({name: value if name == "mandanten" else [value]})
    assert error.reason is RejectedExport.TOO_COMPLEX


def test_truncated_anywhere() -> None:
    whole = encoded(SMALL)
    assert len(read(whole)) == 3
    for length in range(len(whole)):
        assert refused(whole[:length]).reason is RejectedExport.NOT_JSON


@pytest.mark.parametrize("name", ["format", "mieter", "geloescht"])
def test_a_key_that_stands_there_twice(name: str) -> None:
    error = refused(b'{"%b": null, "%b": null}' % (name.encode(), name.encode()))
    assert (error.reason, error.detail) == (RejectedExport.ENVELOPE_INVALID, f"{name}: appears twice")


def test_deletions_that_stand_there_twice() -> None:
    error = refused(b'{"geloescht": {"mieter": [], "x": 1, "x": 1, "mieter": []}}')
    assert error.reason is RejectedExport.ENVELOPE_INVALID
    assert error.detail == "geloescht.mieter: appears twice"


def test_unknown_keys_may_stand_there_twice() -> None:
    assert read(b'{"x": 1, "x": 2, "mieter": ["1"]}') == [RawRecord("mieter", 0, False, "1")]


def test_more_records_than_an_invocation_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kiwi_extract.reading.export, "MAX_RECORDS", 3)
    assert len(read({"mieter": [1], "geloescht": {"mieter": [1, 2]}})) == 3
    error = refused({"mieter": [1], "geloescht": {"mieter": [1, 2, 3]}})
    assert (error.reason, error.detail) == (RejectedExport.TOO_LARGE, "more than 3 records")


@pytest.mark.parametrize("place", [b'{"x": "%s', b'{"mieter": ["%s', b'{"%s', b'{"mieter": [{"nummer": "%s'])
@pytest.mark.parametrize("text", [b"a", rb"\"", b"\xc3\xa4"])
def test_a_text_without_end(place: bytes, text: bytes) -> None:
    assert refused(place % (text * (MAX_TEXT * 3))).reason is RejectedExport.TOO_COMPLEX


def test_a_value_of_too_much_text() -> None:
    value = ["x" * 2**16] * 17
    assert refused({"mieter": [value]}).reason is RejectedExport.TOO_COMPLEX
    assert refused({"mandanten": value}).reason is RejectedExport.TOO_COMPLEX
    assert read({"x": value}) == []


@pytest.mark.parametrize("half", [rb"\ud800", rb"\uDBFF", rb"\udc00\ud800", rb"\ud800x\udc00"])
def test_half_a_character_makes_its_own_record_invalid_and_no_other(half: bytes) -> None:
    records = read(
        b'{"x\\ud800": 1, "mieter": [{"mandant": "1", "nummer": "' + half + b'"}, {"nummer": "1"}]}'
    )
    assert validate(records[0]).reason == "control_character"
    assert records[1].value == {"nummer": "1"}


def test_strange_texts_arrive_as_they_are() -> None:
    texts = ["\x00", "\ufeff", "\ufffe", "\U0001f600", "a\u0308", "\u202e"]
    assert read({"mieter": texts}) == [
        RawRecord("mieter", place, False, strange) for place, strange in enumerate(texts)
    ]


def faults() -> Iterator[bytes]:
    secret = b"erika.mustermann@example.org"
    for template in (b"%s", b'{"%s": x}', b'{"mieter": ["%s" 1]}', b'{"mieter": [{"a": "%s"', b'{"a": 1} %s'):
        yield template % secret
    yield b'{"mieter": "%s"}' % secret
    yield b'{"geloescht": "%s"}' % secret
    yield b'{"mieter": ["%s\xff"]}' % secret


@pytest.mark.parametrize("content", list(faults()))
def test_an_error_quotes_nothing_of_the_document(content: bytes) -> None:
    error = refused(content)
    assert "erika" not in f"{error} {error.args} {error.detail}".lower()
    assert error.__suppress_context__ or error.__context__ is None


def read_strictly(content: bytes) -> Any:
    """The document by Python's own reader, without its additions to JSON."""
    return json.loads(content.decode(), parse_constant=pytest.fail)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_unless_they_are_json(content: bytes) -> None:
    try:
        read(content)
    except RejectedExportError:
        return
    assert isinstance(read_strictly(content), dict)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)


@given(
    st.dictionaries(st.sampled_from([*SMALL, "geloescht", "x"]), JSON),
    st.lists(st.tuples(st.integers(0, 400), st.binary(max_size=2)), max_size=3),
)
def test_random_and_damaged_documents_are_refused_or_read_whole(
    export: dict[str, Any], damage: list[tuple[int, bytes]]
) -> None:
    content = json.dumps(export, ensure_ascii=False).encode()
    for place, put in damage:
        content = content[:place] + put + content[place + 1 :]
    try:
        records = read(content)
    except RejectedExportError:
        return
    there = read_strictly(content)
    sections = ("verwaltungseinheiten", "mieter", "mietvertraege")
    deleted = there.get("geloescht") or {}
    expected = [len(part.get(name) or []) for part in (there, deleted) for name in sections]
    got = [(raw.deleted, raw.section) for raw in records]
    assert [got.count((which, name)) for which in (False, True) for name in sections] == expected
