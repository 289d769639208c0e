"""Cases that are drawn: damaged exports, values of any type anywhere, arbitrary bytes, broken messages."""

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from random import Random
from typing import Any

from tests.fuzz.door import Case, in_bucket, inline
from tests.fuzz.samples import BUCKET, CONNECTION, DELTA, FULL, MARK, encoded, paths, with_value
from tests.written import COLUMNS, as_csv, as_ndjson, as_xlsx, as_zip, as_zip_of_csv

Json = dict[str, Any]
SWAPPED: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    -0.0,
    float("nan"),
    float("inf"),
    10**30,
    10**400,
    "",
    " ",
    "0001",
    "0003",
    "1",
    "L1",
    MARK,
    f" {MARK} ",
    f"a\0{MARK}",
    "\ud800",
    "\udc00\ud800",
    "\U0001f600" * 64,
    "x" * 65,
    "x" * 1001,
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "2026-11-22T12:00:00Z",
    "2026-11-22",
    "1795348800",
    "full",
    "delta",
    "%watermark",
    "a#b/c%d",
    "a\nb",
    "../..",
    [],
    {},
    [MARK],
    {MARK: MARK},
    [[[[None]]]],
    {"mandant": "0001", "nummer": "1"},
    {"mandant": "0001", "nummer": MARK},
]
TOKENS = [
    b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\\u", b"\\ud800", b"null", b"true", b"NaN",
    b"Infinity", b"-Infinity", b"1e999999999", b"1e99999999999999999999", b"-1e-999999999", b"9" * 1023,
    b"9" * 5000, b"0" * 99,
    b"\0", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\x1f\x8b\x08",
    b"/**/",
    b'"mieter":', b'"mandant":"0001",', b'"geloescht":{', b'"x":', b"\r\n", b"\xe2\x80\xa8",
    b"[" * 40, b'{"":' * 40,
]  # fmt: skip
RAW = ["1e999999999", "1e99999999999999999999", "9" * 5000, "-" + "9" * 2000, "0." + "1" * 1500, "01", "NaN"]


def draw(random: Random) -> Case:
    """A case, wholly decided by `random`."""
    make = random.choice(
        [_damaged, _damaged, _swapped, _swapped, _arbitrary, _message, _formatted, _formatted]
    )
    return make(random)


def _export(random: Random) -> Json:
    return random.choice([FULL, DELTA])


def _through_a_door(random: Random, document: bytes) -> Case:
    """Bytes that are no UTF-8 come through the bucket only."""
    try:
        text = document.decode()
    except UnicodeDecodeError:
        return in_bucket(document)
    return inline(text) if text and random.random() < 0.5 else in_bucket(document)


def _damaged(random: Random) -> Case:
    document = encoded(_export(random), ascii_only=random.random() < 0.3)
    for _ in range(random.choice([1, 1, 2, 3, 8])):
        document = random.choice(DAMAGES)(random, document)
    return _through_a_door(random, document)


def _place(random: Random, document: bytes) -> int:
    return random.randint(0, len(document))


def _slice(random: Random, document: bytes) -> bytes:
    start = _place(random, document)
    return document[start : start + random.choice([1, 2, 10, 100, 1000])]


def _flip(random: Random, document: bytes) -> bytes:
    at = _place(random, document)
    flipped = bytes(byte ^ (1 << random.randint(0, 7)) for byte in document[at : at + 1])
    return document[:at] + flipped + document[at + 1 :]


def _insert(random: Random, document: bytes) -> bytes:
    at = _place(random, document)
    return document[:at] + random.choice(TOKENS) + document[at:]


def _cut_out(random: Random, document: bytes) -> bytes:
    at = _place(random, document)
    return document[:at] + document[at + random.choice([1, 1, 5, 50, 500]) :]


def _cut_off(random: Random, document: bytes) -> bytes:
    return document[: _place(random, document)]


def _splice(random: Random, document: bytes) -> bytes:
    at = _place(random, document)
    return document[:at] + _slice(random, encoded(_export(random))) + document[at:]


def _put(random: Random, document: bytes) -> bytes:
    at = _place(random, document)
    token = random.choice(TOKENS)
    return document[:at] + token + document[at + len(token) :]


DAMAGES: list[Callable[[Random, bytes], bytes]] = [_flip, _insert, _cut_out, _cut_off, _splice, _put]


def _swapped(random: Random) -> Case:
    """Values of any type anywhere; keys that go, come, or stand there twice."""
    document: Any = _export(random)
    for _ in range(random.choice([1, 1, 2, 4])):
        document = with_value(document, random.choice(paths(document)), random.choice([*SWAPPED, "@raw"]))
    text = json.dumps(document)
    while '"@raw"' in text:
        text = text.replace('"@raw"', random.choice(RAW), 1)
    if random.random() < 0.2:
        text = _twice(random, text)
    return _through_a_door(random, text.encode())


def _twice(random: Random, text: str) -> str:
    """Repeat some key, with another value."""
    name = random.choice([*FULL, "mandant", "nummer", "mieter", "x"])
    at = random.choice([place for place, char in enumerate(text) if char == "{"])
    value = json.dumps(random.choice([*SWAPPED, FULL.get(name)]))
    return f'{text[: at + 1]}"{name}": {value}, {text[at + 1 :]}'


def _formatted(random: Random) -> Case:
    """An export in any other format, damaged or not, packed or not; its result is open."""
    export = _export(random)
    sections = {name: export[name] for name in COLUMNS if name in export}
    section = random.choice(list(sections))
    encoding = random.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp850", "cp1252"])
    envelope = {name: value for name, value in export.items() if name not in sections}
    writers: list[Callable[[], bytes]] = [
        lambda: as_ndjson(envelope, sections),
        lambda: _without_mark(as_csv(section, sections[section]), encoding),
        lambda: as_zip_of_csv(
            sections, delimiter=random.choice(";,|\t"), side=random.choice([None, envelope])
        ),
        _workbook,
        lambda: json.dumps(sections[section]).encode(),
        lambda: encoded({"data": {"items": sections}}),
    ]
    document = random.choice(writers)() or b"x"
    if random.random() < 0.3:
        document = gzip.compress(document)
    for _ in range(random.choice([0, 1, 1, 2, 8])):
        document = random.choice(DAMAGES)(random, document)
    if random.random() < 0.2:
        document = as_zip({"x": document}) if random.random() < 0.5 else gzip.compress(document)
    if random.random() < 0.1:
        return replace(_through_a_door(random, document), judged=False)
    name = random.choice(
        ["a", "a.csv", "x/export.json", "teil-1-von-1", "teil-1-von-2.csv", "ä/teil-9-von-3"]
    )
    scope = random.choice(["full", "delta"])
    return replace(in_bucket(document, f"exports/{CONNECTION}/{scope}/{name}"), judged=False)


def _without_mark(content: bytes, encoding: str) -> bytes:
    """The text in this encoding; characters that it lacks are left out."""
    return content.decode().encode(encoding, errors="ignore")


@cache
def _workbook() -> bytes:
    return as_xlsx({name: FULL[name] for name in COLUMNS})


def _arbitrary(random: Random) -> Case:
    if random.random() < 0.5:
        return _through_a_door(random, random.randbytes(random.choice([1, 3, 30, 300])))
    tokens = [random.choice(TOKENS) for _ in range(random.choice([1, 5, 20, 60]))]
    return _through_a_door(random, b"".join(tokens))


def _message(random: Random) -> Case:
    """A pointer, a notification or a sweep, with values of any type in it."""
    place: Json = {"bucket": {"name": BUCKET}, "object": {"key": "exports/a.json", "versionId": "v1"}}
    pointer = {"format": "erp-export-pointer/1", "bucket": BUCKET, "key": "exports/a.json"}
    sweep = {"format": "kiwi-sweep/1", "connection": CONNECTION, "resume": True, "until": STAMP}
    message: Any = random.choice(
        [
            pointer,
            pointer | {"version": "v1"},
            {
                "Records": [
                    {"eventSource": "aws:s3", "s3": place} for _ in range(random.choice([1, 1, 2, 30]))
                ]
            },
            sweep,
            {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": BUCKET},
        ]
    )
    for _ in range(random.choice([0, 1, 1, 2, 4])):
        message = with_value(message, random.choice(paths(message)), random.choice([*SWAPPED, *ODD]))
    if random.random() < 0.1:
        message[random.choice([MARK, "x", "\ud800"])] = random.choice(SWAPPED)
    document = encoded(_export(random))
    return Case(json.dumps(message), {"exports/a.json": document}, document)


STAMP = "2026-11-22T12:10:00.000000Z"
ODD = [
    "exports/%C3%A4+b.json",
    "exports/a.json?versionId=v2",
    "%",
    "%FF",
    "exports/a%2Ejson",
    "k" * 1024,
    "ä" * 600,
    "\U0001f600" * 1024,
    "/",
    ".",
    "..",
    "rejected/unknown/m1.json",
    "v1\r\nx: y",
    "null",
    "v2",
    "9999-12-31T00:00:00.000000Z",
    STAMP,
    "~",
    "kiwi-sweep/1",
    "erp-export-pointer/1",
    BUCKET,
    CONNECTION,
    "c" * 63,
]
