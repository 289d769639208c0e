"""Bins of entries: collected in memory, written in blocks to one file without a name."""

import tempfile
from collections import defaultdict
from collections.abc import Hashable, Iterator
from typing import IO

import orjson

from kiwi_extract.records.entry import Entry

GATHERED = 4 * 2**20
"""Approximate bytes that are collected before everything is written."""
_OVERHEAD = 400
"""Bytes of memory that an entry takes besides its record."""


class Bins:
    """Entries by the name of their bin; each bin keeps the order of arrival."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._end = 0
        self._blocks: dict[Hashable, list[tuple[int, int]]] = defaultdict(list)
        self._gathered: dict[Hashable, list[Entry]] = defaultdict(list)
        self._size = 0

    def close(self) -> None:
        """Close the file, which deletes it."""
        self._file.close()

    def add(self, name: Hashable, entry: Entry) -> None:
        """Put an entry in a bin."""
        self._gathered[name].append(entry)
        record = entry.record
        self._size += _OVERHEAD if record is None else _OVERHEAD + len(record)
        if self._size >= GATHERED:
            self._lay_down()

    def entries(self, name: Hashable) -> Iterator[Entry]:
        """The entries in a bin."""
        for place, length in self._blocks.get(name, ()):
            self._file.seek(place)
            yield from map(Entry._make, orjson.loads(self._file.read(length)))
        yield from self._gathered.get(name, ())

    def _lay_down(self) -> None:
        self._file.seek(self._end)
        for name, gathered in self._gathered.items():
            block = orjson.dumps([*map(tuple, gathered)])
            self._file.write(block)
            self._blocks[name].append((self._end, len(block)))
            self._end += len(block)
        self._gathered.clear()
        self._size = 0
