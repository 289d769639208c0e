"""Rules about rows, links and claims once nothing is owed."""

from collections.abc import Iterator, Mapping
from typing import Any

from kiwi_load.situation import read_situation
from kiwi_sync.keys import RowKey, RowKind
from kiwi_sync.rules.mapping import DesiredAgreement
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.rows import PARKED, Row

from tests.fakes.memory import MemoryTable

TAKEN = {Reason.EMAIL_TAKEN, Reason.EXTERNAL_ID_TAKEN}
LEFT = ("quiet", "readdressing", "disturbs", "awaited_by")
"""Marks of work that must have ended."""
Rows = Mapping[str, Row]
"""All rows of entities, by the text of their key."""


def links(table: MemoryTable) -> list[tuple[str, str]]:
    """Every link: the parent's key, the agreement's key."""
    return sorted(_links(table))


def _links(table: MemoryTable) -> dict[tuple[str, str], int]:
    """Every link with the `rev` of the lease that it was written from."""
    return {
        (pk.removeprefix("%link#"), sk): int(str(item["rev"]))
        for pk, items in table.items.items()
        for sk, item in items.items()
        if pk.startswith("%link#")
    }


def faults(table: MemoryTable, rows: Rows) -> list[str]:
    """Faults that remain once nothing is owed; empty if all is well."""
    found = [fault for row in rows.values() for fault in _faults_of(table, row)]
    found += _link_faults(_links(table), rows)
    for claim, items in table.items.items():
        if is_claim(claim):
            for sk, item in items.items():
                one = _want_faults if sk.startswith("want#") else _claim_faults
                found += one(table, rows, claim, sk, item)
    return found


def _link_faults(there: Mapping[tuple[str, str], int], rows: Rows) -> Iterator[str]:
    for (parent, agreement), rev in there.items():
        row = rows.get(agreement)
        # A transform that crashed, or was overtaken, may leave a link of a state of the lease that is past:
        # the parent's next load deletes it.
        if row is None or _hangs_on(row, parent) or row.desired_from > rev:
            continue
        lease = rows.get(row.key.lease.text)
        if lease is not None and lease.source_rev <= rev:
            yield f"orphan link {parent} {agreement}"
    for row in rows.values():
        if row.key.kind is RowKind.RENTAL_AGREEMENT:
            for parent in _wanted_parents(row) | (row.parents if row.perhaps_in_kiwi else frozenset()):
                if (parent, row.key.text) not in there:
                    yield f"no link {parent} {row.key}"


def is_claim(pk: str) -> bool:
    """Whether a claim lies under this partition key."""
    return pk.startswith("%claim#")


def _faults_of(table: MemoryTable, row: Row) -> list[str]:
    found = []
    if row.doubt is not None:
        found.append(f"in doubt: {row.key}")
    if row.todo is not None and (row.todo_at != PARKED or row.problem is None):
        found.append(f"owed: {row.key}")
    found += [f"{name} is left: {row.key}" for name in LEFT if getattr(row, name)]
    found += [f"marks are left: {row.key}"] if row.disturbed and row.in_kiwi else []
    found += _crowd_faults(table, row)
    if not row.claims <= _needs(table, row) | row.held:
        found.append(f"surplus claims: {row.key}")
    if not row.held <= row.claims:
        found.append(f"uses what it does not claim: {row.key}")
    return found


def _needs(table: MemoryTable, row: Row) -> frozenset[str]:
    if row.key.kind is RowKind.MIETVERTRAG or row.outcome == Reason.PLACEHOLDER_EMAIL:
        return frozenset()
    situation = read_situation(table, row.key, lambda: "")
    assert situation is not None
    return frozenset(situation.claims)


def _wanted_address(table: MemoryTable, row: Row) -> str | None:
    situation = read_situation(table, row.key, lambda: "") if row.key.kind is RowKind.MIETER else None
    return None if situation is None else situation.counted_claim


def _crowd_faults(table: MemoryTable, row: Row) -> Iterator[str]:
    claim = _wanted_address(table, row)
    if row.entering:
        yield f"has not told whose address it wants: {row.key}"
    if row.wants != (frozenset() if claim is None else {claim}):
        yield f"counted where it does not belong: {row.key}"
    if claim is None:
        crowded = False
    else:
        there = table.items.get(claim, {})
        if f"want#{row.key.text}" not in there:
            yield f"is not counted: {row.key}"
        crowded = sum(sk.startswith("want#") for sk in there) > row.email_limit
    if row.outcome == Reason.PLACEHOLDER_EMAIL and row.in_kiwi and row.problem is None:
        yield f"is in KIWI under a placeholder: {row.key}"
    if row.problem is None and crowded != (row.outcome == Reason.PLACEHOLDER_EMAIL):
        yield f"{'more' if crowded else 'no more'} than its limit want its address: {row.outcome} {row.key}"


def _want_faults(table: MemoryTable, rows: Rows, claim: str, sk: str, item: dict[str, Any]) -> list[str]:
    row = rows.get(str(item["tenant"]))
    if row is None or _wanted_address(table, row) != claim or item["limit"] != row.email_limit:
        return [f"{sk} is counted, but does not want it like that"]
    return []


def _wanted_parents(agreement: Row) -> frozenset[str]:
    if agreement.desired is None:
        return frozenset()
    desired = DesiredAgreement.model_validate_json(agreement.desired)
    return frozenset({desired.tenant, desired.rental_unit})


def _hangs_on(agreement: Row, parent: str) -> bool:
    held_by = agreement.parents if agreement.perhaps_in_kiwi else frozenset()
    return parent in held_by | _wanted_parents(agreement)


def _claim_faults(table: MemoryTable, rows: Rows, claim: str, sk: str, item: dict[str, Any]) -> list[str]:
    key = RowKey.parse(str(item.get("holder", item.get("waiter"))))
    row = rows.get(key.text)
    if row is None:
        return [f"{sk} {key} has no row"]
    if claim not in row.claims:
        return [f"{sk} {key} has forgotten its claim"]
    if sk == "holder":
        waits = row.outcome in TAKEN and row.problem is None
        used = claim in row.held or (claim in _needs(table, row) and not waits)
        return [] if used else [f"{key} holds what it does not use"]
    if "holder" not in table.items[claim]:
        return [f"{key} waits for nobody"]
    waits = row.outcome in TAKEN and claim in _needs(table, row) and claim not in row.held
    return [] if waits else [f"{key} waits without need"]
