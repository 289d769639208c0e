"""Leases with dates out of reason, ended ones, and those of too many people."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from kiwi_sync.erp.models import Mietvertrag

from kiwi_cli.check.defects import Defect
from kiwi_cli.check.seen import Flaw

_DEFAULTS = frozenset({date(1900, 1, 1), date(1901, 1, 1), date(1899, 12, 30), date(1899, 12, 31)})
"""Dates that Excel and databases make of nothing. Not 1970: there are leases since then."""
_MANY = 8
_FAR = timedelta(days=2 * 366)
_OPEN_YEARS = 50
"""No lease is made until then: such an end means that there is none."""


def lease_flaws(lease: Mietvertrag, value: dict[str, Any], today: date) -> Iterator[Flaw]:
    """The flaws of a lease. `value`: as it stands in the export."""
    yield from _beginning(lease.beginn, today)
    yield from _end(lease, today)
    if len(lease.mieter) > _MANY:
        yield Flaw(Defect.LEASE_MANY_TENANTS, "mieter", list(lease.mieter))
    if len(value["mieter"]) > len(lease.mieter):
        yield Flaw(Defect.TENANT_TWICE_IN_LEASE, "mieter", list(value["mieter"]))


def _beginning(beginn: date, today: date) -> Iterator[Flaw]:
    if beginn in _DEFAULTS:
        yield Flaw(Defect.DATE_DEFAULT, "beginn", beginn.isoformat())
    elif beginn.year < 1900:
        yield Flaw(Defect.DATE_OLD, "beginn", beginn.isoformat())
    elif beginn - today > _FAR:
        yield Flaw(Defect.DATE_FAR, "beginn", beginn.isoformat())


def _end(lease: Mietvertrag, today: date) -> Iterator[Flaw]:
    if lease.ende is None:
        return
    if lease.ende == lease.beginn:
        yield Flaw(Defect.LEASE_OF_A_DAY, "ende", lease.ende.isoformat())
    if lease.ende < today:
        yield Flaw(Defect.LEASE_ENDED, "ende", lease.ende.isoformat())
    elif lease.ende.year > today.year + _OPEN_YEARS:
        yield Flaw(Defect.OPEN_END_ODD, "ende", lease.ende.isoformat())
