"""A large export, told to extract in a process of its own. Prints what came of it as JSON."""

import io
import json
import resource
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, cast

from kiwi_extract.bookkeeping.runs import Status
from kiwi_extract.reading.erp_json import ErpJson
from kiwi_sync.queues import Outgoing
from kiwi_sync.state.table import Change, Check, Item, ItemKey

from tests.fakes.memory import MemoryQueue, MemoryTable
from tests.unit.extract.exports import full
from tests.unit.extract.rig import Rig, TurnedClock

TICKS = timedelta(hours=53)
"""The looks at the clock of all records take so long: some two invocations and a half."""
RECORD = b'{"mandant":"0001","nummer":"%d","remark":"' + b"x" * 400 + b'"}'
"""The remark is unknown to the format and skipped; but who holds the document has to hold it."""
Lean = tuple[int, str, str]


class LazyDocument(io.RawIOBase):
    """An export that is made while it is read."""

    def __init__(self, records: int) -> None:
        self._pieces = self._made(records)
        self._rest = b""
        self.length = 0

    def _made(self, records: int) -> Iterator[bytes]:
        head = json.dumps({**full(1), "anzahl": {"mieter": records}, "mieter": "?"}).encode()
        before, _, after = head.partition(b'"?"')
        yield before + b"["
        for first in range(0, records, 100):
            numbers = range(first, min(first + 100, records))
            yield (b"," if first else b"") + b",".join(RECORD % number for number in numbers)
        yield b"]" + after

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (piece := next(self._pieces, b"")):
            self._rest += piece
        taken, self._rest = self._rest[:size], self._rest[size:]
        self.length += len(taken)
        return taken


class LeanTable(MemoryTable):
    """Keeps of an entity's row only what comparing needs: what the table takes of memory is not extract's."""

    def __init__(self) -> None:
        super().__init__()
        self.lean: dict[str, dict[str, Lean]] = {}
        self.wrong = 0

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        if "record" not in change.put:
            return super().update(key, change, *checks)
        rows, put = self.lean.setdefault(key[0], {}), change.put
        assert (key[1] in rows) == (checks[0].test != "absent")
        self.wrong += f'"{key[1]}"' not in str(put["record"])
        rows[key[1]] = (int(str(put["rev"])), sys.intern(str(put["version"])), str(put["fingerprint"]))
        return True

    def query(self, pk: str, *, prefix: str = "", only: Sequence[str] = ()) -> Iterator[Item]:
        yield from super().query(pk, prefix=prefix, only=only)
        for sk, (rev, version, fingerprint) in self.lean.get(pk, {}).items():
            yield {"pk": pk, "sk": sk, "rev": rev, "version": version, "fingerprint": fingerprint}


@dataclass
class CountingQueue(MemoryQueue):
    """Counts the keys that are sent."""

    count: int = 0

    def send(self, messages: Iterable[Outgoing]) -> None:
        self.count += sum(len(json.loads(message.body)["keys"]) for message in messages)


def peak() -> int:
    """The most memory that this process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(records: int) -> None:
    table, queue = LeanTable(), CountingQueue()
    status, invocations, document = Status.WORKING, 0, LazyDocument(0)
    rig = Rig(table, transform=queue, clock=TurnedClock(tick=TICKS / records))
    before = peak()
    while status is Status.WORKING:
        invocations += 1
        document = LazyDocument(records)
        status = rig.work(ErpJson(cast("IO[bytes]", document)))
    counts = rig.counts(1)
    print(  # noqa: T201 - its only answer to the test that started it
        json.dumps(
            {
                "status": status,
                "invocations": invocations,
                "rows": sum(map(len, table.lean.values())),
                "wrong": table.wrong,
                "sent": queue.count,
                "changed": counts["changed"],
                "accepted": counts["accepted"],
                "grown": peak() - before,
                "document": document.length,
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
