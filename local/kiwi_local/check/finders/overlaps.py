"""Leases of one unit at the same time."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from kiwi_local.check.defects import Defect, leases
from kiwi_local.check.index import Index
from kiwi_local.check.seen import Hit, Lease, UnitKey


def overlaps(index: Index, today: date) -> Iterator[Hit]:
    """Each lease that begins before an earlier one of its unit has ended; past ones are left alone."""
    of_unit: dict[UnitKey, list[Lease]] = defaultdict(list)
    for lease in index.leases.values():
        if lease.ende is None or lease.ende >= today:
            of_unit[lease.unit].append(lease)
    for several in of_unit.values():
        in_order = sorted(several, key=lambda lease: (lease.beginn, lease.key))
        for one, other in pairwise(in_order):
            if one.ende is None or one.ende > other.beginn:
                yield Hit(_what(one, other), other.subject, "beginn", [one.subject.key])


def _what(one: Lease, other: Lease) -> Defect:
    same = one.beginn == other.beginn and set(one.tenants) == set(other.tenants)
    return leases.LEASE_TWICE if same else leases.LEASES_OVERLAP
