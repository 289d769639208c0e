"""Resolves several statements of an export about one key of a partition. Pure."""

from collections.abc import Sequence

from kiwi_extract.records.entry import DUPLICATE, Entry


def settled(entries: Sequence[Entry]) -> tuple[dict[str, Entry], list[Entry]]:
    """The entries by sort key, and all rejected ones.

    A deletion wins over the records of its key, unless it is rejected itself. Records that repeat a key are
    all rejected.
    """
    found = {str(entry.sk): entry for entry in entries}
    rejected = [entry for entry in entries if entry.rejected]
    if len(found) == len(entries):
        return found, rejected
    alike: dict[str, list[Entry]] = {}
    for entry in entries:
        alike.setdefault(str(entry.sk), []).append(entry)
    several = {sk: those for sk, those in alike.items() if len(those) > 1}
    rejected = [entry for entry in rejected if str(entry.sk) not in several]
    for sk, those in several.items():
        found[sk], refused = _one_of(those)
        rejected += refused
    return found, rejected


def _one_of(alike: Sequence[Entry]) -> tuple[Entry, list[Entry]]:
    """The result of several entries with one key, and the rejected ones among them."""
    for entry in alike:
        if entry.deleted and not entry.rejected:
            return entry, []
    refused = [entry if entry.rejected else entry.refused("nummer", DUPLICATE) for entry in alike]
    return refused[0], refused
