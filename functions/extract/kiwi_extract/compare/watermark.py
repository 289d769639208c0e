"""The mark of the last full export on a partition: it raises the version of rows it did not write."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kiwi_sync.keys import Partition
from kiwi_sync.state.table import Change, Item, ItemKey, Table, absent, at_most, either

WATERMARK = "%watermark"
"""Sort key of the watermark: no escaped number begins like this."""
NEVER = ""
"""Before every version."""


@dataclass(frozen=True)
class Watermark:
    """The last full export's version, for all rows of a partition that it spoke of.

    A full export moves it instead of writing every row. `exempt` are the keys that the export did not
    really speak of (their record was rejected, or their absence proves nothing), with the version that
    they had before. `unseen` is the version of keys that have no row: `version`, unless absences proved
    nothing.
    """

    version: str = NEVER
    unseen: str = NEVER
    exempt: Mapping[str, str] = field(default_factory=dict)

    def effective(self, sk: str, own: str | None) -> str:
        """The version that a key has: what is not at least as new changes nothing.

        `own`: the version on its row, None if it has none.
        """
        base = self.exempt.get(sk, self.unseen if own is None else self.version)
        return max(own or NEVER, base)

    @property
    def exempt_text(self) -> str:
        """The exemptions as they are written."""
        return json.dumps(self.exempt, separators=(",", ":"))

    def exempting(self, keys: Mapping[str, str]) -> "Watermark":
        """The same, but that it does not speak of these keys either."""
        return replace(self, exempt={**self.exempt, **keys})


def watermark_key(partition: Partition) -> ItemKey:
    """Where a partition's watermark lies: among its rows, so that one query brings both."""
    return (partition.pk, WATERMARK)


def watermark_of(item: Item | None) -> Watermark:
    """The watermark that an item is."""
    if item is None:
        return Watermark()
    exempt: dict[str, Any] = json.loads(str(item["exempt"]))
    return Watermark(str(item["version"]), str(item["unseen"]), exempt)


def write_watermark(table: Table, partition: Partition, watermark: Watermark) -> None:
    """Remember the watermark, unless a newer one is there."""
    change = Change(
        put={
            "version": watermark.version,
            "unseen": watermark.unseen,
            "exempt": watermark.exempt_text,
        }
    )
    table.update(
        watermark_key(partition), change, either(absent("pk"), at_most("version", watermark.version))
    )
