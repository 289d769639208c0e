"""Leases of one unit at the same time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.index import Index
from kiwi_cli.check.seen import Hit, Lease, NamedKey, UnitKey

_People = frozenset[NamedKey]


def overlaps(index: Index, today: date) -> Iterator[Hit]:
    """Each lease that begins before an earlier one of its unit has ended; past ones are left alone."""
    of_unit: dict[UnitKey, list[Lease]] = defaultdict(list)
    for lease in index.leases.values():
        if lease.ende is None or lease.ende >= today:
            of_unit[lease.unit].append(lease)
    for several in of_unit.values():
        if len(several) > 1:
            yield from _of_unit(sorted(several, key=lambda lease: (lease.beginn, lease.key)))


def _of_unit(in_order: Iterable[Lease]) -> Iterator[Hit]:
    """Not only neighbours: an open lease overlaps with all that come after it."""
    earlier = _Latest()
    for lease in in_order:
        people = frozenset(lease.tenants)
        other, same = earlier.of_others(people), earlier.of(people)
        if other and _ends_after(other, lease.beginn):
            yield Hit(Defect.LEASES_OVERLAP, lease.subject, "beginn", [other.subject.key])
        if same and _ends_after(same, lease.beginn):
            defect = Defect.LEASE_TWICE if same.beginn == lease.beginn else Defect.LEASE_RENEWED
            yield Hit(defect, lease.subject, "beginn", [same.subject.key])
        earlier.add(people, lease)


class _Latest:
    """The leases so far that end last: of the same people, and of any others."""

    def __init__(self) -> None:
        self._of: dict[_People, Lease] = {}
        self._last: list[_People] = []
        """The people whose leases end last, and those whose end last but them."""

    def of(self, people: _People) -> Lease | None:
        return self._of.get(people)

    def of_others(self, people: _People) -> Lease | None:
        return next((self._of[others] for others in self._last if others != people), None)

    def add(self, people: _People, lease: Lease) -> None:
        known = self._of.get(people)
        if known is None or _end(lease) >= _end(known):
            self._of[people] = lease
        two = dict.fromkeys((people, *self._last))
        self._last = sorted(two, key=lambda one: _end(self._of[one]), reverse=True)[:2]


def _end(lease: Lease) -> date:
    return lease.ende or date.max


def _ends_after(lease: Lease, day: date) -> bool:
    return _end(lease) > day
