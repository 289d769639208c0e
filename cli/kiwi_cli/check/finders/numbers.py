"""Numbers that have lost their leading zeros, or that run into each other when they are joined."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from kiwi_sync.keys import RowKind
from kiwi_sync.rules.ids import SEPARATORS, external_id

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.finders.texts import is_point_zero
from kiwi_cli.check.index import Index
from kiwi_cli.check.seen import Hit, Key, Subject
from kiwi_cli.pages import Text

_ENOUGH = 5
"""Padded numbers of the same length from which on padding is a habit."""
_MOST = 0.8
_KEPT = 20
"""Records of a length that are named; the others are counted."""
_TARGETS = {
    "verwaltungseinheit.wirtschaftseinheit": ("verwaltungseinheiten", "wirtschaftseinheit"),
    "verwaltungseinheit.nummer": ("verwaltungseinheiten", "nummer"),
    "mieter": ("mieter", "nummer"),
}
"""Which numbers the fields of a lease name."""
_POINT_ZERO = Text("Dezimalzahl als Text", "number with decimals, as a text")


@dataclass
class Lengths:
    """How long the numbers of a field are in each Mandant, while they go by."""

    _seen: dict[tuple[str, str, str], dict[int, "_OfLength"]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(_OfLength))
    )

    def see(self, subject: Subject, named: Mapping[str, str]) -> None:
        """Look at a record's numbers, by the names of their fields."""
        for name, number in named.items():
            if number.isdecimal():
                self._seen[subject.mandant or "", subject.section, name][len(number)].see(subject, number)

    def hits(self) -> Iterator[Hit]:
        """Numbers that are shorter than the others, where the others are padded with zeros."""
        for (_mandant, _section, name), lengths in self._seen.items():
            usual = max(lengths, key=lambda length: lengths[length].padded)
            count = sum(of_length.count for of_length in lengths.values())
            if lengths[usual].padded < _ENOUGH or lengths[usual].count < _MOST * count:
                continue
            detail = Text(f"üblich sind {usual} Ziffern", f"{usual} digits are usual")
            for length in sorted(length for length in lengths if length < usual):
                first, *others = lengths[length].first
                left_out = lengths[length].count - len(lengths[length].first)
                yield Hit(Defect.NUMBER_LENGTH, first, name, detail=detail, more=left_out)
                yield from (Hit(Defect.NUMBER_LENGTH, other, name, detail=detail) for other in others)


@dataclass
class _OfLength:
    count: int = 0
    padded: int = 0
    first: list[Subject] = field(default_factory=list)

    def see(self, subject: Subject, number: str) -> None:
        self.count += 1
        self.padded += number.startswith("0")
        if len(self.first) < _KEPT:
            self.first.append(subject)


@dataclass
class Points:
    """Which numbers have points in them, while they go by: 4711.0 is Excel's, but not beside 4711.1."""

    _zeros: list[tuple[tuple[str, str, str], Subject, str]] = field(default_factory=list)
    _others: set[tuple[str, str, str]] = field(default_factory=set)
    """Where there are other numbers with points, by Mandant, section and field."""

    def see(self, subject: Subject, named: Iterable[tuple[str, str]]) -> None:
        """Look at a record's numbers, with the names of their fields."""
        for name, number in named:
            if "." in number or "," in number:
                section, target = _TARGETS.get(name, (subject.section, name))
                where = subject.mandant or "", section, target
                if is_point_zero(number):
                    self._zeros.append((where, subject, name))
                else:
                    self._others.add(where)

    def hits(self) -> Iterator[Hit]:
        """Numbers that Excel has changed."""
        for where, subject, name in self._zeros:
            if where not in self._others:
                yield Hit(Defect.EXCEL_ARTEFACT, subject, name, detail=_POINT_ZERO)


def mandant_zeros(file: str, mandanten: Iterable[str]) -> Iterator[Hit]:
    """Mandanten that differ in leading zeros only."""
    alike: dict[str, list[str]] = defaultdict(list)
    for mandant in sorted(set(mandanten)):
        alike[mandant.lstrip("0")].append(mandant)
    for several in alike.values():
        if len(several) > 1:
            subject = Subject(file, mandant=several[0], key=several[0])
            yield Hit(Defect.MANDANT_ZEROS, subject, "mandant", several[1:])


def separators(index: Index, separator: str, taken: Mapping[Key, Key]) -> Iterator[Hit]:
    """Numbers that contain the separator, and the records that get the same external id by that.

    `taken`: see `taken_ids`.
    """
    where: dict[str, int] = dict.fromkeys(SEPARATORS, 0)
    first: Subject | None = None
    for key, subject in _named(index):
        _kind, mandant, parts = key
        joined = "\n".join((mandant, *parts))
        for one in SEPARATORS:
            where[one] += one in joined
        if separator in joined:
            first = first or subject
        if (known := taken.get(key)) is not None:
            yield Hit(Defect.EXTERNAL_ID_TAKEN, subject, "nummer", ["/".join((known[1], *known[2]))])
    if first is not None:
        free = " ".join(one for one in SEPARATORS if not where[one])
        detail = Text(
            f"{where[separator]} externe IDs; frei davon: {free or 'keines'}",
            f"{where[separator]} ids; free of it: {free or 'none'}",
        )
        yield Hit(Defect.SEPARATOR_IN_NUMBER, first, "nummer", detail=detail)


def taken_ids(index: Index, separator: str) -> dict[Key, Key]:
    """The keys of all that another, earlier record takes the external id of, each with that record's key."""
    taken: dict[tuple[RowKind, str], Key] = {}
    lost = {}
    for key, _subject in _named(index):
        kind, mandant, parts = key
        if any(separator in part for part in (mandant, *parts)):
            known = taken.setdefault((kind, external_id(separator, mandant, *parts)), key)
            if known != key:
                lost[key] = known
    return lost


def _named(index: Index) -> Iterator[tuple[Key, Subject]]:
    """All that gets an external id: units, tenants, and a lease with each of its tenants."""
    for unit in index.units.values():
        yield (RowKind.VERWALTUNGSEINHEIT, unit.key[0], unit.key[1:]), unit.subject
    for tenant in index.tenants.values():
        yield (RowKind.MIETER, tenant.key[0], tenant.key[1:]), tenant.subject
    for lease in index.leases.values():
        for mandant, nummer in lease.tenants:
            yield (RowKind.RENTAL_AGREEMENT, mandant, (lease.key[1], nummer)), lease.subject
