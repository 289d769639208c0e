"""The list of rejected records in a run's row, or in a plan."""

import json
from collections.abc import Sequence

from kiwi_extract.records.entry import Entry

SHOWN = 500
"""The most rejected records in the list; all are counted."""
SHOWN_BYTES = 200_000
"""The largest size of the list in bytes (DynamoDB: 400 KB an item)."""


def listed(entries: Sequence[Entry]) -> str:
    """The first rejected records as JSON, as many as the item can hold."""
    texts, size = list[str](), 0
    for entry in entries:
        text = json.dumps(_shown(entry))
        size += len(text) + 2
        if size > SHOWN_BYTES:
            break
        texts.append(text)
    return f"[{', '.join(texts)}]"


def _shown(entry: Entry) -> dict[str, str | None]:
    return {
        "kind": entry.section,
        "key": entry.numbers,
        "field": entry.field,
        "reason": entry.reason,
        "place": entry.place_text,
    }
