"""One line of a plan: the effect of an export on one unit, tenant or agreement in KIWI."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from kiwi_sync.keys import RowKey
from kiwi_sync.rules.action import (
    KINDS,
)
from kiwi_sync.rules.reasons import Reason


class Planned(StrEnum):
    """The future of a row."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    """Deleted and created anew: KIWI cannot change an agreement's unit, tenant or external id."""
    DELETE = "delete"
    HOLD = "hold"
    SKIP = "skip"
    NOTHING = "nothing"


class Standing(StrEnum):
    """How a unit or a tenant stands, as far as its agreements need to know."""

    THERE = "there"
    WAITS = "waits"
    """It should be in KIWI, but something is in its way."""
    OUT = "out"


@dataclass(frozen=True)
class PlanLine:
    """The future of one row. `fields` None: they are not known."""

    key: RowKey
    action: Planned
    external_id: str = ""
    reason: str | None = None
    notice: str | None = None
    fields: tuple[str, ...] | None = ()
    old_hash: str | None = None
    new_hash: str | None = None
    wants: dict[str, Reason] = field(default_factory=dict)
    """The claims that it needs, each with the reason to give when another has it."""
    leaves: frozenset[str] = frozenset()
    """The claims that it lets go of."""
    kept_out: str | None = None
    """Why it is not in KIWI though it should be; now, before the line."""
    values: dict[str, tuple[Any, Any]] | None = None

    @property
    def kind(self) -> str:
        """The kind in KIWI's words; for a lease, which KIWI does not know, in the ERP's."""
        return KINDS[self.key.kind].value if self.key.kind in KINDS else self.key.kind.value

    def shown(self, *, values: bool = False) -> dict[str, Any]:
        """The line as JSON; with the values of fields only if they are wanted."""
        shown = {
            "kind": self.kind,
            "key": self.key.text,
            "external_id": self.external_id,
            "action": self.action.value,
            "reason": self.reason,
            "notice": self.notice,
            "fields": None if self.fields is None else list(self.fields),
            "old_hash": self.old_hash,
            "new_hash": self.new_hash,
            "values": self.values if values and self.values else None,
        }
        return {name: value for name, value in shown.items() if value is not None}


@dataclass(frozen=True)
class AddressUser:
    """A tenant among those who want its address."""

    claim: str | None
    """The address's claim; None if its users are not counted."""
    limit: int
    joins: bool
    """Whether it is new among them, or counts by another limit."""
    parts: frozenset[str]
    """The claims of addresses that it wants no longer."""
    in_kiwi: bool
    kept_out: bool
    """Whether its address is a placeholder now."""
    claims: frozenset[str]
    """All that it has or waits for."""
    held: frozenset[str]
    """Those that what is in KIWI uses."""
    blocked: bool
    """Whether it is in KIWI under an address that is blocked."""
