"""Reads tables without a Feldmapping: their columns are named like the fields of `erp-export/1`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kiwi_sync.erp.models import RECORDS
from kiwi_sync.rules.reasons import RejectedExport

from kiwi_extract.feldmapping.coordinates import coordinate
from kiwi_extract.feldmapping.faults import BadCell, RowError
from kiwi_extract.reading.errors import RejectedExportError

NOT_A_FLAG = "not_a_flag"
_FLAGS = {
    **dict.fromkeys(("ja", "j", "true", "wahr", "1", "x"), True),
    **dict.fromkeys(("", "nein", "n", "false", "falsch", "0"), False),
}
_KEY = ("mandant", "nummer")
_OF_MIETER = frozenset({"vorname", "nachname", "firma", "email"})
_OF_MIETVERTRAG = frozenset({"beginn", "einheit", "verwaltungseinheit.nummer"})

_COUNTS = frozenset(
    {"einheit", "verwaltungseinheit.wirtschaftseinheit", "verwaltungseinheit.nummer", "geloescht"}.union(
        *(model.model_fields for model in RECORDS.values())
    )
)
"""The columns that are read; others may hold anything."""


def is_deleted(record: Mapping[str, Any]) -> bool:
    """Whether a record marks itself as deleted. Raises RowError if the mark is neither yes nor no."""
    value = record.get("geloescht")
    if value is None or isinstance(value, bool):
        return bool(value)
    said = _FLAGS.get(str(value).strip().lower())
    if said is None:
        raise RowError("geloescht", NOT_A_FLAG, record)
    return said


@dataclass(frozen=True)
class IdentityTable:
    """One section, from a table whose columns are its fields."""

    section: str
    named: str = ""
    repeats: bool = False
    completes: bool = False
    deleted: bool = False

    def record(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The record of a row. Raises RowError if a relevant cell is unreadable."""
        record = _readable({_field(name): value for name, value in row.items()})
        if self.section == "verwaltungseinheiten":
            for name in ("latitude", "longitude"):
                record[name] = _coordinate(record.get(name))
        elif self.section == "mietvertraege":
            record["verwaltungseinheit"] = _unit(record)
            record["mieter"] = _tenants(record.get("mieter"))
        return record


def identity_tables(columns: Sequence[str]) -> list[IdentityTable]:
    """The section of a table with these columns; none if they do not tell.

    Raises:
        RejectedExportError: they tell two sections, or two differ only in capital letters.
    """
    fields = list(map(_field, columns))
    section = _section(frozenset(fields))
    if section is None:
        return []
    for name in _COUNTS.intersection(fields):
        if fields.count(name) > 1:
            detail = f"two columns are called {name}, apart from capital letters"
            raise RejectedExportError(RejectedExport.NO_TABLE, detail)
    return [IdentityTable(section)]


def _section(there: frozenset[str]) -> str | None:
    if not there.issuperset(_KEY):
        return None
    of_mieter = there & _OF_MIETER
    # Keys with their unit are leases to delete.
    is_lease = "mieter" in there or (there & {"beginn", "geloescht"} and not of_mieter)
    if there & _OF_MIETVERTRAG and is_lease:
        return "mietvertraege"
    # Taking one for the other would delete everything missing in it.
    foreign = of_mieter or there & _OF_MIETVERTRAG
    others = there & {"beginn", "wirtschaftseinheit", "verwaltungseinheit.wirtschaftseinheit"}
    if foreign and others:
        detail = (
            f"a table with {min(foreign)} and {min(others)}: tenants, or units, or leases? "
            "Leave out the columns of the others, or write a mapping"
        )
        raise RejectedExportError(RejectedExport.NO_TABLE, detail)
    if "wirtschaftseinheit" in there:
        return "verwaltungseinheiten"
    # A delta of deletions has keys only: those of a tenant cannot be told from those of a lease.
    return "mieter" if of_mieter else None


@lru_cache(maxsize=1024)
def _field(column: str) -> str:
    return column.strip().lower()


def _readable(record: dict[str, Any]) -> dict[str, Any]:
    bad = {name: value for name, value in record.items() if type(value) is BadCell}
    if not bad:
        return record
    good = {name: value for name, value in record.items() if name not in bad}
    for name in _COUNTS & bad.keys():
        raise RowError(name, bad[name].reason, good)
    return good


def _coordinate(value: Any) -> Any:
    """A number with a decimal comma or point; anything else is left to the record's rules."""
    number = coordinate(value.strip()) if isinstance(value, str) else None
    return value if number is None else number


def _unit(record: Mapping[str, Any]) -> Any:
    whole = record.get("verwaltungseinheit")
    if isinstance(whole, dict):
        return whole
    house = record.get("verwaltungseinheit.wirtschaftseinheit") or record.get("wirtschaftseinheit")
    number = record.get("verwaltungseinheit.nummer") or record.get("einheit")
    return {"wirtschaftseinheit": house, "nummer": number}


def _tenants(value: Any) -> Any:
    """The numbers in one cell, separated by commas: a number may have blanks, but no comma."""
    if not isinstance(value, str):
        return value
    return [number for number in map(str.strip, value.split(",")) if number]
