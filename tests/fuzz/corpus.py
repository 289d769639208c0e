"""The fixed cases: each has a name, and the reason for which it is refused (None: it is worked)."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.fuzz.door import Case, in_bucket, inline
from tests.fuzz.samples import BUCKET, CONNECTION, DELTA, FULL, MARK, encoded, paths, with_value
from tests.written import COLUMNS, Sections, as_csv, as_ndjson, as_xlsx, as_zip, as_zip_of_csv

MIB = 2**20
Named = tuple[str, Case, str | None]
OF_ANY_TYPE: list[Any] = [
    None,
    True,
    0,
    -1.5,
    10**400,
    "",
    " ",
    f"x {MARK}",
    "\ud800",
    [],
    [MARK],
    {},
    {MARK: 1},
]
"""Values that are wrong in at least one place: the oracle judges the result."""


def raw(document: Any, old: str, new: str) -> bytes:
    """The document with a text in its JSON replaced."""
    text = json.dumps(document)
    assert old in text
    return text.replace(old, new, 1).encode()


def _with_number(number: str) -> bytes:
    return raw(FULL, "52.5031", number)


def numbers() -> Iterator[Named]:
    for name, number, reason in [
        ("a huge exponent", "1e999999999", None),
        ("a tiny number", "-1e-999999999", None),
        ("an exponent beyond all", "1e99999999999999999999", None),
        ("many digits", "9" * 1000, None),
        ("very many digits", "9" * 10_000, "not_json"),
        ("endless digits", "9" * 100_000, "not_json"),
        ("endless decimals", "0." + "9" * 100_000, None),
        ("an endless exponent", "1e" + "9" * 100_000, None),
        ("NaN", "NaN", "not_json"),
        ("Infinity", "Infinity", "not_json"),
        ("-Infinity", "-Infinity", "not_json"),
        ("a leading zero", "052", "not_json"),
    ]:
        yield name, in_bucket(_with_number(number)), reason
        yield f"{name}, inline", inline(_with_number(number)), reason


def twice() -> Iterator[Named]:
    """Documents with a repeated key, at each level. Within a record the last one counts."""
    for name in ("format", "export_id", "mandanten", "mieter", "mietvertraege", "anzahl"):
        again = f'"{name}": {json.dumps(FULL[name])}, '
        yield f"{name} twice", inline(b"{" + again.encode() + encoded(FULL)[1:]), "envelope_invalid"
    nested = raw(DELTA, '"geloescht": {', '"geloescht": {"mieter": [], ')
    yield "a list of geloescht twice", inline(nested), "envelope_invalid"
    yield "a number twice", inline(raw(FULL, '"nummer": "4711"', '"nummer": "1", "nummer": "4711"')), None
    yield "a record twice", inline(encoded(with_value(FULL, ("mieter", 1), FULL["mieter"][0]))), None
    count = raw(FULL, '"verwaltungseinheiten": 3', '"mieter": 9, "verwaltungseinheiten": 3')
    yield "a count twice", inline(count), None
    yield "an unknown key twice", inline(b'{"x": 1, "x": 2, ' + encoded(FULL)[1:]), None


def characters() -> Iterator[Named]:
    whole = encoded(FULL)
    yield "a byte order mark", inline(b"\xef\xbb\xbf" + whole), None
    yield "UTF-16", in_bucket(whole.decode().encode("utf-16")), None
    yield "UTF-16, inline", inline(whole.decode().encode("utf-16-le")), "not_json"
    yield "UTF-32", in_bucket(whole.decode().encode("utf-32")), "no_table"
    yield "Latin 1", in_bucket(json.dumps(BARE, ensure_ascii=False).encode("latin-1")), "not_json"
    yield "NULs", inline("\0" * 1000), "no_table"
    yield "NULs behind", inline(whole + b"\0"), "not_json"
    yield "a NUL in a text", in_bucket(raw(FULL, "Lindenstra", "Linden\0stra")), "not_json"
    yield "an escaped NUL", inline(raw(FULL, "Lindenstra", "Linden\\u0000stra")), None
    yield "a raw half of a character", in_bucket(whole.replace(b"4711", b"\xed\xa0\x80")), "not_json"
    yield "a raw half in a message", inline(whole.decode().replace("4711", "\ud800")), "not_json"
    for half in ("\\ud800", "\\udc00", "\\ud800\\ud800", "\\ud800x", "\\udc00\\ud800"):
        yield f"an escaped half {half}", inline(raw(FULL, "4711", half)), None
    yield "half a character for a connection", inline(raw(FULL, CONNECTION, "\\ud800")), "envelope_invalid"
    yield "overlong UTF-8", in_bucket(whole.replace(b"4711", b"\xc0\xaf")), "not_json"


BARE = {"format": "erp-export/1", "x": "Lindenstraße"}


def large() -> Iterator[Named]:
    for name, piece, reason in [
        ("brackets", b"[", "too_complex"),
        ("braces", b"{", "not_json"),
        ("quotes", b'"', "csv_broken"),
        ("objects", b'{"a":', "too_complex"),
        ("backslashes", b"\\", "csv_broken"),
        ("nothing but space", b" ", "not_an_export"),
        ("commas", b",", "too_complex"),
        ("letters", b"x", "csv_broken"),
    ]:
        content = piece * (MIB // len(piece))
        yield f"1 MiB of {name}", inline(content), reason
        yield f"1 MiB of {name} in the bucket", in_bucket(content), reason
    for place in ('{"x": ', '{"mieter": [', '{"format": ', '{"geloescht": {"mieter": ['):
        for bracket in ("[", '{"a":'):
            deep = place + bracket * ((MIB - len(place)) // len(bracket))
            yield f"1 MiB of {bracket} after {place}", inline(deep), "too_complex"
    yield "33 levels", inline(b'{"x": ' + b"[" * 33 + b"]" * 33 + b"}"), "too_complex"
    yield "2 MiB of text", in_bucket(raw(FULL, "Erika", "x" * 2 * MIB)), "too_complex"
    yield "2 MiB of a key", in_bucket(b'{"' + b"x" * 2 * MIB + b'": 1}'), "too_complex"
    yield (
        "19,000 wrong Mandanten",
        in_bucket(encoded(FULL | {"mandanten": [""] * 19_000})),
        "envelope_invalid",
    )
    many = [
        {"mandant": "0001", "nummer": "\U0001f600" * 63 + chr(65 + number % 50), "email": number}
        for number in range(600)
    ]
    yield (
        "600 rejected records of long numbers",
        in_bucket(encoded({**FULL, "anzahl": None, "mieter": many})),
        None,
    )
    crowd = FULL["mietvertraege"][0] | {"mieter": [str(number) + "€" * 58 for number in range(9000)]}
    yield (
        "a lease of 9,000 tenants",
        in_bucket(encoded({**FULL, "mietvertraege": [crowd], "anzahl": None})),
        None,
    )


def packed() -> Iterator[Named]:
    yield "gzip", in_bucket(gzip.compress(encoded(FULL))), None
    yield "a gzip bomb", in_bucket(gzip.compress(bytes(64 * MIB))), "too_complex"
    yield "an empty object", in_bucket(b""), "not_an_export"
    yield "a PNG", in_bucket(b"\x89PNG\r\n\x1a\n" + bytes(range(256))), "encoding_doubtful"


def formats() -> Iterator[Named]:
    """Documents that are not JSON: refused for reasons of their own, or worked."""
    sections: Sections = {name: FULL[name] for name in COLUMNS}
    folder = f"exports/{CONNECTION}/full/a"
    for name, content, reason in [
        ("a ZIP of CSVs", as_zip_of_csv(sections), None),
        ("a workbook", as_xlsx(sections), None),
        ("a workbook in a gzip in a ZIP", as_zip({"x": gzip.compress(as_xlsx(sections))}), None),
        ("a CSV", as_csv("mieter", FULL["mieter"]), None),
        ("a CSV in UTF-16", as_csv("mieter", FULL["mieter"], "utf-16"), None),
        ("a list", json.dumps(FULL["mieter"]).encode(), None),
        ("a document without format", encoded({"mieter": FULL["mieter"]}), None),
        ("a ZIP that is cut off", as_zip_of_csv(sections)[:-30], "packed_broken"),
        ("a gzip that is cut off", gzip.compress(encoded(FULL))[:-9], "packed_broken"),
        ("a ZIP of nothing", as_zip({}), "no_table"),
        ("a ZIP of ZIPs", as_zip({"a": as_zip({"x": b"1", "y": b"2"}), "b": b"x"}), "unknown_format"),
        ("a ZIP of exports", as_zip({"a": encoded(FULL), "b": encoded(FULL)}), "not_an_export"),
        ("a gzip of a gzip of a gzip", gzip.compress(gzip.compress(gzip.compress(b"x"))), "too_complex"),
        ("a workbook without a workbook", as_zip({"xl/workbook.xml": b"<x/>", "y": b""}), "xlsx_broken"),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 64, "unknown_format"),
    ]:
        yield name, replace(in_bucket(content, folder), judged=False), reason
    ndjson = as_ndjson({name: FULL[name] for name in FULL if name not in sections}, sections)
    yield "NDJSON", replace(in_bucket(ndjson), judged=False), None
    yield "NDJSON, inline", replace(inline(ndjson), judged=False), None
    yield "NDJSON that is cut", replace(in_bucket(ndjson[:-300]), judged=False), "count_mismatch"


def cut() -> Iterator[Named]:
    for export in (FULL, DELTA):
        whole = encoded(export)
        for length in range(37, len(whole), 37):
            yield f"{export['scope']}, cut after {length}", in_bucket(whole[:length]), "not_json"


def of_any_type() -> Iterator[tuple[str, Case]]:
    """A value of each type in each place, in lists at the first two items. The oracle judges them."""
    for export in (FULL, DELTA):
        for path in paths(export):
            if any(isinstance(step, int) and step > 1 for step in path):
                continue
            for value in OF_ANY_TYPE:
                name = f"{export['scope']}: {'.'.join(map(str, path))} is {value!r:.20}"
                yield name, inline(json.dumps(with_value(export, path, value)))


def messages() -> Iterator[Named]:
    """Messages that point to an export, or start a sweep."""
    pointer = {"format": "erp-export-pointer/1", "bucket": BUCKET, "key": "exports/a.json"}
    there = {"exports/a.json": encoded(FULL), "exports/ä b+c.json": encoded(FULL), "k" * 1024: encoded(FULL)}

    def pointing(**changes: Any) -> Case:
        return Case(json.dumps(pointer | changes), there, encoded(FULL))

    def noticing(key: Any, **more: Any) -> Case:
        place = {"bucket": {"name": BUCKET}, "object": {"key": key, **more}}
        return Case(json.dumps({"Records": [{"eventSource": "aws:s3", "s3": place}]}), there, encoded(FULL))

    yield "a pointer", pointing(), None
    yield "a key of 1,024", pointing(key="k" * 1024), None
    yield "a key of 1,025", pointing(key="k" * 1025), "envelope_invalid"
    yield "a key of 1,026 bytes", pointing(key="ä" * 513), "envelope_invalid"
    yield "odd characters", noticing("exports/%C3%A4+b%2Bc.json"), None
    yield "odd characters in a pointer", pointing(key="exports/ä b+c.json"), None
    yield "no such key", pointing(key="exports/b.json"), "object_not_found"
    yield "a folder", pointing(key="exports/"), "object_not_found"
    yield "half a character for a key", pointing(key="\ud800"), "envelope_invalid"
    yield "a broken percent", noticing("%E4%"), "object_not_found"
    yield "another bucket", pointing(bucket="other"), "foreign_bucket"
    yield "no such version", pointing(version="v2"), "object_not_found"
    yield "a version that is a header", pointing(version="v1\r\nx-amz-acl: public-read"), "envelope_invalid"
    yield "a version of another type", noticing("exports/a.json", versionId=1), "envelope_invalid"
    for name in ("bucket", "key", "version"):
        for value in (True, 1, 1.5, "", [], {}, [MARK], {MARK: MARK}):
            yield f"{name} is {value!r}", pointing(**{name: value}), "envelope_invalid"
    for change in ({MARK: 1}, {"\ud800": 1}, {"connection": ""}, {"connection": "c" * 3000}, {"until": "~"}):
        order = Case(json.dumps({"format": "kiwi-sweep/1", **change}))
        yield f"a sweep with {change!r:.40}", order, "envelope_invalid"
    for record in ({}, {"s3": None}, {"s3": {"bucket": MARK}}, {"s3": {"bucket": {"name": 5}, "object": {}}}):
        notice = Case(json.dumps({"Records": [{"eventSource": "aws:s3", **record}]}))
        yield f"a notification of {record}", notice, "envelope_invalid"


def fixed() -> list[Named]:
    """All cases except those that the oracle judges."""
    return [
        named
        for part in (numbers, twice, characters, large, packed, formats, cut, messages)
        for named in part()
    ]
