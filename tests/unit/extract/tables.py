"""Tables in memory with accidents: they crash, or others write between a read and a write."""

from collections.abc import Callable

from kiwi_sync.state.table import Change, Check, ItemKey

from tests.fakes.memory import MemoryTable


class CrashError(Exception):
    """The invocation is gone."""


class CrashingTable(MemoryTable):
    """From the write after the first `left` on, none takes effect until it is mended."""

    left: int | None = None

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        self._spend()
        return super().update(key, change, *checks)

    def delete(self, key: ItemKey, *checks: Check) -> bool:
        self._spend()
        return super().delete(key, *checks)

    def _spend(self) -> None:
        if self.left is not None:
            if self.left == 0:
                raise CrashError
            self.left -= 1


class BusyTable(MemoryTable):
    """A table on which others do what `meddle` does, before an update of `at`."""

    at: ItemKey | None = None
    meddle: Callable[["BusyTable"], None] | None = None
    times = 0

    def update(self, key: ItemKey, change: Change, *checks: Check) -> bool:
        if key == self.at and self.times and self.meddle is not None:
            self.times -= 1
            self.at, at = None, self.at
            self.meddle(self)
            self.at = at
        return super().update(key, change, *checks)
