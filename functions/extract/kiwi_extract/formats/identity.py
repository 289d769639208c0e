"""Reads tables without a Feldmapping: the columns are called as the fields of `erp-export/1`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from kiwi_extract.feldmapping.faults import RowError

NOT_A_FLAG = "not_a_flag"
_FLAGS = {
    **dict.fromkeys(("ja", "j", "true", "wahr", "1", "x"), True),
    **dict.fromkeys(("", "nein", "n", "false", "falsch", "0"), False),
}
_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(?:[.,][0-9]{1,20})?")
_KEY = ("mandant", "nummer")
_OF_MIETER = ("vorname", "nachname", "firma", "email")


def is_deleted(record: Mapping[str, Any]) -> bool:
    """Whether a record says of itself that it is gone. Raises RowError if that is neither yes nor no."""
    value = record.get("geloescht")
    if value is None or isinstance(value, bool):
        return bool(value)
    said = _FLAGS.get(str(value).strip().lower())
    if said is None:
        raise RowError("geloescht", NOT_A_FLAG, record)
    return said


@dataclass(frozen=True)
class IdentityTable:
    """One section, from a table with its own fields for columns."""

    section: str
    named: str = ""
    repeats: bool = False
    completes: bool = False
    deleted: bool = False

    def record(self, row: Mapping[str, Any]) -> dict[str, Any] | None:
        """The record."""
        record = {_field(name): value for name, value in row.items()}
        if self.section == "verwaltungseinheiten":
            for name in ("latitude", "longitude"):
                record[name] = _coordinate(record.get(name))
        elif self.section == "mietvertraege":
            record["verwaltungseinheit"] = _unit(record)
            record["mieter"] = _tenants(record.get("mieter"))
        return record


def identity_tables(columns: Sequence[str]) -> list[IdentityTable]:
    """Which section a table with these columns holds; none if they do not tell."""
    there = set(map(_field, columns))
    if not there.issuperset(_KEY):
        return []
    if "beginn" in there or ("mieter" in there and there & {"einheit", "verwaltungseinheit.nummer"}):
        return [IdentityTable("mietvertraege")]
    if "wirtschaftseinheit" in there:
        return [IdentityTable("verwaltungseinheiten")]
    # A delta of deletions has nothing but keys: of a tenant that is too little to tell it from a lease.
    return [IdentityTable("mieter")] if there.intersection(_OF_MIETER) else []


@lru_cache(maxsize=1024)
def _field(column: str) -> str:
    return column.strip().lower()


def _coordinate(value: Any) -> Any:
    """A number with a decimal comma or point; everything else is left to the record's rules."""
    text = value.strip() if isinstance(value, str) else ""
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else value


def _unit(record: Mapping[str, Any]) -> Any:
    whole = record.get("verwaltungseinheit")
    if isinstance(whole, dict):
        return whole
    house = record.get("verwaltungseinheit.wirtschaftseinheit") or record.get("wirtschaftseinheit")
    number = record.get("verwaltungseinheit.nummer") or record.get("einheit")
    return {"wirtschaftseinheit": house, "nummer": number}


def _tenants(value: Any) -> Any:
    """The numbers in one cell, with commas between: a number may have blanks, but no comma."""
    if not isinstance(value, str):
        return value
    return [number for number in map(str.strip, value.split(",")) if number]
