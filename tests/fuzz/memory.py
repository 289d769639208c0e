"""Documents of any size, generated while they are read, in a process of its own. Prints each one's cost."""

import io
import itertools
import json
import resource
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, cast

from kiwi_extract.reading.erp_json import ErpJson
from kiwi_extract.reading.errors import RejectedExportError
from kiwi_extract.reading.export import Origin
from kiwi_extract.reading.open_export import open_export

from tests.unit.extract.rig import Rig

MIB = 2**20
ORIGIN = Origin("a", None, {"connection": "c1", "scope": "full"})


class Endless(io.RawIOBase):
    """A document of `size` bytes, generated piece by piece."""

    def __init__(self, head: bytes, pieces: Iterator[bytes], size: int) -> None:
        self._pieces = itertools.chain([head], pieces)
        self._rest = bytearray()
        self._left = size

    def read(self, size: int = -1) -> bytes:
        size = min(size, self._left)
        while len(self._rest) < size:
            self._rest += next(self._pieces)
        taken = bytes(self._rest[:size])
        del self._rest[:size]
        self._left -= size
        return taken


def same(piece: bytes) -> Iterator[bytes]:
    return itertools.repeat(piece * (65_536 // len(piece)))


def numbered(piece: bytes) -> Iterator[bytes]:
    return (piece % number for number in itertools.count())


def documents() -> dict[str, Endless]:
    """The worst documents for memory: holding their repeated parts takes far more than the bound."""
    return {
        "a text": Endless(b'{"x": "', same(b"x"), 512 * MIB),
        "a text of escapes": Endless(b'{"x": "', same(rb"\""), 512 * MIB),
        "a text with a wide character": Endless('{"x": "😀'.encode(), same(b"x"), 512 * MIB),
        "a key": Endless(b'{"', same(b"x"), 512 * MIB),
        "a number": Endless(b'{"x": ', same(b"7"), 512 * MIB),
        "texts in a record": Endless(b'{"mieter": [[', same(b'"' + b"x" * 65_000 + b'",'), 512 * MIB),
        "texts for Mandanten": Endless(b'{"mandanten": [', same(b'"' + b"x" * 65_000 + b'",'), 512 * MIB),
        "keys in a record": Endless(b'{"mieter": [{', numbered(b'"k%d": "xxxxxxxx",'), 512 * MIB),
        "brackets": Endless(b'{"x": ', same(b"["), 512 * MIB),
        "white space": Endless(b"{", same(b" "), 256 * MIB),
        "skipped texts": Endless(b'{"x": [', same(b'"' + b"x" * 65_000 + b'",'), 256 * MIB),
        "unknown keys": Endless(b"{", numbered(b'"%d":0,'), 24 * MIB),
        "a line of a CSV": Endless(b"mandant;nummer;email\n", same(b"x"), 512 * MIB),
        "a cell of a CSV": Endless(b'mandant;nummer;email\n1;2;"', same(b"x" * 99 + b"\n"), 512 * MIB),
        "columns": Endless(b"mandant", numbered(b";%d"), 512 * MIB),
        "Mandanten": Endless(b"mandant;nummer;email\n", numbered(b"%d;1;\n"), 512 * MIB),
        "a line of NDJSON": Endless(b'{"typ": "mieter"}\n{"x": "', same(b"x"), 512 * MIB),
        "bad records": Endless(b'{"mieter": [', same(b"0,"), MIB // 8),
    }


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main() -> None:
    rig = Rig()
    with suppress(RejectedExportError):
        rig.work(ErpJson(io.BytesIO(b"{}")))
    cost: dict[str, int] = {}
    for name, stream in documents().items():
        before = peak()
        try:
            export = open_export(cast("IO[bytes]", stream), ORIGIN, lambda _: None)
            rig.work(export)
        except RejectedExportError:
            cost[name] = peak() - before
    print(json.dumps(cost))  # noqa: T201 - its only answer to the test that started it


if __name__ == "__main__":
    main()
