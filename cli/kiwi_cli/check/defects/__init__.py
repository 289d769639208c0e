"""All that `check` can find, by code: what each means, how grave it is, and how to mend it."""

from kiwi_cli.check.defects import export, leases, numbers, tenants, texts, units
from kiwi_cli.check.defects.defect import Defect, Severity
from kiwi_cli.check.defects.rejected import REASONS

_MODULES = (export, numbers, texts, units, tenants, leases)
_FOUND = [value for module in _MODULES for value in vars(module).values() if isinstance(value, Defect)]
CATALOGUE = {defect.code: defect for defect in (*REASONS.values(), *_FOUND)}
"""Every defect by its code, in the order of the documentation."""

__all__ = ["CATALOGUE", "Defect", "Severity"]
