"""The input and the output of finders."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, NamedTuple

from kiwi_sync.erp.envelope import SECTIONS
from kiwi_sync.keys import RowKind
from kiwi_sync.rules.reasons import Notice, Reason

from kiwi_cli.pages import Text


class Subject(NamedTuple):
    """The subject of a finding: a record with its place, or (without section) an export."""

    file: str
    section: str = ""
    place: int = 0
    deleted: bool = False
    line: int | None = None
    mandant: str | None = None
    key: str = ""
    """The Mandant and the numbers, joined by `/`."""


class Flaw(NamedTuple):
    """Something that is wrong with one record by itself. `code`: a `Defect`, or a reason of extract's."""

    code: str
    field: str
    value: Any = None


class Hit(NamedTuple):
    """Something that is wrong with a record among others, or with the export."""

    code: str
    subject: Subject
    field: str = ""
    others: Sequence[str] = ()
    """The keys of the other records that are concerned."""
    detail: Text | None = None
    more: int = 0
    """How many records like this one are counted with it, but not remembered."""


UnitKey = tuple[str, str, str]
NamedKey = tuple[str, str]


class Unit(NamedTuple):
    """The memory of a Verwaltungseinheit."""

    subject: Subject
    key: UnitKey
    notice: Notice | None
    name: str
    house: str
    """Street, house number and PLZ; empty if there are none."""
    spot: tuple[float, float] | None


class SeenTenant(NamedTuple):
    """The memory of a Mieter."""

    subject: Subject
    key: NamedKey
    email: str | Reason
    name: str


class Lease(NamedTuple):
    """The memory of a Mietvertrag."""

    subject: Subject
    key: NamedKey
    unit: UnitKey
    tenants: tuple[NamedKey, ...]
    beginn: date
    ende: date | None


Key = tuple[RowKind, str, tuple[str, ...]]
"""Kind, Mandant and numbers of a record."""
Complete = Callable[[str, str], bool]
"""Says of a Mandant and section whether nothing of it can be missing, as if a full export speaks of it."""
_SECTIONS = {kind: section for section, kind in SECTIONS.items()} | {
    RowKind.RENTAL_AGREEMENT: "mietvertraege"
}


def section_of(kind: RowKind) -> str:
    """The list that records of a kind stand in."""
    return _SECTIONS[kind]
