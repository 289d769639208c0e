"""Finds the tenants that would share a placeholder's address: those an export changes, and those with them.

Up to `EXACT` changed tenants of a Mandant new ones count, too, and where one gets another address than
before, those who want it already are looked up. Beyond that an export is likely to speak of everybody: the
tenants that were there before are counted among themselves. Other Mandanten of the same export are not seen.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from kiwi_sync.connections import ConnectionSettings
from kiwi_sync.erp.models import Mieter
from kiwi_sync.keys import RowKey
from kiwi_sync.rules.email import choose_email
from kiwi_sync.rules.reasons import Reason
from kiwi_sync.state.table import TableReader
from kiwi_sync.state.wants import email_claim, wants

from kiwi_extract.compare.compare import SourceChange, Write

EXACT = 1000
"""Changed tenants of a Mandant up to which addresses are looked up: each is a query."""


@dataclass
class SharedEmails:
    """The tenants of a Mandant that an export changes, and the addresses that they get; by sort key."""

    connection: str
    mandant: str
    settings: ConnectionSettings
    addresses: dict[str, str] = field(default_factory=dict)
    """The addresses of tenants that were there before."""
    new: dict[str, str] = field(default_factory=dict)
    """The addresses of new tenants; empty if there are too many."""
    named: set[str] = field(default_factory=set)
    """All that are changed or gone: what they want by now does not count; empty if there are too many."""
    keeping: set[str] = field(default_factory=set)
    """The tenants that keep their address."""
    changed: int = 0

    @property
    def is_exact(self) -> bool:
        """Whether addresses are looked up."""
        return self.changed <= EXACT

    def add(self, change: SourceChange) -> None:
        """Add a change of a tenant."""
        if not self.settings.shared_email_limit or change.write not in {Write.RECORD, Write.GONE}:
            return
        self.changed += 1
        if self.is_exact:
            self.named.add(change.sk)
        else:
            self.named.clear()
            self.new.clear()
        is_new = change.row is None or bool(change.row.get("gone"))
        if change.write is Write.GONE or (is_new and not self.is_exact):
            return
        address = self._address(str(change.record))
        if address is not None:
            (self.new if is_new else self.addresses)[change.sk] = address

    def may_keep(self, sk: str) -> bool:
        """Whether the record before the change has to be looked at."""
        return self.is_exact and sk in self.addresses

    def compare(self, sk: str, before: str) -> None:
        """Look at the record before the change."""
        if self.addresses.get(sk) == self._address(before):
            self.keeping.add(sk)

    def crowds(self, table: TableReader) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
        """For each address that would be a placeholder: the changed tenants that want it, and the others."""
        wanting: dict[str, set[str]] = defaultdict(set)
        for sk, address in (*self.addresses.items(), *self.new.items()):
            wanting[address].add(sk)
        for address, sks in wanting.items():
            others = frozenset() if sks <= self.keeping else self._others(table, address)
            if len(sks) + len(others) > self.settings.shared_email_limit:
                here = (key.sk for key in others if key.mandant == self.mandant)
                yield frozenset(sks), frozenset(here)

    def _others(self, table: TableReader, address: str) -> frozenset[RowKey]:
        """The tenants that want the address already and are not changed: as many as matter."""
        if not self.is_exact:
            return frozenset()
        most = self.settings.shared_email_limit + len(self.named)
        keys = (want.key for want in wants(table, email_claim(self.connection, address), most))
        return frozenset(key for key in keys if key.mandant != self.mandant or key.sk not in self.named)

    def _address(self, record: str) -> str | None:
        email = Mieter.model_validate_json(record).email
        address = choose_email(email, self.settings.blocked_emails)
        return None if isinstance(address, Reason) else address
